// A modal that modbot opened for this person.
import { html, useState } from "../vendor/htm-preact.js";
import { Blocks } from "../blocks/table.js";
import { Dialog } from "./dialog.js";
import { useDemo } from "../state/demo.js";
import { words } from "../text/shown.js";

export function Modal({ view }) {
  const { act } = useDemo();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState("");
  const { title, submit, close, blocks } = view.payload;

  async function send(event) {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.target));
    setBusy(true);
    await tell("/api/submit", { view: view.id, values });
    setBusy(false);
  }

  // Said in the dialog: the page behind it is out of reach while it is open.
  async function tell(path, body) {
    const answer = await act(path, body, { quiet: true });
    setTrouble(answer.ok ? "" : answer.error || "That did not work.");
  }

  const shut = () => tell("/api/close", { view: view.id });
  return html`<${Dialog} label=${words(title)} kind="modal" onClose=${shut}>
    <form onSubmit=${send} novalidate>
      <div class="dialog-head">
        <h2>${words(title)}</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick=${shut}>✕</button>
      </div>
      <div class="dialog-body" tabindex="-1"><${Blocks} blocks=${blocks} on=${{ view: view.id }} errors=${view.errors} /></div>
      ${trouble && html`<p class="field-error" role="alert">${trouble}</p>`}
      <div class="dialog-foot">
        <button type="button" class="button" onClick=${shut}>${close ? words(close) : "Close"}</button>
        ${submit && html`<button type="submit" class="button primary" aria-busy=${busy} disabled=${busy}>${words(submit)}</button>`}
      </div>
    </form>
  <//>`;
}
