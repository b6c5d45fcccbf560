/** What follows an upload: uploaded → served by the edge → DNS → live, each with its time and, when it hangs, why. */

import { answering } from './domain-table.js';
import { clock } from './time.js';
import { State, html } from './ui.js';
import { namesAnswering } from './words.js';

const AT_ONCE = 1_000; // milliseconds: an edge follows within seconds
const STEADY = 5_000;

/** Says in how many milliseconds to look again: soon while the edge has yet to follow, steadily after a change, else later. */
export const nextLook = (checks, isChanged) => checks.edge.state === 'waiting' ? AT_ONCE : isChanged && STEADY;

/** Keeps when each stage was first seen to be reached. Returns {see(checks), view()}. */
export function progress(doneAt, what = 'Uploaded') {
  const times = { done: doneAt };
  let checks = null;
  const reached = (stage, is) => { if (is) times[stage] ??= checks.checked_at; else delete times[stage]; };

  function see(found) {
    checks = found;
    const [live, all] = answering(checks);
    reached('served', checks.edge.state === 'served');
    reached('dns', all > 0 && checks.domains.every((each) => each.dns.state === 'here'));
    reached('live', all > 0 && live === all);
  }

  const Stage = ({ stage, name, why }) => html`<li><${State} is=${times[stage] ? 'ok' : 'wait'}>${name}<//>${times[stage] ? html` <time class="small num" datetime=${times[stage]}>${clock(times[stage])} UTC</time>` : why && html`<p class="why">${why}</p>`}</li>`;

  function view() {
    const [live, all] = checks ? answering(checks) : [0, 0];
    const here = checks?.domains.filter((each) => each.dns.state === 'here').length ?? 0;
    return html`<ol class="progress" aria-label="Progress" aria-live="polite">
      <${Stage} stage="done" name=${what} />
      <${Stage} stage="served" name="Served by the edge" why=${checks ? checks.edge.sentence : 'Asking the edge.'} />
      <${Stage} stage="dns" name="DNS points here" why=${!checks ? '' : all ? `${here} of ${all} so far. Set the records, and mind that old ones are cached for a while.` : 'No name has been added yet.'} />
      <${Stage} stage="live" name="Live" why=${all ? namesAnswering(live, all) : ''} /></ol>`;
  }
  return { see, view, isOver: () => Boolean(times.live) };
}
