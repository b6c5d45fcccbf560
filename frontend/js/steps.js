/** How the four steps to a new endpoint look, and before them the choice of an app. */

import { Taken } from './adding.js';
import { DomainTable, byName } from './domain-table.js';
import { isFirstOpen, missingNames, stepsOf } from './setup-state.js';
import { day, plural } from './time.js';
import { Callout, Copy, Host, html, submitted } from './ui.js';
import { certificateOf, commonName, listed } from './words.js';

const pageOf = (name, app) => `${name}.html?app=${encodeURIComponent(app)}`;

const Problem = ({ problem }) => problem && html`<${Callout}><p>${problem}</p><//>`;

/** Draws what stands there while no app is chosen. */
export const Choose = ({ of, onStart }) => html`<div class="head"><div><h1>New endpoint</h1>
    <p>An endpoint serves an app: a server of yours with the domains that lead to it.</p></div></div>
  <${NewApp} of=${of} onStart=${onStart} />${of.apps.length > 0 && html`<${Bare} apps=${of.apps} />`}`;

const NewApp = ({ of: { busy, problem }, onStart }) => {
  const start = ({ elements: { name, origin } }) => onStart(name.value.trim(), origin.value.trim());
  return html`<section aria-labelledby="fresh"><h2 id="fresh">A new app</h2>
    <form class="row" onSubmit=${submitted(start)}>
      <label>Name<input name="name" placeholder="docs" autocapitalize="off" spellcheck=${false} /></label>
      <label>Server behind it<input name="origin" placeholder="127.0.0.1:5000" autocapitalize="off"
        spellcheck=${false} /></label>
      <button class="primary" aria-disabled=${Boolean(busy)}>Continue</button></form>
    <p class="small">Both can be left empty: a name is made up, and the server can be told later.</p>
    <${Problem} problem=${problem} /></section>`;
};

const Bare = ({ apps }) => html`<section class="panel" aria-labelledby="there">
  <header><h2 id="there">An app without a certificate</h2></header>
  <ul class="apps">${apps.map((name) => html`<li><a href=${pageOf('setup', name)}>${name}</a></li>`)}</ul></section>`;

/** Draws the steps: `ask` makes requests, `actions` are those of the page's state. */
export function Steps({ of, ask, actions }) {
  const [first, second, third, fourth] = stepsOf(of, Boolean(ask.sum()));
  return html`<div class="head"><div><h1>New endpoint for ${of.app}</h1>
      <p>Four steps. You can leave and come back; nothing is lost but a key you have not saved.</p></div></div>
    <ol class="steps"><${First} is=${first} of=${of} ask=${ask} onFold=${(isAsking) => actions.change({ isAsking })} />
      <${of.addon ? Provisioned : Provision} is=${second} of=${of} onProvision=${actions.provision} />
      <${Third} is=${third} of=${of} />
      <${of.endpoint ? Pointing : Later} is=${fourth} of=${of} onAddNames=${actions.addNames} /></ol>`;
}

const Step = ({ is, title, id, sum, children }) => html`<li class=${is === 'done' ? 'done' : ''}
  aria-current=${is === 'now' ? 'step' : null}><div><h2 id=${id} tabindex=${id && -1}>${title}</h2>
  ${sum && html`<p class="sum">${sum}</p>`}${children}</div></li>`;

/** What the button under the first step says, by whether it is open, and whether a request was made. */
const FOLDING = {
  true: { true: 'Go on with what the authority sent', false: 'I have a certificate already' },
  false: { true: 'Show the request', false: 'Make a request' },
};

function aboutCertificate({ endpoint }, requested, isOpen) {
  if (!endpoint) return requested || (isOpen ? '' : 'Have its files at hand, or make a request here.');
  const { cert_domains: names, issuer, expires_at: end } = endpoint.ssl_cert;
  return `For ${listed(names)}, by ${commonName(issuer)}, until ${day(end)}.`;
}

