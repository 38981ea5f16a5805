// Staff chat: people to switch between, their conversations, and the line to type on.
import { html } from "../vendor/htm-preact.js";
import { useDemo } from "../state/demo.js";
import { HOME, PRIVATE, placesOf } from "../state/places.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { Home } from "./home.js";
import { People } from "./people.js";
import { Places } from "./places.js";

export function Chat({ placeKey, seen, wanted, onPerson, onPlace, onTaken }) {
  const { snap, me } = useDemo();
  const places = placesOf(snap, me);
  const place = places.find((each) => each.key === placeKey) || places.at(-1);
  const label = place.key === PRIVATE ? "your conversation with modbot" : `#${place.name}`;
  return html`<section class="view chat" id="chat" aria-labelledby="chat-title">
    <div class="view-head"><h2 id="chat-title">Staff chat</h2><p>as Slack shows it</p></div>
    <${People} seen=${seen} onChoose=${onPerson} />
    <${Places} current=${placeKey === HOME ? HOME : place.key} seen=${seen} onChoose=${onPlace} />
    ${placeKey === HOME ? html`<${Home} />` : html`<${Conversation} key=${`${me} ${place.key}`} place=${place} label=${`Messages in ${label}`} />`}
    <${Composer} channel=${place.id} label=${label} wanted=${wanted} onTaken=${onTaken} />
  </section>`;
}
