// A menu. In a message it acts only when “Choose” is pressed: a keyboard walks through options without choosing them.
import { html, useEffect, useRef, useState } from "../vendor/htm-preact.js";
import { useDemo } from "../state/demo.js";
import { words } from "../text/shown.js";

const shown = (option) => words(option.text) + (option.description ? ` (${words(option.description)})` : "");

export function StaticSelect({ element, on, field }) {
  const { me, act, ask } = useDemo();
  const initial = element.initial_option?.value || "";
  const [chosen, setChosen] = useState(initial);
  const box = useRef(null);
  const acts = !field || field.acts;
  const placeholder = element.placeholder ? words(element.placeholder) : "Choose";

  useEffect(() => {
    if (element.focus_on_load) box.current.focus();
  }, []);

  async function choose() {
    if (element.confirm && !(await ask(element.confirm))) return;
    await act("/api/choose", { user: me, on, action_id: element.action_id, value: chosen });
  }

  const labelled = field
    ? { id: field.id, name: field.name, required: field.required, "aria-invalid": field.invalid, "aria-describedby": field.describedBy }
    : { "aria-label": placeholder };
  return html`<span class="select">
    <select ref=${box} ...${labelled} value=${chosen} onChange=${(event) => setChosen(event.target.value)}>
      <option value="" disabled=${Boolean(field?.required)}>${placeholder}</option>
      ${element.options.map((option) => html`<option value=${option.value}>${shown(option)}</option>`)}
    </select>
    ${acts && html`<button type="button" class="button" disabled=${!chosen || chosen === initial} onClick=${choose}>Choose</button>`}
  </span>`;
}
