// What goes wrong today: scenarios to start with one click, and how the running one stands.
import { html, useState } from "../vendor/htm-preact.js";
import { useDemo } from "../state/demo.js";
import { Choice } from "./choice.js";
import { Running } from "./running.js";

export function ScenarioBar({ onAs, onType }) {
  const { snap, act } = useDemo();
  const [choosing, setChoosing] = useState(false);
  const { running } = snap;

  async function start(scenario) {
    const answer = await act("/api/scenario", { name: scenario.name });
    if (!answer.ok) return;
    setChoosing(false);
    onAs(scenario.as);
  }

  return html`<section class="scenario" id="scenario" aria-label="Scenario">
    ${running && html`<${Running} running=${running} choosing=${choosing} onChoose=${() => setChoosing(!choosing)} onType=${onType} />`}
    ${(!running || choosing) && html`<${Choice} scenarios=${snap.scenarios} current=${running?.name} onStart=${start} />`}
  </section>`;
}
