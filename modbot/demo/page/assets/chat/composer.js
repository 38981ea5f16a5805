// The line to type on. "/" offers the commands: a combobox with a list, arrows to walk, Tab or Enter to take.
import { html, useEffect, useRef, useState } from "../vendor/htm-preact.js";
import { useDemo } from "../state/demo.js";
import { Completion, matching } from "./completion.js";
import { Shortcuts } from "./shortcuts.js";

const optionId = (number) => `command-${number}`;

export function Composer({ channel, label, wanted, onTaken }) {
  const { snap, me, act } = useDemo();
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const [shut, setShut] = useState(false);
  const [trouble, setTrouble] = useState("");
  const box = useRef(null);
  const offered = shut ? [] : matching(snap.commands, text);
  const command = snap.commands.find((each) => each.name === text.trim().split(/\s+/)[0]);

  useEffect(() => {
    if (!wanted) return;
    write(wanted, true);
    box.current.focus();
    onTaken();
  }, [wanted]);

  function write(value, complete = false) {
    setText(value);
    setActive(0);
    setShut(complete);
    setTrouble("");
  }

  function take(chosen) {
    write(chosen.hint ? `${chosen.name} ` : chosen.name, true);
    box.current.focus();
  }

  async function send() {
    const typed = text.trim();
    if (!typed) return;
    const [name, ...rest] = typed.split(/\s+/);
    if (!snap.commands.some((each) => each.name === name)) {
      setTrouble(name.startsWith("/") ? `There is no ${name}. Type / to see what there is.` : "Begin with /. modbot reads no other messages.");
      setShut(true);
      return;
    }
    write("");
    const answer = await act("/api/slash", { user: me, command: name, text: rest.join(" "), channel }, { quiet: true });
    if (!answer.ok) setTrouble(answer.error);
  }

  const keys = {
    ArrowDown: () => offered.length && setActive((active + 1) % offered.length),
    ArrowUp: () => offered.length && setActive((active + offered.length - 1) % offered.length),
    Tab: () => offered.length && text !== offered[active].name && (take(offered[active]), true),
    Escape: () => offered.length && (setShut(true), true),
    Enter: () => (offered.length && text !== offered[active].name ? take(offered[active]) : send(), true),
  };

  function pressed(event) {
    if (event.isComposing || event.shiftKey) return;
    const done = keys[event.key]?.();
    if (done || (offered.length && event.key.startsWith("Arrow"))) event.preventDefault();
  }

  return html`<form class="composer" onSubmit=${(event) => (event.preventDefault(), send())}>
    ${offered.length > 0 && html`<${Completion} offered=${offered} active=${active} optionId=${optionId} onTake=${take} />`}
    <div class="composer-row">
      <${Shortcuts} label="Shortcuts" />
      <input ref=${box} type="text" value=${text} data-focus-home autocomplete="off" autocapitalize="off" spellcheck=${false} dir="auto"
        role="combobox" aria-label=${`Type a command in ${label}`} aria-autocomplete="list" aria-expanded=${offered.length > 0}
        aria-controls="commands" aria-activedescendant=${offered.length ? optionId(active) : undefined} aria-describedby="composer-note"
        placeholder="Type / for commands" onInput=${(event) => write(event.target.value)} onKeyDown=${pressed} />
      <button type="submit" class="button primary" disabled=${!text.trim()}>Send</button>
    </div>
    <p id="composer-note" class=${`composer-note ${trouble ? "wrong" : ""}`} role=${trouble ? "alert" : undefined}>
      ${trouble || (command ? `${command.name} ${command.hint} · ${command.about}` : "Commands only. Everything you do here goes to modbot as Slack would send it.")}
    </p>
  </form>`;
}
