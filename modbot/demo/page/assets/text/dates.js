// Times in the reader's own time zone. https://docs.slack.dev/messaging/formatting-message-text#date-formatting
const DAY = { year: "numeric", month: "long", day: "numeric" };
const TOKENS = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: DAY,
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", ...DAY },
  date_pretty: DAY,
  date_short_pretty: { year: "numeric", month: "short", day: "numeric" },
  date_long_pretty: { weekday: "long", ...DAY },
  time: { hour: "numeric", minute: "2-digit" },
  time_secs: { hour: "numeric", minute: "2-digit", second: "2-digit" },
};

// Slack's date format with its tokens filled in; "" when it holds one that this page does not know.
export function formatted(seconds, format) {
  const moment = new Date(seconds * 1000);
  const names = [...format.matchAll(/\{([a-z_]+)\}/g)].map((found) => found[1]);
  if (!names.length || names.some((name) => !(name in TOKENS)) || Number.isNaN(moment.valueOf())) return "";
  return format.replace(/\{([a-z_]+)\}/g, (_, name) => moment.toLocaleString([], TOKENS[name]));
}

const told = (iso, options) => {
  const moment = new Date(iso);
  return Number.isNaN(moment.valueOf()) ? "" : moment.toLocaleTimeString([], options);
};

export const clock = (iso) => told(iso, TOKENS.time);
export const clockWithSeconds = (iso) => told(iso, TOKENS.time_secs);

// Milliseconds as they are read across a room: {digits, unit}.
export function span(ms) {
  if (ms >= 9950) return { digits: String(Math.round(ms / 1000)), unit: "s" };
  if (ms >= 1000) return { digits: (ms / 1000).toFixed(1), unit: "s" };
  return { digits: ms < 10 ? ms.toFixed(1) : String(Math.round(ms)), unit: "ms" };
}
