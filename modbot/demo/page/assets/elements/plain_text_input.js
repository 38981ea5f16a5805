// A line or a box to type in. Its value is read from the form when the modal is sent.
import { html, useEffect, useRef } from "../vendor/htm-preact.js";
import { words } from "../text/shown.js";

export function PlainTextInput({ element, field }) {
  const box = useRef(null);

  // Set once, as Slack does: a view that comes again must not overwrite what was typed meanwhile.
  useEffect(() => {
    box.current.value = element.initial_value || "";
    if (element.focus_on_load) box.current.focus();
  }, []);

  const told = {
    ref: box,
    id: field?.id,
    name: field?.name,
    required: field?.required,
    placeholder: element.placeholder ? words(element.placeholder) : undefined,
    maxlength: element.max_length,
    minlength: element.min_length,
    dir: "auto",
    "aria-invalid": Boolean(field?.invalid),
    "aria-describedby": field?.describedBy,
  };
  return element.multiline ? html`<textarea rows="4" ...${told}></textarea>` : html`<input type="text" autocomplete="off" ...${told} />`;
}
