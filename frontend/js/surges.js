/** Surges of requests that somebody expects: announced a day ahead, and taken back. */

import { at, get as fetched, post, remove } from './api.js';
import { attempts, store } from './store.js';
import { exact, stamp } from './time.js';
import { Callout, State, html, say, submitted } from './ui.js';

const INITIAL = { rows: [], busy: '', problem: '', announced: null }; // announced: the last one

/**
 * Keeps an app's announced surges. Returns {load(), coming(now), view({now})}; `onChanged()` is called, and waited for,
 * when there is one more or less.
 */
export function surges({ app, redraw, onChanged, onSignedOut }) {
  const { get, change } = store(INITIAL, redraw);
  const attempt = attempts({ get, change }, onSignedOut);
  const path = at('apps', app, 'surges');
  const coming = (now) => get().rows.filter((each) => new Date(each.at) > now);
  const load = async () => change({ rows: await fetched(path) });

  const announce = (form) =>
    attempt(async () => {
      const { when, rate, note } = form.elements;
      const surge = { at: `${when.value}Z`, requests_per_second: Number(rate.value), note: note.value.trim() };
      change({ announced: null });
      change({ announced: await post(path, surge) });
      form.reset();
      say('Announced');
      await Promise.all([load(), onChanged()]);
    });

  const withdraw = (surge) =>
    attempt(async () => {
      change({ announced: null });
      await remove(`${path}/${at(surge.id)}`);
      document.getElementById('surge-when').focus();
      say('Withdrawn');
      await Promise.all([load(), onChanged()]);
    });

  const actions = { announce, withdraw };
  const view = ({ now }) => html`<${Surges} of=${get()} coming=${coming(now)} actions=${actions} now=${now} />`;
  return { load, coming, view };
}

const Surges = ({ of: { busy, problem, announced }, coming, actions, now }) => html`<p class="small">More than 150
    requests a second at once, or twice as many within five minutes: say so a day ahead,
    and whoever runs the edges is told.</p>
  <${Form} busy=${busy} onAnnounce=${actions.announce} />
  ${problem && html`<${Callout}><p>${problem}</p><//>`}
  ${announced?.short_notice && html`<${Callout} is="soon"><p>${announced.sentence}</p><//>`}
  ${
    coming.length > 0 &&
    html`<ul class="surges" aria-label="Announced surges">${coming.map(
      (each) => html`<${Surge} key=${each.id} surge=${each} busy=${busy} onWithdraw=${actions.withdraw} now=${now} />`,
    )}</ul>`
  }`;

const Form = ({ busy, onAnnounce }) => html`<form class="row" onSubmit=${submitted(onAnnounce)}>
  <label>When, in UTC<input id="surge-when" name="when" type="datetime-local" required /></label>
  <label>Requests a second<input name="rate" type="number" min="1" max="1000000" required /></label>
  <label class="note">Note, if you like<input name="note" maxlength="500" /></label>
  <button aria-disabled=${Boolean(busy)}>Announce</button></form>`;

const Surge = ({ surge, busy, onWithdraw, now }) => {
  const { at: when, requests_per_second: rate, short_notice: isShort, note } = surge;
  const time = stamp(when, now);
  return html`<li><div>${rate.toLocaleString('en-GB')} a second on${' '}
      <time datetime=${when} title=${exact(when)}>${time} UTC</time>
      <p class="small">${isShort && html`<${State} is="soon">Short notice.<//> `}${note && `${note}. `}
        By ${surge.created_by}, ${stamp(surge.created_at, now)}.</p></div>
    <button type="button" class="quiet" aria-disabled=${Boolean(busy)} aria-label=${`Withdraw the surge of ${time}`}
      onClick=${() => onWithdraw(surge)}>Withdraw</button></li>`;
};
