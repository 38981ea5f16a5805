// A modal dialog: the browser keeps focus inside it and makes the rest inert; Escape closes; focus goes back after it.
import { html, useEffect, useRef } from "../vendor/htm-preact.js";

export function Dialog({ label, kind, onClose, children }) {
  const box = useRef(null);

  useEffect(() => {
    const before = document.activeElement;
    const dialog = box.current;
    dialog.showModal();
    return () => {
      dialog.close(); // while it is open, nothing outside it can have the focus
      const back = before?.isConnected ? before : document.querySelector("[data-focus-home]");
      back?.focus();
    };
  }, []);

  function cancel(event) {
    event.preventDefault(); // it closes when the page says so, not by itself
    onClose();
  }

  return html`<dialog ref=${box} class=${`dialog ${kind}`} aria-label=${label} onCancel=${cancel}>${children}</dialog>`;
}
