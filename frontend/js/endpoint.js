/** One endpoint: what is true of it, its chain, versions, domains, activity and facts; update, roll back, remove. */

import { activity } from './activity.js';
import { adding } from './adding.js';
import { at, get, patch, post, remove } from './api.js';
import { Chain } from './chain.js';
import { looks } from './check.js';
import { DomainTable, answering } from './domain-table.js';
import { Facts } from './facts.js';
import { notices } from './notices.js';
import { lookout, progress } from './progress.js';
import { ago, plural } from './time.js';
import { traffic } from './traffic.js';
import { Callout, Copy, Dialog, Host, State, closeDialog, html, page, say } from './ui.js';
import { upload } from './upload.js';
import { Versions, difference } from './versions.js';
import { certificateOf, commonName, listed, truth } from './words.js';

const app = new URLSearchParams(location.search).get('app') ?? '';
const TICK = 5_000; // milliseconds after which what is said of the time is said anew
let now = new Date();
let endpoint = null;
let cert = null; // of the endpoint, with its details
let addon = null;
let versions = [];
let domains = [];
let checks = null;
let missed = ''; // why the last look found nothing
let mending = null; // the inspection that would close a gap in the chain
let stages = null;
let dialog = null; // {kind, …}
let isUpdating = false;
let isBusy = false;
let problem = '';
let notice = '';

const hosts = () => domains.map((each) => each.hostname);
const asked = { app, redraw: () => redraw(), onSignedOut: (error) => fail(error) };
const log = activity(asked);
const names = adding({ ...asked, onAdded: () => load().catch((error) => fail(error)) });
const looked = looks(asked);
const figures = traffic({ ...asked, onChanged: log.load });
let files = null;
const watch = lookout({
  app,
  onLook: (found) => { [checks, missed, now] = [found, '', new Date()]; stages?.see(found); redraw(); bell.look(); },
  onMiss: (error) => { missed = error.message; stages?.miss(missed); redraw(); },
  onSignedOut: (error) => fail(error),
});
const bell = notices({ app, endpoint: () => endpoint, redraw: () => redraw(), onChange: () => load(), onSignedOut: (error) => fail(error) });
setInterval(() => { if (!document.hidden && checks) { now = new Date(); redraw(); } }, TICK);

async function load() {
  const [endpoints, addons, rows] = await Promise.all([get(at('apps', app, 'ssl-endpoints')), get(at('apps', app, 'addons')), get(at('apps', app, 'domains')), log.load(), bell.load()]);
  [endpoint, addon, domains] = [endpoints[0] ?? null, addons[0] ?? null, rows.filter((each) => each.kind === 'custom')];
  cert = endpoint && certificateOf(endpoint);
  versions = endpoint ? (await get(at('apps', app, 'ssl-endpoints', endpoint.name, 'versions'))).map((each) => ({ ...each, ...(each.version === endpoint.version && { reminders: bell.reminders() }), cert: certificateOf(each) })) : [];
  now = new Date();
  document.title = `${(endpoint?.cname ?? app).split('.')[0]} – SSL Endpoint`;
  files = endpoint && (files ?? upload({ app, endpoint: endpoint.name, hosts, present: () => endpoint.certificate_chain, redraw: () => redraw(), onDone: updated, onSignedOut: (error) => fail(error) }));
  files?.inspect();
  watch.now();
  figures.now();
  mend();
}

/** Asks whether a gap in the chain can be closed from here. */
async function mend() {
  mending = null;
  if (!cert?.reasons.some((reason) => reason.code === 'missing_intermediate')) return;
  const answer = await post('certificates/inspect', { certificate_chain: endpoint.certificate_chain }).catch(() => null);
  mending = answer?.chain_changes.some((change) => change.action === 'added') ? answer : null;
  redraw();
}

/** Does one thing at a time. A busy button is not disabled: it would lose the focus. */
async function attempt(action) {
  if (isBusy) return;
  const before = dialog; // another may be opened in the meantime
  [isBusy, problem] = [true, ''];
  redraw();
  try {
    await action();
    if (dialog === before) shut();
  } catch (error) {
    if (error.status === 401) fail(error);
    else problem = error.message;
  }
  isBusy = false;
  redraw();
}

