// Every Block Kit block this page shows, with the fields it reads. A test holds this table to what modbot may send.
// https://docs.slack.dev/reference/block-kit/blocks
import { html } from "../vendor/htm-preact.js";
import { Header } from "./header.js";
import { Section } from "./section.js";
import { Context } from "./context.js";
import { Divider } from "./divider.js";
import { Actions } from "./actions.js";
import { Input } from "./input.js";

export const BLOCKS = {
  header: { Show: Header, fields: ["text"] },
  section: { Show: Section, fields: ["text", "fields", "accessory", "expand"] },
  context: { Show: Context, fields: ["elements"] },
  divider: { Show: Divider, fields: [] },
  actions: { Show: Actions, fields: ["elements"] },
  input: { Show: Input, fields: ["label", "element", "optional", "hint", "dispatch_action"] },
};

// The blocks of a message or view. `on` says where they stand, for whatever is pressed in them.
export function Blocks({ blocks, on, errors }) {
  return html`<div class="blocks">
    ${blocks.map((block, number) => html`<${One} key=${block.block_id || number} block=${block} on=${on} errors=${errors} />`)}
  </div>`;
}

function One({ block, on, errors }) {
  const known = BLOCKS[block.type];
  if (!known) return html`<p class="unshown" data-unshown=${block.type}>This page cannot show a “${block.type}” block.</p>`;
  const error = errors?.[block.block_id];
  return html`<div class="block block-${block.type}" data-block=${block.type}>
    <${known.Show} block=${block} on=${on} error=${error} />
  </div>`;
}
