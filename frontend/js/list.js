/** Endpoints: all of them, the next to expire first, on one time axis. */

import { get } from './api.js';
import { DAY, axis, day, monthName, months, plural } from './time.js';
import { html, page, State } from './ui.js';
import { certificateOf, certificateState, commonName, life, lifeLeft, longestLife } from './words.js';

const LEAST = [18, 120]; // days that the axis shows at least, before today and after it
const MOST = [60, 420]; // and at most
const FIRST = 24; // rows that are drawn at once; the others follow when one scrolls to them, or prints
const MORE = 100;
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
  return {
    app: app.name, host: endpoint?.cname ?? target, domains, cert,
    until: cert ? +new Date(cert.expires_at) : Infinity,
    state: cert ? certificateState(cert, now) : { is: 'idle', word: 'No certificate yet' },
    text: [app.name, endpoint?.cname ?? target, ...domains, ...(cert?.names ?? [])].join(' ').toLowerCase(),
  };
}

/** One axis for all bars: from the certificate that is longest over to the one that lasts longest, within bounds. */
function scale(dated) {
  const [first, last] = [dated[0]?.until ?? +now, dated.at(-1)?.until ?? +now];
  const back = Math.min(MOST[0], Math.max(LEAST[0], (now - first) / DAY));
  const ahead = Math.min(MOST[1], Math.max(LEAST[1], (last - now) / DAY));
  return axis(+now - back * DAY, +now + ahead * DAY / (1 - RIGHT));
}

const Life = ({ cert }) => {
  const is = life(cert, now);
  const [begin, end] = is === 'bad' ? [cert.expires_at, now] : [now, cert.expires_at];
  return html`<span class="life"><b class=${`${is} arrive`} style=${{ left: line.left(begin), width: line.width(begin, end) }}></b><span class=${`num ${is}`} style=${{ left: line.left(end) }}>${lifeLeft(cert, now)}</span></span>`;
};

/** A row's drawing is kept, so that a later one of the list passes it over. */
const rowOf = (each) => each.drawing ??= html`<${Row} key=${each.app} each=${each} />`;

const Row = ({ each }) => html`<tr>
  <td><a class="host" href=${`${each.cert ? 'endpoint' : 'setup'}.html?app=${encodeURIComponent(each.app)}`}>${each.host}</a><span class="under">${each.app}${each.domains.length > 0 && html` <span aria-hidden="true">·</span> ${each.domains[0]}${each.domains.length > 1 ? ` and ${each.domains.length - 1} more` : ''}`}</span></td>
  <td><${State} is=${each.state.is}>${each.state.word}<//>${each.cert && html`<span class="under">${each.cert['self_signed?'] ? 'its own issuer' : commonName(each.cert.issuer)}, <time datetime=${each.cert.expires_at}>${day(each.cert.expires_at)}</time></span>`}</td>
  <td>${each.cert && html`<${Life} cert=${each.cert} />`}</td></tr>`;

/** The month lines and today's, once for all rows: each row's cell paints them as its background. */
function lines() {
  const rules = [[line.share(now), 'var(--ink)'], ...months(line.from, line.to).map((month) => [line.share(month), 'var(--rule)'])];
  return {
    '--lines': rules.map(([, colour]) => `linear-gradient(${colour}, ${colour})`).join(', '),
    '--places': rules.map(([share]) => `${share.toFixed(2)}% 0`).join(', '),
  };
}

/** Draws more rows when the end of those that are drawn comes near. */
const nearEnd = new IntersectionObserver((seen) => { if (seen.some((each) => each.isIntersecting)) { drawn += MORE; redraw(); } }, { rootMargin: '600px' });
const watched = (end) => { nearEnd.disconnect(); if (end) nearEnd.observe(end); };
addEventListener('beforeprint', () => { drawn = Infinity; redraw(); });

const Table = ({ found }) => html`<table class="endpoints" style=${lines()}><caption class="visually-hidden">Endpoints, the next to expire first</caption>
  <thead><tr><th scope="col">Endpoint</th><th scope="col">Certificate</th><th scope="col"><span class="visually-hidden">Days left</span>
    <span class="axis" aria-hidden="true"><span class="now" style=${{ left: line.left(now) }}>today</span>${months(line.from, line.to).filter((month) => Math.abs(line.share(month) - line.share(now)) > 5).map((month) => html`<span style=${{ left: line.left(month) }}>${monthName(month, line.isLong)}</span>`)}</span></th></tr></thead>
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
  return html`<p class="small foot">A certificate issued today can last at most ${days} days${next && `; from ${day(next[0])}, ${next[1]} days`}.</p>`;
};

const Empty = () => html`<div class="head"><div><h1>Endpoints</h1><p>None yet.</p></div></div>
  <div class="empty"><p class="lead">An endpoint serves your own domain with your own certificate. It takes four steps: get a certificate, provision, upload, point your DNS here.</p>
  <a class="button primary" href="setup.html">New endpoint</a></div>`;

function view() {
  if (!rows.length) return html`<${Empty} />`;
  const found = sought ? rows.filter((each) => each.text.includes(sought)) : rows;
  return html`<div class="head"><div><h1>Endpoints</h1><p role="status">${sought ? `${found.length} of ${plural(rows.length, 'endpoint')}.` : summary()}</p></div>
    <div class="tools"><input type="search" aria-label="Filter endpoints" placeholder="Filter by name or app" onInput=${(event) => { sought = event.currentTarget.value.trim().toLowerCase(); drawn = FIRST; redraw(); }} /><a class="button primary" href="setup.html">New endpoint</a></div></div>
    ${found.length ? html`<${Table} found=${found} />${drawn < found.length && html`<p key=${`end${drawn}`} ref=${watched} class="small">${plural(found.length - drawn, 'more row')}</p>`}` : html`<p class="lead">No endpoint has that in its name.</p>`}<${Foot} />`;
}

const { redraw } = page({ here: 'index.html', heading: 'Endpoints', load, view });