async function refresh(answer, what) {
  notice = answer.version === endpoint.version ? 'That certificate is served already: nothing had to change.' : '';
  stages = notice ? null : progress(answer.updated_at, { what, isFollowed: true });
  say(notice || what);
  await load();
}
async function updated(answer) {
  isUpdating = false;
  await refresh(answer, 'Uploaded').then(redraw, fail);
}
const rollBack = () => attempt(async () => refresh(await patch(at('apps', app, 'ssl-endpoints', endpoint.name), { rollback: true }), 'Rolled back'));
const addMissing = () => attempt(async () => refresh(await patch(at('apps', app, 'ssl-endpoints', endpoint.name), { certificate_chain: mending.certificate_chain }), 'Chain completed'));
const removeEndpoint = () => attempt(async () => { await remove(at('apps', app, 'ssl-endpoints', endpoint.name)); [stages, checks, files] = [null, null, null]; await load(); });
const removeAddon = () => attempt(async () => { await remove(at('apps', app, 'addons', addon.name)); await load(); });
const removeDomain = (domain) => attempt(async () => { await remove(at('apps', app, 'domains', domain.hostname)); await load(); });
const ask = (kind, more = {}) => { dialog = { kind, ...more }; problem = ''; redraw(); };
async function test() {
  await watch.now();
  document.getElementById('domains').scrollIntoView();
  say(missed || 'Looked again');
}

const Problem = () => problem && html`<${Callout}><p>${problem}</p><//>`;
const Cancel = () => html`<button type="button" onClick=${closeDialog}>Keep it</button>`;
const closed = () => { dialog = null; redraw(); };

/** Closes the dialog, which gives the focus back to where it was. */
function shut() {
  document.querySelector('dialog')?.close();
  dialog = null;
}

const DIALOGS = {
  rollback: ({ version }) => html`<${Dialog} title=${`Roll back to version ${version.version}`} onClose=${closed}>
    <dl class="facts">${difference(cert, version.cert).map(([what, how]) => html`<dt>${what}</dt><dd>${how}</dd>`)}</dl><${Problem} />
    <div class="actions"><button type="button" class="primary" aria-disabled=${isBusy} onClick=${rollBack}>Roll back</button><${Cancel} /></div><//>`,
  remove: ({ typed = '' }) => html`<${Dialog} title="Remove the certificate" onClose=${closed}>
    <p>The edge stops serving it for ${domains.length ? listed(hosts(), 6) : endpoint.cname}. Their users get an error from then on. The hostname stays reserved${addon ? ', and costs go on, until the add-on is removed too' : ''}.</p>
    <form onSubmit=${(event) => { event.preventDefault(); if (typed === app) removeEndpoint(); }}><div class="row"><label>Write ${app} to confirm<input name="app" autocomplete="off" autocapitalize="off" spellcheck=${false} onInput=${(event) => { dialog = { kind: 'remove', typed: event.currentTarget.value.trim() }; redraw(); }} /></label></div><${Problem} />
      <div class="actions"><button class="danger" disabled=${typed !== app} aria-disabled=${isBusy}>Remove</button><${Cancel} /></div></form><//>`,
  addon: () => html`<${Dialog} title="Remove the add-on" onClose=${closed}><p>Its hostname ${addon.hostname ?? ''} is given up, and is never given out again.</p><${Problem} />
    <div class="actions"><button type="button" class="danger" aria-disabled=${isBusy} onClick=${removeAddon}>Remove the add-on</button><${Cancel} /></div><//>`,
  domain: ({ domain }) => html`<${Dialog} title=${`Remove ${domain.hostname}`} onClose=${closed}><p>The edge no longer passes its requests to ${app}.</p><${Problem} />
    <div class="actions"><button type="button" class="danger" aria-disabled=${isBusy} onClick=${() => removeDomain(domain)}>Remove</button><${Cancel} /></div><//>`,
};

const Crumb = () => html`<nav class="crumb" aria-label="Breadcrumb"><a href="index.html">Endpoints</a> / ${app}</nav>`;

