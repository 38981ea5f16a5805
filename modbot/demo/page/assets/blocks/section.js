// A paragraph, a table of fields, and at most one element beside them. Slack folds long text unless `expand` is set.
import { html, useState } from "../vendor/htm-preact.js";
import { Text } from "../text/shown.js";
import { Element } from "../elements/table.js";

const FOLD_FROM_CHARACTERS = 700;

export function Section({ block, on }) {
  return html`
    <div class="words">
      ${block.text && html`<${Folding} block=${block} />`}
      ${block.fields && html`<div class="fields">${block.fields.map((field) => html`<p><${Text} of=${field} /></p>`)}</div>`}
    </div>
    ${block.accessory && html`<div class="accessory"><${Element} element=${block.accessory} on=${on} /></div>`}
  `;
}

function Folding({ block }) {
  const foldable = !block.expand && block.text.text.length > FOLD_FROM_CHARACTERS;
  const [open, setOpen] = useState(false);
  return html`
    <p class=${foldable && !open ? "folded" : ""}><${Text} of=${block.text} /></p>
    ${foldable &&
    html`<button type="button" class="plain-button" aria-expanded=${open} onClick=${() => setOpen(!open)}>
      ${open ? "Show less" : "Show all"}
    </button>`}
  `;
}
