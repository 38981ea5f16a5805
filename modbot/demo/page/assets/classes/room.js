// One class: where it runs, whether anybody new can come in, who is in, who waits, who is out.
import { html, useState } from "../vendor/htm-preact.js";
import { personOf, useDemo } from "../state/demo.js";
import { Name } from "../text/name.js";
import { Gone } from "./gone.js";
import { PlatformMark, Sign } from "./marks.js";
import { isOutside, People } from "./people.js";

const sharers = (people) => people.filter((person) => person.sharing);

export function Room({ room, mine }) {
  const { snap } = useDemo();
  const [toggled, setToggled] = useState(null);
  const inside = room.people.filter((person) => person.where === "joined");
  const waiting = room.people.filter((person) => person.where === "lobby");
  const outside = inside.filter(isOutside).length;
  const open = toggled ?? (mine || outside > 0 || room.gone.some((each) => each.how !== "left"));
  const id = `room-${room.platform}-${room.teacher}`;
  return html`<article class=${`room ${outside ? "alarm" : ""} ${room.live ? "" : "not-live"}`} data-room=${room.title} aria-labelledby=${id}>
    <header>
      <${PlatformMark} platform=${room.platform} />
      <div class="room-title">
        <h3 id=${id}>${room.title}</h3>
        <p><${Name} name=${personOf(snap, room.teacher).name} /> · ${room.label}</p>
      </div>
      <${Counts} inside=${inside.length} waiting=${waiting.length} live=${room.live} />
      <button type="button" class="icon-button" aria-expanded=${open} aria-label=${`Who is in ${room.title}`} onClick=${() => setToggled(!open)}>
        <span class="chevron" aria-hidden="true">⌄</span>
      </button>
    </header>
    <${Entry} room=${room} outside=${outside} />
    ${open && html`<${Inside} room=${room} inside=${inside} waiting=${waiting} />`}
  </article>`;
}

function Counts({ inside, waiting, live }) {
  if (!live) return html`<p class="counts"><span class="not-now">not running</span></p>`;
  return html`<p class="counts"><strong>${inside}</strong> in${waiting > 0 && html` <strong class="waits">${waiting}</strong> waiting`}</p>`;
}

function Entry({ room, outside }) {
  if (!room.live) return null;
  const state = room.locked === null ? "unknown" : room.locked ? "locked" : "open";
  return html`<p class=${`entry ${state}`} data-entry=${state}>
    <${Sign} name=${state} /> <span>${room.entry}</span>
    ${outside > 0 && html`<strong class="warns"><${Sign} name="stranger" /> ${outside} from outside</strong>`}
  </p>`;
}

function Inside({ room, inside, waiting }) {
  return html`<div class="inside">
    ${sharers(inside).map(
      (person) => html`<p class=${`sharing ${isOutside(person) ? "alarm" : ""}`}><${Sign} name="screen" /> <${Name} name=${person.name} most=${32} /> shows their screen to everybody</p>`,
    )}
    ${inside.length > 0 && html`<${People} people=${inside} label=${`In ${room.title}`} />`}
    ${waiting.length > 0 && html`<h4 class="waiting-title">Waiting to be let in</h4><${People} people=${waiting} label="Waiting to be let in" />`}
    <${Gone} gone=${room.gone} count=${room.gone_count} />
  </div>`;
}
