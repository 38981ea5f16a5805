// The classes of the district: the visitor's own first, then those with somebody from outside, then the others.
import { html } from "../vendor/htm-preact.js";
import { useDemo } from "../state/demo.js";
import { Room } from "./room.js";
import { isOutside } from "./people.js";

function rank(room, me) {
  if (room.teacher === me) return 0;
  if (room.people.some((person) => person.where === "joined" && isOutside(person))) return 1;
  return room.live ? 2 : 3;
}

export function Classes() {
  const { snap, me } = useDemo();
  const rooms = [...snap.rooms].sort((one, other) => rank(one, me) - rank(other, me));
  return html`<section class="view classes" id="classes" aria-labelledby="classes-title">
    <div class="view-head"><h2 id="classes-title">Live classes</h2><p>as their platforms show them</p></div>
    <div class="scrolled" tabindex="0" role="group" aria-label="The classes">
      ${rooms.length ? rooms.map((room) => html`<${Room} key=${`${room.platform} ${room.title}`} room=${room} mine=${room.teacher === me} />`) : html`<p class="nothing">No class runs.</p>`}
    </div>
  </section>`;
}
