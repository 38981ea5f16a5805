// The running scenario: what happens now, what can be typed, the goals, and the hand on its clock.
import { html, useState } from "../vendor/htm-preact.js";
import { useDemo } from "../state/demo.js";

const PACES = [0.25, 0.5, 1, 2, 4];
const STATES = { running: "running", paused: "paused", done: "done", stopped: "stopped" };

export function Running({ running, choosing, onChoose, onType }) {
  const over = running.state === "done" || running.state === "stopped";
  return html`<div class=${`running ${running.state}`} data-running=${running.name}>
    <div class="now">
      <h2>${running.title} <span class="running-state">${STATES[running.state] || running.state}</span></h2>
      <p class="says" role="status">${running.says}</p>
      ${running.hint && html`<p class="hint">${running.hint}
        ${running.type && html` <button type="button" class="button hint-button" onClick=${() => onType(running.type)}>Put <code>${running.type}</code> into the chat</button>`}</p>`}
    </div>
    <${Goals} goals=${running.goals} />
    <${Controls} running=${running} over=${over} choosing=${choosing} onChoose=${onChoose} />
  </div>`;
}

function Goals({ goals }) {
  const met = goals.filter((goal) => goal.met).length;
  return html`<div class="goals">
    <h3>Goals <span>${met} of ${goals.length}</span></h3>
    <ul>
      ${goals.map((goal) => html`<li class=${goal.met ? "met" : ""} key=${goal.text}>
        <span class="tick" aria-hidden="true">${goal.met ? "✓" : ""}</span><span class="unseen">${goal.met ? "done: " : "open: "}</span>${goal.text}
      </li>`)}
    </ul>
  </div>`;
}

function Controls({ running, over, choosing, onChoose }) {
  const { snap, act } = useDemo();
  const [open, setOpen] = useState(false); // only a narrow screen hides them
  const control = (does) => () => act("/api/scenario/control", { do: does });
  const paces = PACES.includes(snap.pace) ? PACES : [...PACES, snap.pace].sort((one, other) => one - other);
  return html`<button type="button" class="plain-button more-controls" aria-expanded=${open} onClick=${() => setOpen(!open)}>
      ${open ? "Hide controls" : "Controls"}
    </button>
    <div class=${`controls ${open ? "open" : ""}`} role="group" aria-label="The scenario’s clock">
    ${!over && running.state === "paused" && html`<button type="button" class="button" onClick=${control("resume")}>Go on</button>`}
    ${!over && running.state !== "paused" && html`<button type="button" class="button" onClick=${control("pause")}>Pause</button>`}
    ${!over && html`<button type="button" class="button" onClick=${control("help")}>Help me</button>`}
    <button type="button" class="button" onClick=${control("restart")}>Start over</button>
    <button type="button" class="button" aria-expanded=${choosing} onClick=${onChoose}>Other scenarios</button>
    <label class="pace">Pace <select value=${String(snap.pace)} onChange=${(event) => act("/api/pace", { factor: Number(event.target.value) })}>
      ${paces.map((pace) => html`<option value=${String(pace)} selected=${pace === snap.pace}>${pace}×</option>`)}
    </select></label>
  </div>`;
}
