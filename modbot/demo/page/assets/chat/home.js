// modbot's Home tab, as modbot last published it for this person.
import { html, useEffect } from "../vendor/htm-preact.js";
import { Blocks } from "../blocks/table.js";
import { useDemo } from "../state/demo.js";

export function Home() {
  const { snap, me, act } = useDemo();
  const view = snap.views.find((each) => each.kind === "home" && each.user === me);

  useEffect(() => {
    act("/api/home", { user: me }, { quiet: true });
  }, [me]);

  return html`<div class="conversation"><section class="log home" aria-label="modbot’s Home tab" tabindex="0">
    ${view ? html`<${Blocks} blocks=${view.payload.blocks} on=${{ view: view.id }} />` : html`<p class="nothing">modbot shows nothing on its Home tab.</p>`}
  </section></div>`;
}
