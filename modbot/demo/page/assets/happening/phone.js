// The phone of somebody of IT: it rings, is answered, takes keys, and says what is heard. Texts can be answered too.
import { html, useState } from "../vendor/htm-preact.js";
import { personOf, useDemo } from "../state/demo.js";
import { Name } from "../text/name.js";
import { clock } from "../text/dates.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "*", "#"];
const STATES = { idle: "quiet", ringing: "rings", talking: "in a call" };
const MOST_TEXTS = 3;

export function Phone({ phone }) {
  const { snap, act } = useDemo();
  const { name } = personOf(snap, phone.person);
  const tell = (does, key) => act("/api/phone", { person: phone.person, do: does, ...(key && { key }) });
  return html`<article class=${`phone ${phone.state}`} data-phone=${phone.person} aria-label=${`Phone of ${name}`}>
    <header>
      <span class="handset" aria-hidden="true">✆</span>
      <div><h4><${Name} name=${name} /></h4><p class="number">${phone.number}</p></div>
      <p class="phone-state" role="status">${STATES[phone.state] || phone.state}</p>
    </header>
    ${phone.state === "ringing" &&
    html`<p class="phone-do">
      <button type="button" class="button primary" onClick=${() => tell("answer")}>Answer</button>
      <button type="button" class="button danger" onClick=${() => tell("hang_up")}>Decline</button>
    </p>`}
    ${phone.state === "talking" && html`<${Call} phone=${phone} tell=${tell} />`}
    ${phone.texts.length > 0 && html`<${Texts} phone=${phone} name=${name} />`}
  </article>`;
}

function Call({ phone, tell }) {
  return html`<div class="call-box">
    <ul class="heard" aria-label="What is heard" aria-live="polite">${phone.heard.map((line) => html`<li>${line}</li>`)}</ul>
    <div class="keypad" role="group" aria-label="Keypad">
      ${KEYS.map((key) => html`<button type="button" class="key" onClick=${() => tell("key", key)}>${key}</button>`)}
    </div>
    <button type="button" class="button danger" onClick=${() => tell("hang_up")}>Hang up</button>
  </div>`;
}

function Texts({ phone, name }) {
  const { act } = useDemo();
  const [text, setText] = useState("");

  async function send(event) {
    event.preventDefault();
    if (!text.trim()) return;
    const answer = await act("/api/text", { person: phone.person, text: text.trim() });
    if (answer.ok) setText("");
  }

  return html`<div class="texts">
    <ul aria-label=${`Text messages of ${name}`}>
      ${phone.texts.slice(-MOST_TEXTS).map((each) => html`<li class=${each.mine ? "mine" : ""} key=${each.at + each.body}>
        <span dir="auto">${each.body}</span> <time datetime=${each.at}>${clock(each.at)}</time>
      </li>`)}
    </ul>
    <form onSubmit=${send}>
      <input type="text" value=${text} aria-label=${`Answer as ${name}`} placeholder="Answer" autocomplete="off" maxlength="160" onInput=${(event) => setText(event.target.value)} />
      <button type="submit" class="button" disabled=${!text.trim()}>Send</button>
    </form>
  </div>`;
}