const Head = () => {
  const { is, word, rest } = truth(cert, now, answering(checks));
  return html`<div class="head"><div>
    <h1 class="title"><span data-copy><${Host} name=${endpoint.cname} /></span> <${Copy} text=${endpoint.cname} what="hostname" /></h1>
    <p class="lead"><${State} is=${is}>${word}<//> ${rest}${endpoint.muted && html` <${State} is="soon">Muted:<//> nobody is told before it expires.`}</p></div>
    <div class="actions"><button type="button" class="primary" aria-expanded=${isUpdating} onClick=${() => { isUpdating = !isUpdating; redraw(); }}>Update certificate</button><button type="button" onClick=${test}>Test</button><button type="button" class="quiet" onClick=${() => ask('remove')}>Remove</button></div></div>`;
};

const Gap = () => {
  const reason = cert.reasons.find((each) => each.code === 'missing_intermediate');
  if (!reason) return null;
  const added = mending?.chain_changes.filter((change) => change.action === 'added').map((change) => commonName(change.subject)).join(', ');
  return html`<${Callout}><p>${mending ? html`The missing certificate, ${added}, is known here. It fits.` : `${commonName(cert.chain.at(-1).issuer)}, which signed ${commonName(cert.chain.at(-1).subject)}, is missing. ${reason.remedy}`}</p>
    ${mending ? html`<button type="button" class="primary" aria-disabled=${isBusy} onClick=${addMissing}>Add it and serve</button>` : html`<button type="button" onClick=${() => { isUpdating = true; redraw(); }}>Update certificate</button>`}<//>`;
};

const Reasons = () => {
  const other = cert.reasons.filter((reason) => !['missing_intermediate'].includes(reason.code));
  return other.length > 0 && html`<ul class="reasons">${other.map((reason) => html`<li><p>${reason.sentence}</p><p class="why">${reason.remedy}</p></li>`)}</ul>`;
};

const Update = () => isUpdating && html`<section class="panel" aria-labelledby="update"><header><h2 id="update">Update certificate</h2><p>The present one is served until the new one is there; no connection is lost.</p></header><${files.view} /></section>`;

const Domains = () => html`<section class="panel" aria-labelledby="domains"><header><h2 id="domains">Domains</h2><p>${checks ? `Checked ${ago(checks.checked_at, now)}` : ''}${missed && html` <${State} is="wait">No answer since.<//> ${missed} This page tries again by itself.`}</p><button type="button" class="quiet" aria-expanded=${names.isOpen()} onClick=${names.toggle}>Add a name</button></header>
  <${names.view} />
  ${domains.length ? html`<${DomainTable} domains=${domains} checks=${looked.newest(checks)} certOf=${() => cert} onRemove=${(domain) => ask('domain', { domain })} looks=${looked} now=${now} />` : html`<p class="small">No name leads here yet. Add one that the certificate covers.</p>`}</section>`;

const Bare = () => html`<${Crumb} /><div class="head"><div><h1>${app}</h1><p class="lead"><${State} is="idle">No certificate.<//> ${addon ? 'The endpoint is provisioned; upload one to serve this app’s domains.' : 'Nothing is provisioned yet.'}</p></div>
  <div class="actions"><a class="button primary" href=${`setup.html?app=${encodeURIComponent(app)}`}>${addon ? 'Upload a certificate' : 'New endpoint'}</a>${addon && html`<button type="button" class="quiet" onClick=${() => ask('addon')}>Remove the add-on</button>`}</div></div>
  ${domains.length > 0 && html`<${Domains} />`}<${log.view} now=${now} />`;

function view() {
  const Asked = dialog && DIALOGS[dialog.kind];
  const question = Asked && Asked(dialog);
  if (!endpoint) return html`<${Bare} />${question}`;
  return html`<${Crumb} /><${Head} />${bell.callout()}${!dialog && html`<${Problem} />`}${notice && html`<${Callout} is="idle"><p>${notice}</p><//>`}${stages && html`<${stages.view} />`}<${Update} />
    <section aria-labelledby="chain" class=${isUpdating ? 'panel' : ''}><h2 id="chain" class="visually-hidden">Chain</h2><${Chain} cert=${cert} whole=${mending && certificateOf(mending)} now=${now} /><${Gap} /><${Reasons} /></section>
    <section class="panel" aria-labelledby="versions"><header><h2 id="versions">Versions</h2><p>${plural(versions.length, 'version')}.${endpoint.previous_version ? '' : ' There is no previous one to roll back to.'}${bell.reminders().length ? ' Rings are reminders.' : ''}</p></header><${Versions} versions=${versions} now=${now} onRollBack=${(version) => ask('rollback', { version })} /></section>
    <${Domains} /><${figures.view} now=${now} />${bell.view({ now })}<${log.view} now=${now} /><${Facts} app=${app} endpoint=${endpoint} cert=${cert} hosts=${hosts()} edge=${checks?.edge} />${question}`;
}

const { redraw, fail } = page({ here: 'endpoint.html', heading: '', load, view });
