// What is happening: the figure, the phones of IT on call, PagerDuty, the wire.
import { html } from "../vendor/htm-preact.js";
import { useDemo } from "../state/demo.js";
import { Figure } from "./figure.js";
import { PagerDuty } from "./pagerduty.js";
import { Phone } from "./phone.js";
import { Wire } from "./wire.js";

export function Happening() {
  const { phones } = useDemo().snap;
  return html`<section class="view happening" id="happening" aria-labelledby="happening-title">
    <div class="view-head"><h2 id="happening-title">What is happening</h2><p>how fast, and who is called</p></div>
    <${Figure} />
    ${phones.length > 0 &&
    html`<section class="phones" aria-labelledby="phones-title">
      <h3 id="phones-title">IT on call</h3>
      ${phones.map((phone) => html`<${Phone} key=${phone.person} phone=${phone} />`)}
    </section>`}
    <${PagerDuty} />
    <${Wire} />
  </section>`;
}
