// Our own drawings: one for each platform, and signs for entry. No vendor's logo is shown.
import { html } from "../vendor/htm-preact.js";

const PLATFORM = {
  zoom: "M4 8.500h9v7H4zM14.500 11l5-2.500v7l-5-2.500z",
  webex: "M4 9l3.500 7L11 9l3.500 7L18 9",
  meet: "M5 6h14v9h-8l-4 4v-4H5z",
  teams: "M9 10.500a2.500 2.500 0 1 0-.1 0zM16.500 11a2 2 0 1 0-.1 0zM4.500 18c0-3 2-4.500 4.500-4.500s4.500 1.500 4.500 4.500zM15 18c0-1.500-.3-2.600-.9-3.500 3-.9 5.400.500 5.400 3.500z",
  jitsi: "M12 4l7 4v8l-7 4-7-4V8zM12 4v16M5 8l14 8M19 8L5 16",
};
const OTHER = "M5 5h14v14H5z";

const SIGNS = {
  locked: "M7 11V8.500a5 5 0 0 1 10 0V11M5.500 11h13v9h-13zM12 14.500v2.500",
  open: "M7 11V8.500a5 5 0 0 1 9.600-2M5.500 11h13v9h-13zM12 14.500v2.500",
  unknown: "M9 9.500a3 3 0 1 1 4.500 2.600c-1 .6-1.500 1.200-1.500 2.400M12 18v.1",
  out: "M7 7l10 10M17 7L7 17",
  screen: "M4 5.500h16v10H4zM9 19.500h6M12 15.500v4",
  host: "M12 4.500l2.300 4.900 5.200.7-3.800 3.700.9 5.300-4.600-2.500-4.600 2.500.9-5.300-3.800-3.700 5.200-.7z",
  stranger: "M12 4l9 16H3zM12 10v4.500M12 17.200v.1",
};

function Drawing({ path, filled }) {
  return html`<svg viewBox="0 0 24 24" class=${filled ? "filled" : "drawn"} aria-hidden="true" focusable="false"><path d=${path} /></svg>`;
}

export const PlatformMark = ({ platform }) =>
  html`<span class=${`platform-mark ${platform}`}><${Drawing} path=${PLATFORM[platform] || OTHER} filled=${platform === "zoom" || platform === "teams"} /></span>`;

export const Sign = ({ name }) => html`<span class=${`sign-${name}`}><${Drawing} path=${SIGNS[name]} /></span>`;
