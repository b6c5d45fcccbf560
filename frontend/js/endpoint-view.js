/** What one endpoint's page shows: what is true of it, its chain, versions, domains, activity and facts. */

import { Chain } from './chain.js';
import { DomainTable, answering } from './domain-table.js';
import { Problem, Question } from './endpoint-dialogs.js';
import { certOf, hasGap } from './endpoint-state.js';
import { Facts } from './facts.js';
import { ago, plural } from './time.js';
import { Callout, Copy, Host, State, html } from './ui.js';
import { Versions } from './versions.js';
import { certificateOf, commonName, truth } from './words.js';

const setupOf = (app) => `setup.html?app=${encodeURIComponent(app)}`;

/** Draws a page's state. `parts` are what keeps a state of its own: {log, names, looked, figures, bell}. */
export function Page({ of, parts, actions }) {
  const question = html`<${Question} of=${of} actions=${actions} />`;
  const shown = { of: { ...of, cert: certOf(of) }, parts, actions };
  return html`${of.endpoint ? html`<${Endpoint} ...${shown} />` : html`<${Bare} ...${shown} />`}${question}`;
}

const Endpoint = ({ of, parts: { log, names, looked, figures, bell }, actions }) => html`<${Crumb} app=${of.app} />
  <${Head} of=${of} actions=${actions} />${bell.callout()}${!of.dialog && html`<${Problem} problem=${of.problem} />`}
  ${of.notice && html`<${Callout} is="idle"><p>${of.notice}</p><//>`}${of.stages && html`<${of.stages.view} />`}
  ${of.isUpdating && of.files && html`<${Update} files=${of.files} />`}<${ChainPart} of=${of} actions=${actions} />
  <${VersionsPart} of=${of} reminders=${bell.reminders()} actions=${actions} />
  <${Domains} of=${of} names=${names} looked=${looked} actions=${actions} />
  <${figures.view} now=${of.now} />${bell.view({ now: of.now })}<${log.view} now=${of.now} />
  <${Facts} app=${of.app} endpoint=${of.endpoint} cert=${of.cert} hosts=${of.domains.map((each) => each.hostname)}
    edge=${of.checks?.edge} />`;

const Crumb = ({ app }) =>
  html`<nav class="crumb" aria-label="Breadcrumb"><a href="index.html">Endpoints</a> / ${app}</nav>`;

/** What stands there when there is no certificate. */
const Bare = ({ of, parts: { log, names, looked }, actions }) => html`<${Crumb} app=${of.app} />
  <${BareHead} of=${of} actions=${actions} />
  ${of.domains.length > 0 && html`<${Domains} of=${of} names=${names} looked=${looked} actions=${actions} />`}
  <${log.view} now=${of.now} />`;

const BareHead = ({ of: { app, addon }, actions }) => html`<div class="head"><div><h1>${app}</h1>
    <p class="lead"><${State} is="idle">No certificate.<//> ${
      addon ? 'The endpoint is provisioned; upload one to serve this app’s domains.' : 'Nothing is provisioned yet.'
    }</p></div>
  <div class="actions">
    <a class="button primary" href=${setupOf(app)}>${addon ? 'Upload a certificate' : 'New endpoint'}</a>
    ${
      addon &&
      html`<button type="button" class="quiet"
      onClick=${() => actions.ask('addon', { hostname: addon.hostname ?? '' })}>Remove the add-on</button>`
    }</div></div>`;

const Muted = () => html` <${State} is="soon">Muted:<//> nobody is told before it expires.`;

const Head = ({ of: { endpoint, cert, now, checks, isUpdating }, actions }) => {
  const { is, word, rest } = truth(cert, now, answering(checks));
  const { cname, muted } = endpoint;
  return html`<div class="head">
    <div><h1 class="title"><span data-copy><${Host} name=${cname} /></span> <${Copy} text=${cname} what="hostname" /></h1>
      <p class="lead"><${State} is=${is}>${word}<//> ${rest}${muted && html`<${Muted} />`}</p></div>
    <div class="actions"><button type="button" class="primary" aria-expanded=${isUpdating}
        onClick=${() => actions.update(!isUpdating)}>Update certificate</button>
      <button type="button" onClick=${actions.test}>Test</button>
      <button type="button" class="quiet" onClick=${() => actions.ask('remove', { cname, typed: '' })}>Remove</button></div>
  </div>`;
};

