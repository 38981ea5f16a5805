// The time from key press to effect, in figures that are read across a room.
import { html } from "../vendor/htm-preact.js";
import { useDemo } from "../state/demo.js";
import { span } from "../text/dates.js";

export function Figure() {
  const { figure } = useDemo().snap;
  if (!figure) {
    return html`<div class="figure none"><p class="digits" aria-hidden="true">– –</p><p>Act on a class: here stands how long it took.</p></div>`;
  }
  const { digits, unit } = span(figure.ms);
  return html`<div class="figure" key=${figure.at}>
    <p class="digits"><span>${digits}</span> <small>${unit}</small></p>
    <p>from key press to effect: <strong>${figure.what}</strong>${figure.room && ` · ${figure.room}`}</p>
  </div>`;
}
