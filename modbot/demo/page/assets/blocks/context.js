// A small grey line.
import { html } from "../vendor/htm-preact.js";
import { Text } from "../text/shown.js";

export const Context = ({ block }) =>
  html`<p>${block.elements.map((element) => html`<span class="piece"><${Text} of=${element} /></span>`)}</p>`;
