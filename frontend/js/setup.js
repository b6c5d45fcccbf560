/** New endpoint: get a certificate, provision, upload, point DNS here. What is done is known by the server. */

import { Taken } from './adding.js';
import { at, get, post } from './api.js';
import { DomainTable, byName } from './domain-table.js';
import { covers } from './names.js';
import { lookout, progress } from './progress.js';
import { request } from './request.js';
import { day, plural } from './time.js';
import { Callout, Copy, Host, html, page } from './ui.js';
import { madeKey, upload } from './upload.js';
import { certificateOf, commonName, listed } from './words.js';

const app = new URLSearchParams(location.search).get('app');
const PLAN = 'ssl:endpoint';
let apps = [];
let addon = null;
let price = null;
let endpoint = null;
let domains = [];
let checks = null;
let stages = null;
let isAsking = null; // whether the first step is open; null: as the server's state says
let problem = '';
let taken = null; // the refusal of a name that another account has
let isBusy = false;

const custom = (rows) => rows.filter((each) => each.kind === 'custom');
const hosts = () => domains.map((each) => each.hostname);
const ask = request({ redraw: () => redraw(), onSelfSigned: (pem) => files.add('self-signed.crt', new TextEncoder().encode(pem)) });
const files = upload({ app, endpoint: null, hosts, made: () => madeKey(ask.made(), async (pair) => (await import('./certificates.js')).secretOf(pair)), redraw: () => redraw(), onDone: served, onSignedOut: (error) => fail(error) });
const watch = lookout({
  app, isOn: () => Boolean(endpoint),
  onLook: (found) => { checks = found; stages.see(found); redraw(); },
  onMiss: (error) => { stages.miss(error.message); redraw(); },
  onSignedOut: (error) => fail(error),
});

async function load() {
  if (!app) {
    apps = (await get('endpoints')).filter((each) => !each.endpoint).map((each) => each.app.name).sort();
    return;
  }
  document.title = `New endpoint for ${app} – SSL Endpoint`;
  const [plan, addons, endpoints, rows] = await Promise.all([get(at('plans', PLAN)), get(at('apps', app, 'addons')), get(at('apps', app, 'ssl-endpoints')), get(at('apps', app, 'domains'))]);
  [price, addon, endpoint, domains] = [plan.price, addons[0] ?? null, endpoints[0] ?? null, custom(rows)];
  ask.suggest(hosts());
  files.inspect();
  if (endpoint) {
    stages ??= progress(endpoint.updated_at);
    watch.now();
  }
}

/** Does one thing at a time. A busy button is not disabled: it would lose the focus. */
async function attempt(action) {
  if (isBusy) return;
  [isBusy, problem, taken] = [true, '', null];
  redraw();
  try {
    await action();
  } catch (error) {
    if (error.status === 401) fail(error);
    else [problem, taken] = error.record ? ['', error] : [error.message, null];
  }
  isBusy = false;
  redraw();
}

const makeApp = (name, origin) => attempt(async () => {
  const made = await post('apps', { ...(name && { name }), ...(origin && { origin }) });
  location.assign(`setup.html?app=${encodeURIComponent(made.name)}`);
});
const provision = () => attempt(async () => { addon = await post(at('apps', app, 'addons'), { plan: { name: PLAN } }); });
const addNames = (names) => attempt(async () => {
  const refused = [];
  for (const hostname of names) await post(at('apps', app, 'domains'), { hostname }).then((domain) => domains.push(domain), (error) => refused.push(error));
  watch.now();
  if (refused.length) throw refused[0];
});

function served(answer) {
  endpoint = answer;
  stages = progress(answer.updated_at, { isFollowed: true });
  isAsking = false;
  redraw();
  watch.now();
  const next = document.getElementById('dns');
  next.scrollIntoView({ block: 'start' });
  next.focus({ preventScroll: true });
}

