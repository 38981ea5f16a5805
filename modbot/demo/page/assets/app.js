// The whole page: keeps the snapshot and what this visitor looks at, and gives both to the three views.
import { html, useCallback, useEffect, useLayoutEffect, useMemo, useState } from "./vendor/htm-preact.js";
import { Chat } from "./chat/chat.js";
import { Classes } from "./classes/classes.js";
import { isOutside } from "./classes/people.js";
import { Happening } from "./happening/happening.js";
import { Confirm } from "./overlay/confirm.js";
import { Modal } from "./overlay/modal.js";
import { ScenarioBar } from "./scenario/bar.js";
import { Demo } from "./state/demo.js";
import { keepInTab, ofTab } from "./state/kept.js";
import { PRIVATE, placesOf, unreadOf, withRead } from "./state/places.js";
import { post, watch } from "./state/wire.js";
import { Tabs } from "./tabs.js";
import { Top } from "./top.js";

// A value that this tab remembers over a reload, which may come before the browser has painted it.
function useKept(name, first) {
  const [value, setValue] = useState(() => ofTab(name) ?? first);
  useLayoutEffect(() => keepInTab(name, value), [value]);
  return [value, setValue];
}

function useSnapshot() {
  const [snap, setSnap] = useState(null);
  const [connection, setConnection] = useState("live");
  useEffect(() => watch(setSnap, setConnection), []);
  return [snap, connection];
}

export function App() {
  const [snap, connection] = useSnapshot();
  if (!snap) return html`<p class="loading" role="status">${connection === "live" ? "Opening the demo district …" : "Connection lost. Trying again …"}</p>`;
  return html`<${District} snap=${snap} connection=${connection} />`;
}

function District({ snap, connection }) {
  const [chosen, setChosen] = useKept("me", "");
  const [place, setPlace] = useKept("place", PRIVATE);
  const [seen, setSeen] = useKept("seen", {});
  const [tab, setTab] = useKept("tab", "chat");
  const [wanted, setWanted] = useState("");
  const [trouble, setTrouble] = useState("");
  const [question, setQuestion] = useState(null);
  const me = snap.people.some((person) => person.id === chosen) ? chosen : firstPerson(snap);

  useEffect(() => {
    const here = placesOf(snap, me).find((each) => each.key === place);
    if (here) setSeen((before) => withRead(before, snap, me, here));
  }, [snap, me, place]);

  const act = useCallback(async (path, body, { quiet } = {}) => {
    const answer = await post(path, body);
    if (!quiet) setTrouble(answer.ok ? "" : answer.error || "That did not work.");
    return answer;
  }, []);
  const ask = useCallback((confirm) => new Promise((tell) => setQuestion({ confirm, tell })), []);
  const shared = useMemo(() => ({ snap, me, act, ask }), [snap, me]);

  function answered(yes) {
    setQuestion(null);
    question.tell(yes);
  }

  function type(command) {
    setTab("chat");
    setWanted(command);
  }

  function become(person) {
    setChosen(person);
    setPlace(PRIVATE);
  }

  const modal = snap.views.findLast((view) => view.kind === "modal" && view.user === me);
  return html`<${Demo.Provider} value=${shared}>
    <a class="skip" href="#chat">To the staff chat</a>
    <${Top} district=${snap.district} connection=${connection} />
    <${ScenarioBar} onAs=${become} onType=${type} />
    <main class=${`views shows-${tab} ${connection}`}>
      <${Chat} placeKey=${place} seen=${seen} wanted=${wanted} onPerson=${setChosen} onPlace=${setPlace} onTaken=${() => setWanted("")} />
      <${Classes} />
      <${Happening} />
    </main>
    <${Tabs} current=${tab} marks=${marksOf(snap, me, seen)} onChoose=${setTab} />
    ${modal && html`<${Modal} key=${modal.id} view=${modal} />`}
    ${question && html`<${Confirm} confirm=${question.confirm} onAnswer=${answered} />`}
    ${trouble && html`<${Trouble} text=${trouble} onClose=${() => setTrouble("")} />`}
  <//>`;
}

const firstPerson = (snap) => snap.scenarios.find((each) => each.name === snap.running?.name)?.as || snap.people[0]?.id || "";

function marksOf(snap, me, seen) {
  const strangers = snap.rooms.flatMap((room) => room.people).filter((person) => person.where === "joined" && isOutside(person));
  const ringing = snap.phones.filter((phone) => phone.state === "ringing");
  return { chat: unreadOf(snap, me, seen), classes: strangers.length, happening: ringing.length };
}

function Trouble({ text, onClose }) {
  return html`<div class="trouble" role="alert"><p>${text}</p>
    <button type="button" class="icon-button" aria-label="Close this message" onClick=${onClose}>✕</button></div>`;
}
