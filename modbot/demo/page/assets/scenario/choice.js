// The scenarios, each started with one click.
import { html } from "../vendor/htm-preact.js";
import { personOf, useDemo } from "../state/demo.js";
import { Name } from "../text/name.js";

export function Choice({ scenarios, current, onStart }) {
  const { snap } = useDemo();
  return html`<div class="choice">
    <h2 class="choice-title">What goes wrong today? <span>Choose one. You are one of the people in it; nothing real is touched.</span></h2>
    <ul tabindex="0" aria-label="Scenarios">
      ${scenarios.map((each) => html`<li key=${each.name} class=${each.name === current ? "current" : ""}>
        <h3>${each.title}</h3>
        <p class="about">${each.about}</p>
        <p class="start"><button type="button" class="button primary" data-scenario=${each.name}
          aria-label=${`Start: ${each.title}`} onClick=${() => onStart(each)}>Start</button>
          <span class="as">as <${Name} name=${personOf(snap, each.as).name} /></span></p>
      </li>`)}
    </ul>
  </div>`;
}
