// Every Block Kit element this page shows, with the fields it reads. A test holds this table to what modbot may send.
// https://docs.slack.dev/reference/block-kit/block-elements
import { html } from "../vendor/htm-preact.js";
import { Button } from "./button.js";
import { StaticSelect } from "./static_select.js";
import { PlainTextInput } from "./plain_text_input.js";

export const ELEMENTS = {
  button: { Show: Button, fields: ["text", "value", "url", "style", "confirm", "accessibility_label"] },
  static_select: { Show: StaticSelect, fields: ["placeholder", "options", "initial_option", "confirm", "focus_on_load"] },
  plain_text_input: {
    Show: PlainTextInput,
    fields: ["placeholder", "initial_value", "multiline", "max_length", "min_length", "focus_on_load"],
  },
};

// One element. `field` is given when it stands in an input block.
export function Element({ element, on, field }) {
  const known = ELEMENTS[element.type];
  if (!known) return html`<span class="unshown" data-unshown=${element.type}>(a “${element.type}” is not shown here)</span>`;
  return html`<span class="element" data-element=${element.type}>
    <${known.Show} element=${element} on=${on} field=${field} />
  </span>`;
}
