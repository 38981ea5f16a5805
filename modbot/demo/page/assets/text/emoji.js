// The few emoji that a staff message may hold. Others stay as they were typed.
export const EMOJI = {
  bell: "🔔",
  eyes: "👀",
  heavy_check_mark: "✔",
  hourglass: "⌛",
  lock: "🔒",
  no_entry: "⛔",
  ok_hand: "👌",
  red_circle: "🔴",
  rotating_light: "🚨",
  telephone_receiver: "📞",
  unlock: "🔓",
  warning: "⚠",
  wave: "👋",
  white_check_mark: "✅",
  x: "❌",
};