const Choose = () => html`<div class="head"><div><h1>New endpoint</h1><p>An endpoint serves an app: a server of yours with the domains that lead to it.</p></div></div>
  <section aria-labelledby="fresh"><h2 id="fresh">A new app</h2>
    <form class="row" onSubmit=${(event) => { event.preventDefault(); const { name, origin } = event.currentTarget.elements; makeApp(name.value.trim(), origin.value.trim()); }}>
      <label>Name<input name="name" placeholder="docs" autocapitalize="off" spellcheck=${false} /></label>
      <label>Server behind it<input name="origin" placeholder="127.0.0.1:5000" autocapitalize="off" spellcheck=${false} /></label>
      <button class="primary" aria-disabled=${isBusy}>Continue</button></form>
    <p class="small">Both can be left empty: a name is made up, and the server can be told later.</p>
    ${problem && html`<${Callout}><p>${problem}</p><//>`}</section>
  ${apps.length > 0 && html`<section class="panel" aria-labelledby="there"><header><h2 id="there">An app without a certificate</h2></header><ul class="apps">${apps.map((name) => html`<li><a href=${`setup.html?app=${encodeURIComponent(name)}`}>${name}</a></li>`)}</ul></section>`}`;

const Step = ({ is, title, id, sum, children }) => html`<li class=${is === 'done' ? 'done' : ''} aria-current=${is === 'now' ? 'step' : null}><div><h2 id=${id} tabindex=${id && -1}>${title}</h2>${sum && html`<p class="sum">${sum}</p>`}${children}</div></li>`;

const target = () => endpoint?.cname ?? addon?.hostname ?? domains[0]?.cname ?? null;

const isFirstOpen = () => !endpoint && (isAsking ?? !addon);
const FOLDING = { true: { true: 'Go on with what the authority sent', false: 'I have a certificate already' }, false: { true: 'Show the request', false: 'Make a request' } };

const First = ({ is }) => {
  const isOpen = isFirstOpen();
  const about = endpoint ? `For ${listed(endpoint.ssl_cert.cert_domains)}, by ${commonName(endpoint.ssl_cert.issuer)}, until ${day(endpoint.ssl_cert.expires_at)}.` : ask.sum() || (isOpen ? '' : 'Have its files at hand, or make a request here.');
  return html`<${Step} is=${is} title="Get a certificate" sum=${about}>${isOpen && html`<${ask.view} />`}
    ${!endpoint && html`<p><button type="button" class="quiet flush" onClick=${() => { isAsking = !isOpen; redraw(); }}>${FOLDING[isOpen][Boolean(ask.sum())]}</button></p>`}<//>`;
};

const cost = () => !price.cents ? 'Free of charge.' : `$${(price.cents / 100).toLocaleString('en-GB')} a ${price.unit}, until the add-on is removed.`;

const Second = ({ is }) => addon
  ? html`<${Step} is=${is} title="Provision the endpoint" sum=${target() ? cost() : `Its hostname is the app’s own domain. ${cost()}`}>${target() && html`<p class="title big"><span data-copy><${Host} name=${target()} /></span> <${Copy} text=${target()} what="hostname" /></p>`}<//>`
  : html`<${Step} is=${is} title="Provision the endpoint" sum=${`Reserves the hostname that your DNS will point at. ${cost()}`}><p><button type="button" class="primary" aria-disabled=${isBusy} onClick=${provision}>Provision</button></p>${problem && html`<${Callout}><p>${problem}</p><//>`}<//>`;

const Third = ({ is }) => endpoint
  ? html`<${Step} is=${is} title="Upload the certificate" sum=${html`Version ${endpoint.version} is uploaded. <a href=${`endpoint.html?app=${encodeURIComponent(app)}`}>See or update it</a>`} />`
  : html`<${Step} is=${is} title="Upload the certificate" sum=${addon ? null : 'When the endpoint is provisioned.'}>${addon && html`<${files.view} />`}<//>`;

const Fourth = ({ is }) => {
  if (!endpoint) return html`<${Step} is=${is} id="dns" title="Point your domains here" sum=${domains.length ? `${plural(domains.length, 'record')} to set at your DNS provider.` : 'One record for each name, at your DNS provider.'} />`;
  const missing = endpoint.ssl_cert.cert_domains.filter((name) => !hosts().some((host) => host === name || covers(host, name)));
  return html`<${Step} is=${is} id="dns" title="Point your domains here" sum=${domains.length ? 'Set these records at your DNS provider. This page looks again by itself.' : null}>
    <${stages.view} />
    ${missing.length > 0 && html`<div class="send"><button type="button" class="primary" aria-disabled=${isBusy} onClick=${() => addNames(missing)}>${missing.length === 1 ? `Add ${missing[0]}` : `Add the ${missing.length} names of the certificate`}</button><span class="small">${listed(missing, 6)}</span></div>`}
    ${problem && html`<${Callout}><p>${problem}</p><//>`}${taken && html`<${Taken} refusal=${taken} isBusy=${isBusy} onRetry=${() => addNames(missing)} />`}
    ${domains.length > 0 && html`<${DomainTable} domains=${domains} checks=${byName(checks)} certOf=${() => certificateOf(endpoint)} />`}
    <p class="next"><a class="button" href=${`endpoint.html?app=${encodeURIComponent(app)}`}>Go to the endpoint</a></p><//>`;
};

function view() {
  if (!app) return html`<${Choose} />`;
  const done = [Boolean(endpoint || ask.sum()) && !isFirstOpen(), Boolean(addon), Boolean(endpoint), Boolean(stages?.isOver())];
  const current = done.findIndex((each, n) => !each && (n > 0 || isFirstOpen()));
  const is = (n) => done[n] ? 'done' : n === current ? 'now' : '';
  return html`<div class="head"><div><h1>New endpoint for ${app}</h1><p>Four steps. You can leave and come back; nothing is lost but a key you have not saved.</p></div></div>
    <ol class="steps"><${First} is=${is(0)} /><${Second} is=${is(1)} /><${Third} is=${is(2)} /><${Fourth} is=${is(3)} /></ol>`;
}

const { redraw, fail } = page({ here: 'setup.html', heading: app ? `New endpoint for ${app}` : 'New endpoint', load, view });
