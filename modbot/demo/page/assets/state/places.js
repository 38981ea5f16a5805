// Which conversations a person sees, what stands in them, and what they have not read. Pure functions of the snapshot.
export const PRIVATE = "im";
export const HOME = "home";

// The conversation with modbot has no id before the first message in it: its key is always "im".
export function placesOf(snap, me) {
  const shared = snap.channels
    .filter((channel) => channel.kind === "channel" && channel.members.includes(me))
    .map((channel) => ({ key: channel.id, id: channel.id, name: channel.name }));
  const own = snap.channels.find((channel) => channel.kind === "im" && channel.members.includes(me));
  return [...shared, { key: PRIVATE, id: own ? own.id : "", name: "modbot" }];
}

const mayRead = (message, me) => !message.only_for || message.only_for === me;

export function messagesIn(snap, me, place) {
  return snap.messages.filter((message) => message.channel === place.id && mayRead(message, me));
}

// What is shown in a place, oldest first: messages that start something, and what this person typed.
export function linesIn(snap, me, place) {
  const messages = messagesIn(snap, me, place).filter(starts);
  const typed = snap.typed.filter((each) => each.user === me && (each.channel || "") === place.id);
  const early = place.key === PRIVATE && place.id ? snap.typed.filter((each) => each.user === me && !each.channel) : [];
  const lines = [
    ...messages.map((message) => ({ kind: "message", key: message.ts, at: message.at, message })),
    ...[...typed, ...early].map((each, n) => ({ kind: "typed", key: `typed${n}${each.at}`, at: each.at, typed: each })),
  ];
  return lines.sort(byTime);
}

// A message's time is told in whole seconds: what was typed in the same second came before its answer.
function byTime(one, other) {
  const seconds = Math.floor(Date.parse(one.at) / 1000) - Math.floor(Date.parse(other.at) / 1000);
  return seconds || (one.kind === other.kind ? 0 : one.kind === "typed" ? -1 : 1);
}

export function repliesTo(snap, me, message) {
  return snap.messages.filter(
    (each) =>
      each.channel === message.channel && each.thread_ts === message.ts && each.ts !== message.ts && mayRead(each, me),
  );
}

// A reply in a thread makes no channel unread, as in Slack: a card's timeline would.
const starts = (message) => !message.thread_ts || message.thread_ts === message.ts;

const mark = (me, key) => `${me} ${key}`;

export function unreadIn(snap, me, place, seen) {
  const last = seen[mark(me, place.key)] || "";
  return messagesIn(snap, me, place).filter((each) => starts(each) && each.author !== me && each.ts > last).length;
}

// What modbot wrote to this person alone: the channels are everybody's.
export function unreadOfOwn(snap, me, seen) {
  const shown = seen[mark(me, PRIVATE)] || "";
  const own = (message) => message.only_for === me || snap.channels.some((each) => each.id === message.channel && each.kind === "im" && each.members.includes(me));
  return snap.messages.filter((each) => own(each) && each.author !== me && each.ts > shown).length;
}

export function unreadOf(snap, me, seen) {
  return placesOf(snap, me).reduce((sum, place) => sum + unreadIn(snap, me, place, seen), 0);
}

// `seen` with everything in this place read; the same object when nothing changes.
export function withRead(seen, snap, me, place) {
  const newest = messagesIn(snap, me, place).reduce((last, each) => (each.ts > last ? each.ts : last), "");
  const key = mark(me, place.key);
  return newest > (seen[key] || "") ? { ...seen, [key]: newest } : seen;
}
