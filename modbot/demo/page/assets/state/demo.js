// What every component may ask for: the snapshot, who the visitor is, and the ways to act.
import { createContext, useContext } from "../vendor/htm-preact.js";

export const Demo = createContext(null);

// {snap, me, act, ask, go}: act(path, body) posts and says what went wrong; ask(confirm) answers true or false.
export const useDemo = () => useContext(Demo);

export const MODBOT = "U0MODBOT";

export function personOf(snap, id) {
  if (id === MODBOT) return { id, name: "modbot", note: "app" };
  return snap.people.find((person) => person.id === id) || { id, name: id, note: "" };
}
