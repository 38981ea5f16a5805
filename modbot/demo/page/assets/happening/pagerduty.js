// What PagerDuty has open.
import { html } from "../vendor/htm-preact.js";
import { useDemo } from "../state/demo.js";
import { clock } from "../text/dates.js";

const SIGNS = { triggered: "●", acknowledged: "◐", resolved: "✓" };

export function PagerDuty() {
  const { pagerduty } = useDemo().snap;
  if (!pagerduty.length) return null;
  return html`<section class="pagerduty" aria-labelledby="pagerduty-title">
    <h3 id="pagerduty-title">PagerDuty</h3>
    <ul>
      ${pagerduty.map((each) => html`<li class=${each.status} key=${each.at + each.title}>
        <span aria-hidden="true">${SIGNS[each.status] || "●"}</span> <span class="pd-title">${each.title}</span>
        <strong>${each.status}</strong> <time datetime=${each.at}>${clock(each.at)}</time>
      </li>`)}
    </ul>
  </section>`;
}
