// Text objects and mrkdwn as elements. Every word becomes a text node.
import { html } from "../vendor/htm-preact.js";
import { parse, unescaped } from "./mrkdwn.js";
import { formatted } from "./dates.js";
import { defanged, Name } from "./name.js";
import { signed } from "./signs.js";
import { personOf, useDemo } from "../state/demo.js";

const SHOW = {
  text: (node) => signed(node.text),
  break: () => html`<br />`,
  bold: (node) => html`<strong><${Nodes} nodes=${node.inside} /></strong>`,
  italic: (node) => html`<em><${Nodes} nodes=${node.inside} /></em>`,
  strike: (node) => html`<s><${Nodes} nodes=${node.inside} /></s>`,
  code: (node) => html`<code>${node.text}</code>`,
  fence: (node) => html`<pre tabindex="0"><code>${node.text}</code></pre>`,
  quote: (node) => html`<blockquote><${Nodes} nodes=${node.inside} /></blockquote>`,
  emoji: (node) => html`<span role="img" aria-label=${node.name.replaceAll("_", " ")}>${node.glyph}</span>`,
  user: (node, snap) => html`<span class="mention">@<${Name} name=${personOf(snap, node.id).name} /></span>`,
  channel: (node, snap) => html`<span class="mention">#${channelName(snap, node.id)}</span>`,
  everybody: (node) => html`<span class="mention">@${node.name}</span>`,
  date: (node) => html`<time>${formatted(node.seconds, node.format) || node.label}</time>`,
  link: (node) => html`<a href=${node.url} target="_blank" rel="noopener noreferrer">${node.label}</a>`,
};

export const MARKS = Object.keys(SHOW);

const channelName = (snap, id) => snap.channels.find((channel) => channel.id === id)?.name || id;

function Nodes({ nodes }) {
  const { snap } = useDemo();
  return nodes.map((node) => SHOW[node.kind](node, snap));
}

export const Mrkdwn = ({ text }) => html`<span class="mrkdwn" dir="auto"><${Nodes} nodes=${parse(text)} /></span>`;

// A Slack text object, mrkdwn or plain.
export function Text({ of }) {
  if (of.type === "mrkdwn") return html`<${Mrkdwn} text=${of.text} />`;
  return html`<span class="plain" dir="auto">${signed(of.text)}</span>`;
}

// The words alone, for a label that a screen reader speaks.
export const words = (of) => (of.type === "mrkdwn" ? unescaped(of.text) : of.text);

export { defanged };
