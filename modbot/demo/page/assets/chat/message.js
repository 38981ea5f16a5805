// One message: who, when, for whom, its blocks, its thread, and what can be done with it.
import { html, useState } from "../vendor/htm-preact.js";
import { MODBOT, personOf, useDemo } from "../state/demo.js";
import { repliesTo } from "../state/places.js";
import { Blocks } from "../blocks/table.js";
import { Mrkdwn } from "../text/shown.js";
import { clock } from "../text/dates.js";
import { initials, Name } from "../text/name.js";
import { Shortcuts } from "./shortcuts.js";

export function Message({ message, inThread }) {
  const { snap, me } = useDemo();
  const author = personOf(snap, message.author);
  const on = { channel: message.channel, ts: message.ts };
  return html`<article class=${`message ${message.only_for ? "only-you" : ""}`} data-ts=${message.ts}>
    <${Avatar} author=${author} />
    <div class="message-body">
      <p class="byline">
        <strong><${Name} name=${author.name} /></strong>
        ${author.id === MODBOT && html`<span class="app-tag">app</span>`}
        <time datetime=${message.at}>${clock(message.at)}</time>
        ${message.edited && html`<span class="edited">(edited)</span>`}
      </p>
      ${message.only_for && html`<p class="only-you-note">Only visible to you</p>`}
      ${message.blocks.length ? html`<${Blocks} blocks=${message.blocks} on=${on} />` : html`<p><${Mrkdwn} text=${message.text} /></p>`}
      ${!inThread && html`<${Thread} replies=${repliesTo(snap, me, message)} />`}
    </div>
    <${Shortcuts} on=${on} label="Shortcuts on this message" />
  </article>`;
}

function Thread({ replies }) {
  const [open, setOpen] = useState(false);
  if (!replies.length) return null;
  const count = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  return html`<div class="thread">
    <button type="button" class="plain-button thread-toggle" aria-expanded=${open} onClick=${() => setOpen(!open)}>
      ${open ? "Hide" : "Show"} ${count}
    </button>
    ${open && replies.map((reply) => html`<${Message} key=${reply.ts} message=${reply} inThread />`)}
  </div>`;
}

function Avatar({ author }) {
  if (author.id === MODBOT) return html`<img class="avatar" src="/assets/mark.svg" alt="" width="36" height="36" />`;
  return html`<span class="avatar" aria-hidden="true">${initials(author.name)}</span>`;
}
