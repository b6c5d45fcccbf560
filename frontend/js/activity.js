/** Who changed what of an app, and when: the latest first, older ones on request. */

import { by, happened } from './actions.js';
import { at, piece } from './api.js';
import { exact, stamp } from './time.js';
import { Callout, html } from './ui.js';

const FIRST = 'id ..; max=50';

/** Fingerprints are for the facts: a log shows their beginning. */
const shortened = (detail) => detail.replace(/\b([0-9a-f]{8})[0-9a-f]{56}\b/g, '$1…');

const Entry = ({ each: { created_at: when, action, detail, ...actor }, now }) => html`<li tabindex="-1">
  <time datetime=${when} title=${exact(when)}>${stamp(when, now)}</time>
  <span>${happened(action)}${detail && html`<span class="small"> ${shortened(detail)}</span>`}</span>
  <span class="small who">${by(actor)}</span></li>`;

/** Keeps the activity of an app. Returns {load(), view({now})}; view draws nothing where there is none. */
export function activity({ app, redraw, onSignedOut }) {
  let rows = [];
  let next = null; // the range of older ones
  let isBusy = false;
  let problem = '';

  /** Gets the latest ones, and keeps the older ones that are there if they join on. */
  async function load() {
    const found = await piece(at('apps', app, 'activity'), FIRST);
    const joint = rows.findIndex((each) => each.id === found.rows.at(-1)?.id);
    [rows, next] = joint < 0 ? [found.rows, found.next] : [[...found.rows, ...rows.slice(joint + 1)], next];
  }

  async function older() {
    if (isBusy) return;
    [isBusy, problem] = [true, ''];
    redraw();
    const place = rows.length;
    try {
      const found = await piece(at('apps', app, 'activity'), next);
      [rows, next] = [[...rows, ...found.rows], found.next];
    } catch (error) {
      if (error.status === 401) onSignedOut(error);
      else problem = error.message;
    }
    isBusy = false;
    redraw();
    if (!next) document.querySelectorAll('.log > li')[place]?.focus(); // the button is gone
  }

  const Older = () =>
    html`<p class="older"><button type="button" aria-disabled=${isBusy} onClick=${older}>Older</button></p>`;

  const view = ({ now }) =>
    rows.length > 0 &&
    html`<section class="panel" aria-labelledby="log">
      <header><h2 id="log">Activity</h2><p>Kept for 400 days.</p></header>
      <ol class="log">${rows.map((each) => html`<${Entry} key=${each.id} each=${each} now=${now} />`)}</ol>
      ${problem && html`<${Callout}><p>${problem}</p><//>`}${next && html`<${Older} />`}</section>`;
  return { load, view };
}
