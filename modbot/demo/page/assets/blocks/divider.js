// A line across.
import { html } from "../vendor/htm-preact.js";

export const Divider = () => html`<hr />`;
