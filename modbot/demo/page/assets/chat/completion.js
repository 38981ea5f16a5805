// The list of commands that fit what was typed.
import { html, useEffect, useRef } from "../vendor/htm-preact.js";

export function matching(commands, text) {
  if (!/^\/\S*$/.test(text)) return [];
  return commands.filter((each) => each.name.startsWith(text.toLowerCase()));
}

export function Completion({ offered, active, optionId, onTake }) {
  const list = useRef(null);

  useEffect(() => list.current.children[active]?.scrollIntoView({ block: "nearest" }), [active]);

  return html`<ul class="completion" id="commands" role="listbox" aria-label="Commands" ref=${list}>
    ${offered.map(
      (each, number) => html`<li key=${each.name} id=${optionId(number)} role="option" aria-selected=${number === active}
        onMouseDown=${(event) => (event.preventDefault(), onTake(each))}>
        <span class="command">${each.name} <span class="command-hint">${each.hint}</span></span>
        <span class="about">${each.about}</span>
      </li>`,
    )}
  </ul>`;
}
