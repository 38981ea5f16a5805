// A button. One with a url opens it too, as in Slack; one with a confirm object asks first.
import { html, useState } from "../vendor/htm-preact.js";
import { useDemo } from "../state/demo.js";
import { words } from "../text/shown.js";

export function Button({ element, on }) {
  const { me, act, ask } = useDemo();
  const [busy, setBusy] = useState(false);

  async function press() {
    if (busy || (element.confirm && !(await ask(element.confirm)))) return;
    setBusy(true);
    await act("/api/press", { user: me, on, action_id: element.action_id });
    setBusy(false);
  }

  const shared = { class: `button ${element.style || ""}`, "aria-label": element.accessibility_label };
  if (element.url) {
    const link = { href: element.url, target: "_blank", rel: "noopener noreferrer" };
    return html`<a ...${shared} ...${link} onClick=${press}>${words(element.text)}</a>`;
  }
  return html`<button type="button" ...${shared} aria-busy=${busy} onClick=${press}>
    <span dir="auto">${words(element.text)}</span>
  </button>`;
}
