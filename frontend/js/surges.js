/** Surges of requests that somebody expects: announced a day ahead, and taken back. */

import { at, get, post, remove } from './api.js';
import { exact, stamp } from './time.js';
import { Callout, State, html, say } from './ui.js';

/** Keeps an app's announced surges. Returns {load(), coming(now), view({now})}; `onChanged()` is called, and waited for, when there is one more or less. */
export function surges({ app, redraw, onChanged, onSignedOut }) {
  let rows = [];
  let isBusy = false;
  let problem = '';
  let announced = null; // the last one

  const coming = (now) => rows.filter((each) => new Date(each.at) > now);
  const load = async () => { rows = await get(at('apps', app, 'surges')); };

  async function attempt(action) {
    if (isBusy) return;
    [isBusy, problem, announced] = [true, '', null];
    redraw();
    try {
      await action();
      await Promise.all([load(), onChanged()]);
    } catch (error) {
      if (error.status === 401) onSignedOut(error);
      else problem = error.message;
    }
    isBusy = false;
    redraw();
  }

  const announce = (form) => attempt(async () => {
    const { when, rate, note } = form.elements;
    announced = await post(at('apps', app, 'surges'), { at: `${when.value}Z`, requests_per_second: Number(rate.value), note: note.value.trim() });
    form.reset();
    say('Announced');
  });

  const withdraw = (surge) => attempt(async () => {
    await remove(at('apps', app, 'surges', surge.id));
    document.getElementById('surge-when').focus();
    say('Withdrawn');
  });

  const Surge = ({ surge, now }) => html`<li><div>${surge.requests_per_second.toLocaleString('en-GB')} a second on <time datetime=${surge.at} title=${exact(surge.at)}>${stamp(surge.at, now)} UTC</time>
    <p class="small">${surge.short_notice && html`<${State} is="soon">Short notice.<//> `}${surge.note && `${surge.note}. `}By ${surge.created_by}, ${stamp(surge.created_at, now)}.</p></div>
    <button type="button" class="quiet" aria-disabled=${isBusy} aria-label=${`Withdraw the surge of ${stamp(surge.at, now)}`} onClick=${() => withdraw(surge)}>Withdraw</button></li>`;

  const view = ({ now }) => html`<p class="small">More than 150 requests a second at once, or twice as many within five minutes: say so a day ahead, and whoever runs the edges is told.</p>
    <form class="row" onSubmit=${(event) => { event.preventDefault(); announce(event.currentTarget); }}>
      <label>When, in UTC<input id="surge-when" name="when" type="datetime-local" required /></label>
      <label>Requests a second<input name="rate" type="number" min="1" max="1000000" required /></label>
      <label class="note">Note, if you like<input name="note" maxlength="500" /></label>
      <button aria-disabled=${isBusy}>Announce</button></form>
    ${problem && html`<${Callout}><p>${problem}</p><//>`}${announced?.short_notice && html`<${Callout} is="soon"><p>${announced.sentence}</p><//>`}
    ${coming(now).length > 0 && html`<ul class="surges" aria-label="Announced surges">${coming(now).map((surge) => html`<${Surge} key=${surge.id} surge=${surge} now=${now} />`)}</ul>`}`;
  return { load, coming, view };
}
