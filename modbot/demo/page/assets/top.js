// The head of the page: whose district this is, the connection, the theme.
import { html, useLayoutEffect, useState } from "./vendor/htm-preact.js";
import { keepInBrowser, ofBrowser } from "./state/kept.js";

const THEMES = { "": "As the system", light: "Light", dark: "Dark" };

export function Top({ district, connection }) {
  return html`<header class="top">
    <img src="/assets/mark.svg" alt="" width="28" height="28" />
    <h1>modbot <span>${district}</span></h1>
    <p class="practice">Practice district: nothing real is touched</p>
    <p class=${`connection ${connection}`} role="status">${connection === "live" ? "live" : "Connection lost. Trying again …"}</p>
    <${Theme} />
  </header>`;
}

function Theme() {
  const [theme, setTheme] = useState(() => ofBrowser("theme") || "");

  useLayoutEffect(() => {
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    keepInBrowser("theme", theme);
  }, [theme]);

  return html`<label class="theme"><span class="unseen">Colours</span>
    <select value=${theme} onChange=${(event) => setTheme(event.target.value)}>
      ${Object.entries(THEMES).map(([value, label]) => html`<option value=${value}>${label}</option>`)}
    </select></label>`;
}
