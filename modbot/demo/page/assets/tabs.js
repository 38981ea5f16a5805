// On a narrow screen one view is shown at a time; these choose which. On a wide one they are not there.
import { html } from "./vendor/htm-preact.js";

export const TABS = { chat: "Chat", classes: "Classes", happening: "Happening" };

export function Tabs({ current, marks, onChoose }) {
  return html`<nav class="tabs" aria-label="Views">
    ${Object.entries(TABS).map(([key, label]) => html`<button type="button" key=${key} class="tab" aria-current=${key === current ? "true" : undefined} onClick=${() => onChoose(key)}>
      ${label}${marks[key] > 0 && html` <span class="badge">${marks[key]}<span class="unseen"> new</span></span>`}
    </button>`)}
  </nav>`;
}
