// The coloured signs of modbot's cards, drawn by the page: not every machine has a font for them. The word beside a sign
// says the same, so a screen reader is spared it.
import { html } from "../vendor/htm-preact.js";

const SIGNS = { "🔴": "danger", "🟡": "warn", "🟢": "good" };
const SPLIT = /(🔴|🟡|🟢)/u;

const drawn = (part) => html`<span class=${`card-sign ${SIGNS[part]}`} aria-hidden="true"></span>`;

export const signed = (text) => (SPLIT.test(text) ? text.split(SPLIT).map((part) => (SIGNS[part] ? drawn(part) : part)) : text);
