/** Endpoints: all of them, the next to expire first, on one time axis. */

import { get } from './api.js';
import { DAY, axis, day, monthName, months, plural } from './time.js';
import { html, page, State } from './ui.js';
import { certificateOf, certificateState, commonName, life, lifeLeft, longestLife } from './words.js';

const LEAST = [18, 120]; // days that the axis shows at least, before today and after it
const MOST = [60, 420]; // and at most
const FIRST = 24; // rows that are drawn at once; the others follow when one scrolls to them, or prints
const MORE = 100;
const CLOSE = 5; // per cent: a month's name so near to today's is left out
const RIGHT = 0.2; // of the axis is left free for what stands at a bar's end

let rows = [];
let sought = '';
let now = new Date();
let line = null;
let drawn = FIRST;

async function load() {
  const found = await get('endpoints');
  now = new Date();
  rows = found.map(row).sort((a, b) => a.until - b.until || a.app.localeCompare(b.app));
  line = scale(rows.filter((each) => each.cert));
}

function row({ app, target, domains, endpoint }) {
  const cert = endpoint && certificateOf(endpoint);
  const host = endpoint?.cname ?? target;
  return {
    ...{ app: app.name, host, domains, cert },
    until: cert ? +new Date(cert.expires_at) : Infinity,
    state: cert ? certificateState(cert, now) : { is: 'idle', word: 'No certificate yet' },
    text: [app.name, host, ...domains, ...(cert?.names ?? [])].join(' ').toLowerCase(),
  };
}

/** One axis for all bars: from the certificate that expired first to the one that lasts longest, within bounds. */
function scale(dated) {
  const [first, last] = [dated[0]?.until ?? +now, dated.at(-1)?.until ?? +now];
  const back = Math.min(MOST[0], Math.max(LEAST[0], (now - first) / DAY));
  const ahead = Math.min(MOST[1], Math.max(LEAST[1], (last - now) / DAY));
  return axis(+now - back * DAY, +now + (ahead * DAY) / (1 - RIGHT));
}

const Life = ({ cert }) => {
  const is = life(cert, now);
  const [begin, end] = is === 'bad' ? [cert.expires_at, now] : [now, cert.expires_at];
  const place = { left: line.left(begin), width: line.width(begin, end) };
  return html`<span class="life"><b class=${`${is} arrive`} style=${place}></b>
    <span class=${`num ${is}`} style=${{ left: line.left(end) }}>${lifeLeft(cert, now)}</span></span>`;
};

/** A row's drawing is kept, so that a later one of the list passes it over. */
const rowOf = (each) => (each.drawing ??= html`<${Row} key=${each.app} each=${each} />`);

const Row = ({ each: { app, host, domains, cert, state } }) => html`<tr>
  <td><a class="host" href=${`${cert ? 'endpoint' : 'setup'}.html?app=${encodeURIComponent(app)}`}>${host}</a>
    <span class="under">${app}${domains.length > 0 && html`<${Names} domains=${domains} />`}</span></td>
  <td><${State} is=${state.is}>${state.word}<//>${cert && html`<${Issued} cert=${cert} />`}</td>
  <td>${cert && html`<${Life} cert=${cert} />`}</td></tr>`;

const Names = ({ domains: [first, ...more] }) =>
  html` <span aria-hidden="true">·</span> ${first}${more.length > 0 && ` and ${more.length} more`}`;

const Issued = ({ cert: { issuer, expires_at: end, ...cert } }) => html`<span class="under">
  ${cert['self_signed?'] ? 'its own issuer' : commonName(issuer)}, <time datetime=${end}>${day(end)}</time></span>`;

/** The month lines and today's, once for all rows: each row's cell paints them as its background. */
function lines() {
  const ruled = months(line.from, line.to).map((month) => [line.share(month), 'var(--rule)']);
  const rules = [[line.share(now), 'var(--ink)'], ...ruled];
  return {
    '--lines': rules.map(([, colour]) => `linear-gradient(${colour}, ${colour})`).join(', '),
    '--places': rules.map(([share]) => `${share.toFixed(2)}% 0`).join(', '),
  };
}

/** Draws more rows when the end of those that are drawn comes near. */
const nearEnd = new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && draw(drawn + MORE), {
  rootMargin: '600px',
});
function watched(end) {
  nearEnd.disconnect();
  if (end) nearEnd.observe(end);
}
addEventListener('beforeprint', () => draw(Infinity));

function draw(most) {
  drawn = most;
  redraw();
}

/** The months' names above the bars, but where today's would cover one. */
const Axis = () => {
  const isClear = (month) => Math.abs(line.share(month) - line.share(now)) > CLOSE;
  const named = months(line.from, line.to).filter(isClear);
  return html`<span class="axis" aria-hidden="true"><span class="now" style=${{ left: line.left(now) }}>today</span>
    ${named.map((month) => html`<span style=${{ left: line.left(month) }}>${monthName(month, line.isLong)}</span>`)}</span>`;
};

const Table = ({ found }) => html`<table class="endpoints" style=${lines()}>
  <caption class="visually-hidden">Endpoints, the next to expire first</caption>
  <thead><tr><th scope="col">Endpoint</th><th scope="col">Certificate</th>
    <th scope="col"><span class="visually-hidden">Days left</span><${Axis} /></th></tr></thead>
  <tbody>${found.slice(0, drawn).map(rowOf)}</tbody></table>`;

function summary() {
  const dated = rows.filter((each) => each.cert);
  const over = dated.filter((each) => each.until < now).length;
  const soon = dated.filter((each) => life(each.cert, now) === 'soon').length;
  const renew = [over && `${over} expired`, soon && `${soon} to renew soon`].filter(Boolean).join(', ');
  return `${plural(rows.length, 'endpoint')}.${dated.length ? ` ${renew || 'None is to be renewed soon'}.` : ''}`;
}

const Foot = () => {
  const { days, next } = longestLife(now);
  const later = next && `; from ${day(next[0])}, ${next[1]} days`;
  return html`<p class="small foot">A certificate issued today can last at most ${days} days${later}.</p>`;
};

const Empty = () => html`<div class="head"><div><h1>Endpoints</h1><p>None yet.</p></div></div>
  <div class="empty"><p class="lead">An endpoint serves your own domain with your own certificate.
    It takes four steps: get a certificate, provision, upload, point your DNS here.</p>
  <a class="button primary" href="setup.html">New endpoint</a></div>`;

function seek(event) {
  sought = event.currentTarget.value.trim().toLowerCase();
  draw(FIRST);
}

function view() {
  if (!rows.length) return html`<${Empty} />`;
  const found = sought ? rows.filter((each) => each.text.includes(sought)) : rows;
  const more = found.length - drawn;
  return html`<div class="head">
      <div><h1>Endpoints</h1><p role="status">${sought ? `${found.length} of ${plural(rows.length, 'endpoint')}.` : summary()}</p></div>
      <div class="tools"><input type="search" aria-label="Filter endpoints" placeholder="Filter by name or app" onInput=${seek} />
        <a class="button primary" href="setup.html">New endpoint</a></div></div>
    ${found.length ? html`<${Table} found=${found} />` : html`<p class="lead">No endpoint has that in its name.</p>`}
    ${more > 0 && html`<p key=${`end${drawn}`} ref=${watched} class="small">${plural(more, 'more row')}</p>`}<${Foot} />`;
}

const { redraw } = page({ here: 'index.html', heading: 'Endpoints', load, view });
