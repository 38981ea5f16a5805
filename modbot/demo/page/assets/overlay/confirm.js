// The question that a button asks before it acts. Escape and the deny button both mean no.
import { html } from "../vendor/htm-preact.js";
import { Dialog } from "./dialog.js";
import { Text, words } from "../text/shown.js";

export function Confirm({ confirm, onAnswer }) {
  const style = confirm.style === "danger" ? "danger" : "primary";
  return html`<${Dialog} label=${words(confirm.title)} kind="confirm" onClose=${() => onAnswer(false)}>
    <h2>${words(confirm.title)}</h2>
    <p><${Text} of=${confirm.text} /></p>
    <div class="dialog-foot">
      <button type="button" class="button" onClick=${() => onAnswer(false)}>${words(confirm.deny)}</button>
      <button type="button" class=${`button ${style}`} onClick=${() => onAnswer(true)}>${words(confirm.confirm)}</button>
    </div>
  <//>`;
}
