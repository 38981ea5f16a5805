// The channels, the private conversation with modbot, and its Home tab.
import { html } from "../vendor/htm-preact.js";
import { useDemo } from "../state/demo.js";
import { HOME, PRIVATE, placesOf, unreadIn } from "../state/places.js";

export function Places({ current, seen, onChoose }) {
  const { snap, me } = useDemo();
  return html`<nav class="places" aria-label="Conversations">
    ${placesOf(snap, me).map((place) => {
      const unread = place.key === current ? 0 : unreadIn(snap, me, place, seen);
      return html`<${Place} key=${place.key} id=${place.key} name=${place.name} unread=${unread} current=${current} onChoose=${onChoose}
        sign=${place.key === PRIVATE ? "@" : "#"} />`;
    })}
    <${Place} id=${HOME} name="Home" sign="⌂" unread=${0} current=${current} onChoose=${onChoose} />
  </nav>`;
}

function Place({ id, name, sign, unread, current, onChoose }) {
  return html`<button type="button" class=${`place ${unread ? "unread" : ""}`} data-place=${id}
    aria-current=${id === current ? "true" : undefined} onClick=${() => onChoose(id)}>
    <span class="sign" aria-hidden="true">${sign}</span>${name}
    ${unread > 0 && html`<span class="badge">${unread}<span class="unseen"> unread</span></span>`}
  </button>`;
}
