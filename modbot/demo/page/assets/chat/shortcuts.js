// Slack's shortcuts: on a message, the way in from threads where slash commands do not run; and those of the composer.
import { html, useRef } from "../vendor/htm-preact.js";
import { useDemo } from "../state/demo.js";

export function Shortcuts({ on, label }) {
  const { snap, me, act } = useDemo();
  const menu = useRef(null);
  const offered = (snap.shortcuts || []).filter((each) => each.type === (on ? "message" : "global"));
  if (!offered.length) return null;

  function use(shortcut) {
    menu.current.open = false;
    menu.current.querySelector("summary").focus();
    act("/api/shortcut", { user: me, callback_id: shortcut.callback_id, on: on || null });
  }

  function closeOnEscape(event) {
    if (event.key !== "Escape" || !menu.current.open) return;
    menu.current.open = false;
    menu.current.querySelector("summary").focus();
  }

  return html`<details class="shortcuts" ref=${menu} onKeyDown=${closeOnEscape}>
    <summary aria-label=${label}>⋯</summary>
    <ul>
      ${offered.map((each) => html`<li><button type="button" class="plain-button" onClick=${() => use(each)}>${each.name}</button></li>`)}
    </ul>
  </details>`;
}
