// Who left, was removed or was refused, newest first, with the time.
import { html } from "../vendor/htm-preact.js";
import { clockWithSeconds } from "../text/dates.js";
import { Name } from "../text/name.js";
import { Sign } from "./marks.js";

const WORDS = { left: "left", removed: "removed", refused: "could not get in" };
const MOST = 4;

export function Gone({ gone, count }) {
  if (!gone.length) return null;
  const more = count - Math.min(gone.length, MOST);
  return html`<ul class="gone" aria-label="Who is out">
    ${gone.slice(0, MOST).map(
      (each, number) => html`<li key=${`${each.at}${number}`} class=${each.how}>
        <${Sign} name="out" /> <${Name} name=${each.name} most=${32} />
        <span class="how">${WORDS[each.how] || each.how}</span> <time datetime=${each.at}>${clockWithSeconds(each.at)}</time>
      </li>`,
    )}
    ${more > 0 && html`<li class="more">and ${more} more</li>`}
  </ul>`;
}
