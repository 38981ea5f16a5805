// A display name. Names are hostile: one line, cut, nothing hidden in it, and what it turns around stays inside it.
import { html } from "../vendor/htm-preact.js";

const MOST_CHARACTERS = 60;
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u034F\u115F\u1160\u17B4\u17B5\u2800\u3164\uFFA0]/gu;
const PILED = /(\p{M}{4})\p{M}+/gu;

const told = (character) => `⟨U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`;

export function defanged(name, most = MOST_CHARACTERS) {
  const plain = name.slice(0, 4 * most).replace(/[\t\n\r]+/g, " ").replace(HIDDEN, told).replace(PILED, "$1").trim();
  const characters = [...plain];
  if (!characters.length) return "(no name)";
  return characters.length > most ? `${characters.slice(0, most - 1).join("").trimEnd()}…` : plain;
}

export function initials(name) {
  const words = defanged(name).match(/[\p{L}\p{N}]+/gu) || ["?"];
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => [...word][0].toUpperCase()).join("");
}

export const Name = ({ name, most }) => html`<bdi class="name">${defanged(name, most)}</bdi>`;
