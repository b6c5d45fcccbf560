/** Versions of an endpoint as bars on one time axis, and what a roll-back would change. */

import { stageName } from './channels.js';
import { DAY, axis, day, daysUntil, monthName, months, shortDay } from './time.js';
import { html } from './ui.js';
import { commonName, life, lifeLeft, listed } from './words.js';

const MARGIN = 0.04; // of the axis, on both sides
const MOST = 12; // versions that are drawn
const NEAR = 1.2; // per cent: rings so near to each other would cover one another
const CLOSE = 7; // per cent: a month's name so near to today's is left out

const isOver = (version, now) => new Date(version.cert.expires_at) < now;

function scale(versions, now) {
  const starts = versions.map((each) => +new Date(each.cert.starts_at));
  const ends = versions.map((each) => +new Date(each.cert.expires_at));
  const [from, to] = [Math.min(+now - 30 * DAY, ...starts), Math.max(+now + 30 * DAY, ...ends)];
  return axis(from - (to - from) * MARGIN, to + (to - from) * MARGIN);
}

/** How a version is: [word, since or until when, the class of its colour]. */
function stateOf(version, now) {
  const is = life(version.cert, now);
  if (version.state === 'active')
    return ['Serving', `since ${shortDay(version.created_at)}`, is === 'bad' ? 'over' : is];
  if (isOver(version, now)) return ['Expired', day(version.cert.expires_at), 'over'];
  return [version.state === 'previous' ? 'Previous' : 'Replaced', `valid ${lifeLeft(version.cert, now)}`, 'idle'];
}

const inWords = ({ stage, at }) => `${day(at)}: ${stageName(stage)}`;

/** Where a version's reminders are drawn, each place with the words for all that are there. Pure. */
export function rings(reminders, line) {
  const places = [];
  for (const each of reminders) {
    if (places.length && line.share(each.at) - line.share(places.at(-1).at) < NEAR)
      places.at(-1).words.push(inWords(each));
    else places.push({ at: each.at, words: [inWords(each)] });
  }
  return places.map(({ at, words }) => ({ left: line.left(at), words: words.join('; ') }));
}

const Bar = ({ version, line, now }) => {
  const { starts_at: from, expires_at: to } = version.cert;
  const [, , is] = stateOf(version, now);
  const lived = Math.min(100, Math.max(0, (100 * (now - new Date(from))) / (new Date(to) - new Date(from))));
  const reminders = version.reminders ?? [];
  const reminded = reminders.length ? ` Reminders: ${reminders.map(inWords).join('; ')}.` : '';
  const label = `Version ${version.version}: ${day(from)} to ${day(to)}.${reminded}`;
  const place = { left: line.left(from), width: line.width(from, to), '--lived': `${lived.toFixed(2)}%` };
  return html`<div class="track" role="img" aria-label=${label}>
    ${months(line.from, line.to).map((month) => html`<i style=${{ left: line.left(month) }}></i>`)}
    <i class="now" style=${{ left: line.left(now) }}></i><b class=${`${is} arrive`} style=${place}></b>
    ${rings(reminders, line).map((ring) => html`<u style=${{ left: ring.left }} title=${ring.words}></u>`)}</div>`;
};

const Left = ({ cert, is, now }) => html`<span class=${`small num ${is === 'ok' ? '' : is}`}>
  ${lifeLeft(cert, now)}${daysUntil(cert.expires_at, now) >= 0 && ' left'}</span>`;

const RollBack = ({ version, onRollBack }) => html`<button type="button"
  aria-label=${`Roll back to version ${version.version}`} onClick=${() => onRollBack(version)}>Roll back</button>`;

const Version = ({ version, line, now, onRollBack }) => {
  const [word, by, is] = stateOf(version, now);
  const canRollBack = version.state === 'previous' && !isOver(version, now);
  return html`<li>
    <div class="who"><span><strong class="num">v${version.version}</strong> ${' '}
      <span class=${is === 'soon' ? 'ok' : is}>${word}</span></span><span class="small">${by}</span></div>
    <${Bar} version=${version} line=${line} now=${now} />
    <div class="act">${version.state === 'active' && html`<${Left} cert=${version.cert} is=${is} now=${now} />`}
      ${canRollBack && html`<${RollBack} version=${version} onRollBack=${onRollBack} />`}</div></li>`;
};

/** The months' names above the bars, but where today's would cover one. */
const Scale = ({ line, now }) => {
  const isClear = (month) => Math.abs(line.share(month) - line.share(now)) > CLOSE;
  const named = months(line.from, line.to, 10).filter(isClear);
  return html`<li class="scale" aria-hidden="true"><span class="track">
    ${named.map((month) => html`<span style=${{ left: line.left(month) }}>${monthName(month, line.isLong)}</span>`)}
    <span class="now" style=${{ left: line.left(now) }}>today</span></span></li>`;
};

export const Versions = ({ versions, now, onRollBack }) => {
  const shown = versions.slice(0, MOST);
  const line = scale(shown, now);
  const row = (version) => html`<${Version} key=${version.version} version=${version} line=${line} now=${now}
    onRollBack=${onRollBack} />`;
  return html`<ol class="gantt"><${Scale} line=${line} now=${now} />${shown.map(row)}</ol>
    ${versions.length > MOST && html`<p class="small">${versions.length - MOST} older versions are not drawn.</p>`}`;
};

const without = (these, those) => these.filter((name) => !those.includes(name));

/** What differs between two certificates: [what, how] of each. Pure. */
export function difference(present, other) {
  const [gone, come] = [without(present.names, other.names), without(other.names, present.names)];
  const names = [gone.length && `without ${listed(gone, 6)}`, come.length && `with ${listed(come, 6)}`].filter(Boolean);
  const [before, after] = [commonName(present.issuer), commonName(other.issuer)];
  return [
    ['Names', names.join(', ') || 'the same'],
    ['Expires', `${day(other.expires_at)} instead of ${day(present.expires_at)}`],
    ['Issuer', before === after ? `the same, ${after}` : `${after} instead of ${before}`],
  ];
}
