/** How much traffic an app has had for a day, where figures exist, and the surges that are announced beside it. */

import { at, get } from './api.js';
import { SURGE, bars, height, hours, rate } from './series.js';
import { surges } from './surges.js';
import { axis, clock, exact, plural, stamp } from './time.js';
import { State, html, poll } from './ui.js';

const EACH = 60_000; // milliseconds: an edge sends its figures once a minute
const BARS = 96; // one each quarter of an hour
const WORDS = { rate: `More than ${SURGE} a second`, doubling: 'Doubled within five minutes' };

const Time = ({ of, now }) => html`<time datetime=${of.at} title=${exact(of.at)}>${stamp(of.at, now)} UTC</time>`;

const Moment = ({ of, now }) =>
  html`${rate(of.requests_per_second)} a second <span class="small">at <${Time} of=${of} now=${now} /></span>`;

const Bar = ({ bar: { place, at: time, rate: each }, top }) => {
  const high = Math.max(1.5, (100 * each) / top);
  return html`<rect x=${place + 0.1} y=${100 - high} width="0.8" height=${high} class=${each > SURGE ? 'soon' : ''}>
    <title>${`${exact(time)}: ${rate(each)} a second`}</title></rect>`;
};

const Picture = ({ traffic: { series, since, until, peak } }) => {
  const { top, hasSurge } = height(peak.requests_per_second);
  const { left } = axis(since, until);
  const label = `Requests a second over 24 hours, at most ${rate(peak.requests_per_second)}`;
  const all = bars(series, since, until, BARS);
  const ticks = hours(since, until);
  return html`<figure class="rates">
    <div><svg viewBox=${`0 0 ${BARS} 100`} preserveAspectRatio="none" role="img" aria-label=${label}>
      ${all.map((bar) => html`<${Bar} key=${bar.place} bar=${bar} top=${top} />`)}</svg>
    ${hasSurge && html`<span class="surge" style=${{ bottom: `${(100 * SURGE) / top}%` }}>${SURGE} a second</span>`}</div>
    <figcaption class="axis" aria-hidden="true">
      ${ticks.map((time) => html`<span style=${{ left: left(time) }}>${clock(time)}</span>`)}</figcaption></figure>`;
};

const Threshold = ({ of, now }) =>
  of.crossed
    ? html`<li><${State} is="soon">${WORDS[of.code] ?? of.code}: <${Time} of=${of} now=${now} /><//>
      <p class="why">${of.sentence}</p></li>`
    : html`<li><${State} is="ok">${of.sentence}<//></li>`;

const Figures = ({ of: { series, peak, last, thresholds, ...times }, now }) => {
  const sum = (what) => series.reduce((total, each) => total + each[what], 0);
  return html`<${Picture} traffic=${{ series, peak, ...times }} />
    <dl class="facts num"><dt>Peak</dt><dd><${Moment} of=${peak} now=${now} /></dd>
      <dt>Last</dt><dd><${Moment} of=${last} now=${now} /></dd>
      <dt>All</dt><dd>${plural(sum('requests'), 'request')}, and at least ${plural(sum('handshakes'), 'handshake')}</dd></dl>
    <ul class="thresholds">${thresholds.map((each) => html`<${Threshold} of=${each} now=${now} />`)}</ul>`;
};

/**
 * Follows the traffic of an app. Returns {now(), view({now})}: without figures, only surges can be announced, after which
 * `onChanged()` is called.
 */
export function traffic({ app, redraw, onChanged, onSignedOut }) {
  const announcing = surges({ app, redraw, onChanged, onSignedOut });
  let found = null;
  let isOpen = null; // whether the disclosure begins open

  async function load() {
    try {
      [found] = await Promise.all([get(at('apps', app, 'traffic')), announcing.load()]);
      isOpen ??= announcing.coming(Date.now()).length > 0;
    } catch (error) {
      if (error.status === 401) onSignedOut(error);
      else if (error.status === undefined) throw error; // what is shown says until when it is
    }
    redraw();
    return EACH;
  }

  const Unseen = ({ now }) => html`<section class="panel unseen" aria-label="Surges">
    <details class="terminal" open=${isOpen}><summary>Announce a surge</summary>
      <${announcing.view} now=${now} /></details></section>`;

  const Seen = ({ now }) => html`<section class="panel" aria-labelledby="traffic">
    <header><h2 id="traffic">Traffic</h2><p>Requests a second, the busiest minute of each quarter of an hour,
      until <time datetime=${found.until}>${clock(found.until)} UTC</time>.</p></header>
    <div class="two"><div><${Figures} of=${found} now=${now} /></div>
      <div class="announce"><h3>Announce a surge</h3><${announcing.view} now=${now} /></div></div></section>`;

  const view = ({ now }) => found && (found.peak ? Seen({ now }) : Unseen({ now }));
  return { now: poll(load, EACH).now, view };
}