const First = ({ is, of, ask, onFold }) => {
  const [isOpen, requested] = [isFirstOpen(of), ask.sum()];
  const folding = FOLDING[isOpen][Boolean(requested)];
  const fold = () => onFold(!isOpen);
  return html`<${Step} is=${is} title="Get a certificate" sum=${aboutCertificate(of, requested, isOpen)}>
    ${isOpen && html`<${ask.view} />`}
    ${!of.endpoint && html`<p><button type="button" class="quiet flush" onClick=${fold}>${folding}</button></p>`}<//>`;
};

function costOf({ cents, unit }) {
  if (!cents) return 'Free of charge.';
  return `$${(cents / 100).toLocaleString('en-GB')} a ${unit}, until the add-on is removed.`;
}

const Target = ({ name }) => html`<p class="title big"><span data-copy><${Host} name=${name} /></span>${' '}
  <${Copy} text=${name} what="hostname" /></p>`;

const Provisioned = ({ is, of: { endpoint, addon, domains, price } }) => {
  const name = endpoint?.cname ?? addon.hostname ?? domains[0]?.cname;
  const sum = name ? costOf(price) : `Its hostname is the app’s own domain. ${costOf(price)}`;
  return html`<${Step} is=${is} title="Provision the endpoint" sum=${sum}>${name && html`<${Target} name=${name} />`}<//>`;
};

const Provision = ({ is, of: { price, busy, problem }, onProvision }) => html`<${Step} is=${is}
  title="Provision the endpoint" sum=${`Reserves the hostname that your DNS will point at. ${costOf(price)}`}>
  <p><button type="button" class="primary" aria-disabled=${Boolean(busy)} onClick=${onProvision}>Provision</button></p>
  <${Problem} problem=${problem} /><//>`;

const Third = ({ is, of: { app, endpoint, addon, files } }) => {
  const sum = endpoint
    ? html`Version ${endpoint.version} is uploaded. <a href=${pageOf('endpoint', app)}>See or update it</a>`
    : !addon && 'When the endpoint is provisioned.';
  const isOpen = !endpoint && addon && files;
  return html`<${Step} is=${is} title="Upload the certificate" sum=${sum}>${isOpen && html`<${files.view} />`}<//>`;
};

const Later = ({ is, of: { domains } }) => {
  const sum = domains.length
    ? `${plural(domains.length, 'record')} to set at your DNS provider.`
    : 'One record for each name, at your DNS provider.';
  return html`<${Step} is=${is} id="dns" title="Point your domains here" sum=${sum} />`;
};

const AddNames = ({ missing, busy, onAdd }) => html`<div class="send">
  <button type="button" class="primary" aria-disabled=${Boolean(busy)} onClick=${onAdd}>
    ${missing.length === 1 ? `Add ${missing[0]}` : `Add the ${missing.length} names of the certificate`}</button>
  <span class="small">${listed(missing, 6)}</span></div>`;

const Pointing = ({ is, of, onAddNames }) => {
  const { app, endpoint, domains, checks, stages, busy, problem, taken } = of;
  const missing = missingNames(of);
  const add = () => onAddNames(missing);
  const sum = domains.length > 0 && 'Set these records at your DNS provider. This page looks again by itself.';
  const certOf = () => certificateOf(endpoint);
  return html`<${Step} is=${is} id="dns" title="Point your domains here" sum=${sum}>
    <${stages.view} />${missing.length > 0 && html`<${AddNames} missing=${missing} busy=${busy} onAdd=${add} />`}
    <${Problem} problem=${problem} />
    ${taken && html`<${Taken} refusal=${taken} isBusy=${Boolean(busy)} onRetry=${add} />`}
    ${domains.length > 0 && html`<${DomainTable} domains=${domains} checks=${byName(checks)} certOf=${certOf} />`}
    <p class="next"><a class="button" href=${pageOf('endpoint', app)}>Go to the endpoint</a></p><//>`;
};
