// A row of buttons and menus.
import { html } from "../vendor/htm-preact.js";
import { Element } from "../elements/table.js";

export const Actions = ({ block, on }) =>
  block.elements.map((element) => html`<${Element} key=${element.action_id} element=${element} on=${on} />`);
