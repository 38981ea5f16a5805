// The people of a class as tiles: those from outside first, marked by a sign, a word and a border, not by colour alone.
import { html } from "../vendor/htm-preact.js";
import { defanged, initials, Name } from "../text/name.js";
import { Sign } from "./marks.js";

const ROLES = { host: "teacher", cohost: "co-host" };

const rank = (person) => (person.role === "host" ? 0 : person.role === "cohost" ? 1 : person.pupil ? 3 : 2);

export const inOrder = (people) => [...people].sort((one, other) => rank(one) - rank(other));

export const isOutside = (person) => !person.pupil && person.role === "attendee";

export function People({ people, label }) {
  return html`<ul class="tiles" aria-label=${label}>
    ${inOrder(people).map((person) => html`<${Tile} key=${person.id} person=${person} />`)}
  </ul>`;
}

function Tile({ person }) {
  const outside = isOutside(person);
  const note = outside ? "from outside" : ROLES[person.role];
  return html`<li class=${`tile ${outside ? "outside" : person.role}`} data-person=${defanged(person.name)}>
    <span class="avatar" aria-hidden="true">${outside ? html`<${Sign} name="stranger" />` : initials(person.name)}</span>
    <span class="who">
      <${Name} name=${person.name} most=${32} />
      ${note && html`<span class="who-note">${note}</span>`}
      ${person.sharing && html`<span class="who-note shares"><${Sign} name="screen" /> shares a screen</span>`}
    </span>
  </li>`;
}
