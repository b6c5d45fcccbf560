/** Get a certificate: a key and a request made in this browser, or the commands for a terminal, or a self-signed one. */

import * as openssl from './openssl.js';
import { COUNTRIES } from './countries.js';
import * as hosts from './names.js';
import { Callout, Command, Copy, State, html, say } from './ui.js';
import { listed } from './words.js';

const STAGING_DAYS = 90;
const WAYS = [['browser', 'In this browser'], ['terminal', 'In a terminal'], ['staging', 'Self-signed, for staging']];
const FIELDS = [['country', 'Country (C), two letters', 2], ['state', 'State or province (ST)', 128], ['city', 'City (L)', 128], ['organisation', 'Organisation (O)', 64], ['unit', 'Department (OU)', 64]];
const load = () => import('./certificates.js');

/** Hands a file to the browser's downloads; the address of its octets is gone right after. */
function save(name, content, type) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** Returns {view(), made(), sum(), isDone()}; `onSelfSigned(pem)` gets a certificate that was made for staging. */
export function request({ redraw, onSelfSigned }) {
  let way = 'browser';
  let typed = '';
  let keyType = 'P-256';
  let system = openssl.likelySystem(navigator.userAgentData?.platform ?? navigator.platform);
  let made = null;
  let csr = '';
  let asked = [];
  let isSaved = false;
  let isBusy = false;
  let problem = '';
  const organisation = {};

  addEventListener('beforeunload', (event) => { if (made && !isSaved) event.preventDefault(); });
  addEventListener('pagehide', () => { [made, csr] = [null, '']; });
  addEventListener('pageshow', (event) => { if (event.persisted) redraw(); });

  const names = () => hosts.split(typed).map(hosts.read);
  const good = () => [...new Map(names().filter((name) => name.value).map((name) => [name.value, name])).values()];
  const mistakes = () => names().filter((name) => name.problem).map((name) => name.problem);
  const isCountry = () => !organisation.country || COUNTRIES.has(organisation.country.toUpperCase());
  const isReady = () => good().length > 0 && !mistakes().length && isCountry();

  /** Fills in names, if none were typed yet. */
  const suggest = (suggested) => { if (!typed) typed = suggested.join('\n'); };

  async function make(finish) {
    if (isBusy) return;
    [isBusy, problem] = [true, ''];
    redraw();
    try {
      const certificates = await load();
      asked = good();
      made = await certificates.makeKey(keyType);
      isSaved = false;
      await finish(certificates);
    } catch (error) {
      made = null;
      problem = `The browser could not make it: ${error.message}`;
    }
    isBusy = false;
    redraw();
  }
  const makeRequest = () => make(async (certificates) => { csr = await certificates.makeRequest(made, asked, organisation); say('Key and request are made'); });
  const makeSelfSigned = () => make(async (certificates) => {
    csr = '';
    const now = new Date();
    now.setUTCMilliseconds(0);
    await onSelfSigned(await certificates.makeSelfSigned(made, asked, organisation, now, STAGING_DAYS));
  });

  async function saveKey() {
    const { secretOf } = await load();
    const { toPem } = await import('./der.js');
    save('server.key', toPem('PRIVATE KEY', await secretOf(made)), 'application/x-pem-file');
    isSaved = true;
    redraw();
  }

  const Names = () => html`<label class="wide">Names, one a line<textarea rows="3" spellcheck=${false} autocapitalize="off" placeholder="www.example.com" value=${typed} aria-describedby="names-say" onInput=${(event) => { typed = event.currentTarget.value; redraw(); }}></textarea></label>
    <div id="names-say" class="why" aria-live="polite">${mistakes().map((each) => html`<p><${State} is="bad">${each}<//></p>`)}
      ${!mistakes().length && (hosts.advice(good().map((name) => name.value)) || 'A single name for one sub-domain, *.example.com for all of them, example.com for the root. The first is the common name.')}
      ${good().some((name) => name.value.includes('xn--')) && html`<p>Written for DNS: <code>${listed(good().map((name) => name.value), 9)}</code></p>`}</div>`;

  const Organisation = () => html`<details class="more"><summary>Organisation, if your authority asks for it</summary><div class="fields">${FIELDS.map(([id, name, most]) => html`<label>${name}<input name=${id} maxlength=${most} value=${organisation[id] ?? ''} aria-invalid=${id === 'country' && !isCountry()} onInput=${(event) => { organisation[id] = event.currentTarget.value; redraw(); }} /></label>`)}</div>
    ${!isCountry() && html`<p class="why"><${State} is="bad">${organisation.country.toUpperCase()} is not a country code of ISO 3166-1.<//></p>`}</details>`;

  const KeyType = () => html`<fieldset class="choice"><legend>Key</legend>${openssl.KEY_TYPES.map(({ id, name, why }) => html`<label><input type="radio" name="key-type" value=${id} checked=${keyType === id} onChange=${() => { keyType = id; redraw(); }} /> ${name} <span class="small">${why}</span></label>`)}</fieldset>`;

  const Browser = () => !canMake() ? html`<${NoCrypto} />` : html`<div class="send"><button type="button" class="primary" disabled=${!isReady()} aria-disabled=${isBusy} onClick=${makeRequest}>${isBusy ? 'Making…' : 'Make key and request'}</button><span class="small">The key is made here and stays here until you save it.</span></div>
    ${made && csr && html`<${Made} />`}`;

  const Made = () => html`<div class="made"><p><${State} is="ok">Key and request are made<//></p>
    <div class="actions"><button type="button" class=${isSaved ? '' : 'primary'} onClick=${saveKey}>Save key</button><button type="button" onClick=${() => save('server.csr', csr, 'application/pkcs10')}>Save request</button></div>
    <p class="why">${isSaved ? 'Keep server.key where only you can read it.' : 'Save the key now: it is nowhere but in this page, and lost when you close it.'}</p>
    <div class="csr"><pre tabindex="0" data-copy aria-label="Certificate request">${csr}</pre><${Copy} text=${csr} what="request" /></div>
    <p class="why">Send the request to your certificate authority. Asked for a server, choose Nginx (else Apache 2.x); asked for a format, choose X.509. Come back with what they send: this page, while it is open, still has the key.</p></div>`;

  const NoCrypto = () => html`<${Callout} is="soon"><p>This address is not secure, so the browser makes no keys here. Use https or localhost, or a terminal.</p><//>`;

  const Terminal = ({ days = null }) => {
    const { install, note } = openssl.SYSTEMS.find((each) => each.id === system);
    return html`<fieldset class="choice inline"><legend>System</legend>${openssl.SYSTEMS.map(({ id, name }) => html`<label><input type="radio" name="system" checked=${system === id} onChange=${() => { system = id; redraw(); }} /> ${name}</label>`)}</fieldset>
      <p class="why">If there is no openssl yet:${note && ` ${note}`}</p><${Command} text=${install} />
      <p class="why">One line makes ${days ? 'the key and the certificate' : 'the key and the request'}:</p>
      ${good().length && !mistakes().length && isCountry() ? html`<${Command} text=${openssl.request({ names: good(), organisation, keyType, days, system })} />` : html`<p class="why">Write the names first.</p>`}
      ${!days && html`<p class="why">Send server.csr to your certificate authority. Asked for a server, choose Nginx (else Apache 2.x); asked for a format, choose X.509.</p>`}`;
  };

  const Staging = () => html`${canMake() && html`<div class="send"><button type="button" class="primary" disabled=${!isReady()} aria-disabled=${isBusy} onClick=${makeSelfSigned}>${isBusy ? 'Making…' : 'Make a self-signed certificate'}</button><span class="small">Good for ${STAGING_DAYS} days. Browsers warn their users.</span></div>
    ${made && !csr && html`<div class="made"><p><${State} is="ok">Made, and put into the upload below<//></p><div class="actions"><button type="button" onClick=${saveKey}>Save key</button></div></div>`}`}
    <details class="more"><summary>The same in a terminal</summary><${Terminal} days=${STAGING_DAYS} /></details>`;

  const canMake = () => Boolean(globalThis.crypto?.subtle);
  const view = () => html`<fieldset class="tabs"><legend class="visually-hidden">How to get a certificate</legend>${WAYS.map(([id, name]) => html`<label><input type="radio" name="way" checked=${way === id} onChange=${() => { way = id; redraw(); }} /><span>${name}</span></label>`)}</fieldset>
    <${Names} /><${Organisation} /><${KeyType} />
    ${way === 'browser' && html`<${Browser} />`}${way === 'terminal' && html`<${Terminal} />`}${way === 'staging' && html`<${Staging} />`}
    ${problem && html`<${Callout}><p>${problem}</p><//>`}`;

  const sum = () => made && `${csr ? 'Request' : 'Self-signed certificate'} for ${listed(asked.map((name) => name.value))} made here.${isSaved ? ' Key saved as server.key.' : ' The key is not saved yet.'}`;
  return { view, made: () => made, sum, suggest };
}
