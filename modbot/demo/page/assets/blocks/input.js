// A labelled input of a modal, with what is wrong with it. The value is found again by the input's name: its block_id.
import { html } from "../vendor/htm-preact.js";
import { Element } from "../elements/table.js";
import { words } from "../text/shown.js";

export function Input({ block, on, error }) {
  const id = `input-${on.view || "none"}-${block.block_id}`;
  const described = [block.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const field = {
    id,
    name: block.block_id,
    required: !block.optional,
    acts: Boolean(block.dispatch_action),
    invalid: Boolean(error),
    describedBy: described || undefined,
  };
  return html`
    <label for=${id}>
      ${words(block.label)}${block.optional && html` <span class="optional">(optional)</span>`}
    </label>
    <${Element} element=${block.element} on=${on} field=${field} />
    ${block.hint && html`<p class="hint" id=${`${id}-hint`}>${words(block.hint)}</p>`}
    ${error && html`<p class="field-error" id=${`${id}-error`} role="alert">${error}</p>`}
  `;
}
