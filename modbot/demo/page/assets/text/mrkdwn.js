// Slack's mrkdwn as a tree of plain objects. Nothing here builds HTML: shown.js makes elements of the tree.
// https://docs.slack.dev/messaging/formatting-message-text
import { EMOJI } from "./emoji.js";

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
const DEEPEST = 6;
const MARKS = {
  "*": { kind: "bold", pattern: /\*(?=\S)([^\n*]*[^\s*])\*(?![\p{L}\p{N}*])/uy },
  _: { kind: "italic", pattern: /_(?=\S)([^\n_]*[^\s_])_(?![\p{L}\p{N}_])/uy },
  "~": { kind: "strike", pattern: /~(?=\S)([^\n~]*[^\s~])~(?![\p{L}\p{N}~])/uy },
};
const BEFORE_MARK = /[\s\p{P}\p{S}]/u;
const SAFE_LINK = /^(https?:\/\/|mailto:|tel:)/i;

export const unescaped = (text) => text.replace(/&(?:lt|gt|amp);/g, (found) => ENTITIES[found]);

// The whole text: fenced code, quotes, and lines between them.
export function parse(text) {
  return text.split(/```([\s\S]+?)```/).flatMap((part, number) => {
    if (number % 2) return [{ kind: "fence", text: unescaped(part.replace(/^\n|\n$/g, "")) }];
    return part ? paragraphs(part) : [];
  });
}

function paragraphs(text) {
  const groups = [];
  for (const line of text.split("\n")) {
    const quoted = /^(?:&gt;|>) ?/.exec(line);
    const kind = quoted ? "quote" : "lines";
    if (groups.at(-1)?.kind !== kind) groups.push({ kind, lines: [] });
    groups.at(-1).lines.push(quoted ? line.slice(quoted[0].length) : line);
  }
  return groups.flatMap(({ kind, lines }) => {
    const inside = lines.flatMap((line, number) => [...(number ? [{ kind: "break" }] : []), ...inline(line, 0)]);
    return kind === "quote" ? [{ kind, inside }] : inside;
  });
}

function inline(text, depth) {
  const nodes = [];
  let plain = "";
  for (let at = 0; at < text.length; ) {
    const found = depth < DEEPEST ? special(text, at, depth) : null;
    if (!found) {
      plain += text[at++];
      continue;
    }
    if (plain) nodes.push({ kind: "text", text: unescaped(plain) });
    plain = "";
    nodes.push(found.node);
    at = found.end;
  }
  if (plain) nodes.push({ kind: "text", text: unescaped(plain) });
  return nodes;
}

function special(text, at, depth) {
  const mark = text[at];
  if (mark === "<") return matched(/<([^<>\n]+)>/y, text, at, bracket);
  if (mark === "`") return matched(/`([^`\n]+)`/y, text, at, (inner) => ({ kind: "code", text: unescaped(inner) }));
  if (mark === ":") return matched(/:([a-z0-9_+-]+):/y, text, at, emoji);
  if (!(mark in MARKS) || (at > 0 && !BEFORE_MARK.test(text[at - 1]))) return null;
  const { kind, pattern } = MARKS[mark];
  return matched(pattern, text, at, (inner) => ({ kind, inside: inline(inner, depth + 1) }));
}

function matched(pattern, text, at, make) {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  const node = found && make(found[1]);
  return node ? { node, end: pattern.lastIndex } : null;
}

function emoji(name) {
  return name in EMOJI ? { kind: "emoji", name, glyph: EMOJI[name] } : null;
}

// What stands between < and >: a person, a channel, a time, a call to everybody, or a link.
function bracket(inner) {
  const [target, ...rest] = inner.split("|");
  const label = rest.length ? unescaped(rest.join("|")) : "";
  const id = /^([@#])([A-Z0-9]{2,32})$/.exec(target);
  if (id) return { kind: id[1] === "@" ? "user" : "channel", id: id[2], label };
  const date = /^!date\^(\d{1,12})\^([^^]+)(?:\^(.+))?$/.exec(target);
  if (date) return { kind: "date", seconds: Number(date[1]), format: date[2], label };
  const everybody = /^!(here|channel|everyone)$/.exec(target);
  if (everybody) return { kind: "everybody", name: everybody[1] };
  const url = unescaped(target);
  return SAFE_LINK.test(url) ? { kind: "link", url, label: label || url } : { kind: "text", text: unescaped(inner) };
}
