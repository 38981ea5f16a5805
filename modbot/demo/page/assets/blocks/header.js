// A large line of plain text.
import { html } from "../vendor/htm-preact.js";
import { Text } from "../text/shown.js";

export const Header = ({ block }) => html`<h4><${Text} of=${block.text} /></h4>`;
