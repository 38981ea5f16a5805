// Each request as it crosses the wire, newest first.
import { html } from "../vendor/htm-preact.js";
import { useDemo } from "../state/demo.js";
import { span } from "../text/dates.js";

const VENDORS = { slack: "Slack", zoom: "Zoom", webex: "Webex", meet: "Meet", teams: "Teams", jitsi: "Jitsi", twilio: "Twilio", pagerduty: "PagerDuty" };
const MOST_ROWS = 80;

export function Wire() {
  const { wire } = useDemo().snap;
  const newest = wire.slice(-MOST_ROWS).reverse();
  return html`<section class="wire" aria-labelledby="wire-title">
    <div class="wire-head"><h3 id="wire-title">On the wire</h3>
      <p aria-hidden="true"><span class="arrow">→</span>from modbot <span class="to-modbot"><span class="arrow">←</span></span>to modbot</p></div>
    <div class="wire-rows" tabindex="0" role="group" aria-label="Requests, newest first">
      ${newest.length ? html`<ol>${newest.map((call) => html`<${Row} key=${call.n} call=${call} />`)}</ol>` : html`<p class="nothing">No request yet.</p>`}
    </div>
  </section>`;
}

function Row({ call }) {
  const { digits, unit } = span(call.ms);
  const grade = call.status === 0 || call.status >= 500 ? "bad" : call.status >= 400 ? "odd" : "good";
  return html`<li class=${call.by_modbot ? "from-modbot" : "to-modbot"}>
    <span class="vendor"><span class="arrow" aria-hidden="true">${call.by_modbot ? "→" : "←"}</span>
      <span class="unseen">${call.by_modbot ? "modbot to" : "to modbot from"} </span>${VENDORS[call.vendor] || call.vendor}</span>
    <span class="call" title=${call.path}><span class="method">${call.method}</span> ${call.path}</span>
    <span class=${`status ${grade}`}>${call.status || "none"}</span>
    <span class="ms">${digits} ${unit}</span>
  </li>`;
}
