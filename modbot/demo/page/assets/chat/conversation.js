// What stands in one conversation, oldest first, kept at its end unless the reader scrolled up.
import { html, useLayoutEffect, useRef, useState } from "../vendor/htm-preact.js";
import { useDemo } from "../state/demo.js";
import { linesIn } from "../state/places.js";
import { clock } from "../text/dates.js";
import { Message } from "./message.js";

const NEAR_THE_END_PX = 60;

export function Conversation({ place, label }) {
  const { snap, me } = useDemo();
  const box = useRef(null);
  const stays = useRef(true);
  const [below, setBelow] = useState(false);
  const lines = linesIn(snap, me, place);

  useLayoutEffect(() => {
    if (stays.current) box.current.scrollTop = box.current.scrollHeight;
    else setBelow(true);
  }, [lines.length, snap.rev]);

  function scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = box.current;
    stays.current = scrollHeight - scrollTop - clientHeight < NEAR_THE_END_PX;
    if (stays.current) setBelow(false);
  }

  function toTheEnd() {
    box.current.scrollTop = box.current.scrollHeight;
    box.current.focus();
  }

  return html`<div class="conversation">
    <div class="log" role="log" aria-label=${label} tabindex="0" ref=${box} onScroll=${scrolled}>
      ${lines.length ? lines.map((line) => html`<${Line} key=${line.key} line=${line} />`) : html`<${Nothing} />`}
    </div>
    ${below && html`<button type="button" class="button primary to-the-end" onClick=${toTheEnd}>New messages ↓</button>`}
  </div>`;
}

const Nothing = () =>
  html`<div class="nothing"><p>Nothing here yet.</p><p>Type <kbd>/</kbd> below to see what you can do.</p></div>`;

function Line({ line }) {
  if (line.kind === "message") return html`<${Message} message=${line.message} />`;
  const { text, at, status, ms } = line.typed;
  const failed = status && status !== 200;
  return html`<p class=${`typed ${failed ? "failed" : ""}`}>
    <span class="unseen">You typed </span><code dir="auto">${text}</code>
    <span class="typed-note">
      ${failed ? `modbot did not take it (${status})` : ms != null && `taken in ${ms.toFixed(0)} ms`}${" · "}<time datetime=${at}>${clock(at)}</time>
    </span>
  </p>`;
}