const Update = ({ files }) => html`<section class="panel" aria-labelledby="update">
  <header><h2 id="update">Update certificate</h2>
    <p>The present one is served until the new one is there; no connection is lost.</p></header>
  <${files.view} /></section>`;

const ChainPart = ({ of: { cert, mending, now, isUpdating, busy }, actions }) => html`<section aria-labelledby="chain"
  class=${isUpdating ? 'panel' : ''}><h2 id="chain" class="visually-hidden">Chain</h2>
  <${Chain} cert=${cert} whole=${mending && certificateOf(mending)} now=${now} />
  ${hasGap(cert) && html`<${Gap} cert=${cert} mending=${mending} busy=${busy} actions=${actions} />`}
  <${Reasons} cert=${cert} /></section>`;

const addedTo = ({ chain_changes: changes }) =>
  changes.filter((each) => each.action === 'added').map((each) => commonName(each.subject));

const Gap = ({ cert, mending, busy, actions }) => {
  const { remedy } = cert.reasons.find((each) => each.code === 'missing_intermediate');
  const last = cert.chain.at(-1);
  const why = mending
    ? `The missing certificate, ${addedTo(mending).join(', ')}, is known here. It fits.`
    : `${commonName(last.issuer)}, which signed ${commonName(last.subject)}, is missing. ${remedy}`;
  return html`<${Callout}><p>${why}</p>
    ${
      mending
        ? html`<button type="button" class="primary" aria-disabled=${Boolean(busy)} onClick=${actions.addMissing}>
          Add it and serve</button>`
        : html`<button type="button" onClick=${() => actions.update(true)}>Update certificate</button>`
    }<//>`;
};

const Reasons = ({ cert }) => {
  const others = cert.reasons.filter((reason) => reason.code !== 'missing_intermediate');
  if (!others.length) return null;
  return html`<ul class="reasons">${others.map(
    ({ sentence, remedy }) => html`<li><p>${sentence}</p>
    <p class="why">${remedy}</p></li>`,
  )}</ul>`;
};

const VersionsPart = ({ of: { endpoint, versions, now }, reminders, actions }) => {
  const drawn = versions.map((each) => ({ ...each, cert: certificateOf(each) }));
  const withReminders = (each) => (each.version === endpoint.version ? { ...each, reminders } : each);
  const sum = [
    `${plural(versions.length, 'version')}.`,
    !endpoint.previous_version && 'There is no previous one to roll back to.',
    reminders.length > 0 && 'Rings are reminders.',
  ];
  return html`<section class="panel" aria-labelledby="versions">
    <header><h2 id="versions">Versions</h2><p>${sum.filter(Boolean).join(' ')}</p></header>
    <${Versions} versions=${drawn.map(withReminders)} now=${now}
      onRollBack=${(version) => actions.ask('rollback', { version })} /></section>`;
};

const Missed = ({ missed }) =>
  html` <${State} is="wait">No answer since.<//> ${missed} This page tries again by itself.`;

const Domains = ({ of: { domains, checks, missed, cert, now }, names, looked, actions }) => html`<section class="panel"
  aria-labelledby="domains"><header><h2 id="domains">Domains</h2>
    <p>${checks && `Checked ${ago(checks.checked_at, now)}`}${missed && html`<${Missed} missed=${missed} />`}</p>
    <button type="button" class="quiet" aria-expanded=${names.isOpen()} onClick=${names.toggle}>Add a name</button></header>
  <${names.view} />
  ${
    domains.length
      ? html`<${DomainTable} domains=${domains} checks=${looked.newest(checks)} certOf=${() => cert} looks=${looked}
        onRemove=${(domain) => actions.ask('domain', { domain })} now=${now} />`
      : html`<p class="small">No name leads here yet. Add one that the certificate covers.</p>`
  }</section>`;
