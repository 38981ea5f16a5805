// The demo page: a client of the simulators only. Each component is one file; no build step, no outside address.
import { html, render } from "./vendor/htm-preact.js";
import { App } from "./app.js";

const root = document.getElementById("page");
root.replaceChildren();
render(html`<${App} />`, root);
