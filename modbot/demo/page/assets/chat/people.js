// Who the visitor is in the staff chat. Radio buttons: one stop for Tab, arrows to choose.
import { html } from "../vendor/htm-preact.js";
import { useDemo } from "../state/demo.js";
import { unreadOfOwn } from "../state/places.js";
import { initials, Name } from "../text/name.js";

export function People({ seen, onChoose }) {
  const { snap, me } = useDemo();
  const now = snap.people.find((person) => person.id === me);
  return html`<fieldset class="people">
    <legend class="unseen">Who you are in the staff chat</legend>
    <div class="faces">
      ${snap.people.map((person) => html`<${Face} key=${person.id} person=${person} seen=${seen} onChoose=${onChoose} />`)}
    </div>
    <p class="you-are">You are <strong><${Name} name=${now?.name || me} /></strong>${now?.note && html`<span class="note">, ${now.note}</span>`}</p>
  </fieldset>`;
}

function Face({ person, seen, onChoose }) {
  const { snap, me } = useDemo();
  const unread = person.id === me ? 0 : unreadOfOwn(snap, person.id, seen);
  const ringing = snap.phones.some((phone) => phone.person === person.id && phone.state === "ringing");
  const said = [person.name, person.note, unread ? `${unread} unread` : "", ringing ? "the phone rings" : ""];
  return html`<label class=${`face ${ringing ? "rings" : ""}`} title=${person.note}>
    <input type="radio" name="me" value=${person.id} checked=${person.id === me} onChange=${() => onChoose(person.id)}
      aria-label=${said.filter(Boolean).join(", ")} />
    <span class="avatar" aria-hidden="true">${initials(person.name)}</span>
    <span class="face-name" aria-hidden="true">${person.name.split(" ").at(-1)}</span>
    ${unread > 0 && html`<span class="badge" aria-hidden="true">${unread}</span>`}
  </label>`;
}
