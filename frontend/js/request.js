/** Get a certificate: a key and a request made in this browser, or the commands for a terminal, or a self-signed one. */

import * as hosts from './names.js';
import * as openssl from './openssl.js';
import { STAGING_DAYS, isCountry, isReady, namesOf, requesting, sumOf } from './request-state.js';
import { Callout, Command, Copy, State, html, say } from './ui.js';
import { listed } from './words.js';

const WAYS = { browser: 'In this browser', terminal: 'In a terminal', staging: 'Self-signed, for staging' };
const FIELDS = [
  ['country', 'Country (C), two letters', 2],
  ['state', 'State or province (ST)', 128],
  ['city', 'City (L)', 128],
  ['organisation', 'Organisation (O)', 64],
  ['unit', 'Department (OU)', 64],
];
const ON_NAMES =
  'A single name for one sub-domain, *.example.com for all of them, example.com for the root. The first is the common name.';
const ON_SERVERS = 'Asked for a server, choose Nginx (else Apache 2.x); asked for a format, choose X.509.';
const load = () => import('./certificates.js');
const canMake = () => Boolean(globalThis.crypto?.subtle);

/** Hands a file to the browser's downloads; the address of its octets is gone right after. */
function save(name, content, type) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** Returns {view(), made(), sum(), suggest(names)}; `onSelfSigned(pem)` gets a certificate that was made for staging. */
export function request({ redraw, onSelfSigned }) {
  const system = openssl.likelySystem(navigator.userAgentData?.platform ?? navigator.platform);
  const state = requesting({ system, load, redraw, onSelfSigned });
  addEventListener('beforeunload', (event) => state.get().hasKey && !state.get().isSaved && event.preventDefault());
  addEventListener('pagehide', state.forget);
  addEventListener('pageshow', (event) => event.persisted && redraw());
  const view = () => html`<${Request} of=${state.get()} actions=${actionsOf(state)} />`;
  return { view, made: state.made, sum: () => sumOf(state.get()), suggest: state.suggest };
}

/** What the buttons do. */
function actionsOf({ get, change, makeRequest, makeSelfSigned, keyFile }) {
  async function saveKey() {
    save('server.key', await keyFile(), 'application/x-pem-file');
    change({ isSaved: true });
  }
  async function ask() {
    if (await makeRequest()) say('Key and request are made');
  }
  const fill = (field, text) => change({ organisation: { ...get().organisation, [field]: text } });
  return { change, fill, ask, makeSelfSigned, saveKey };
}

const PARTS = {
  browser: (props) => html`<${Browser} ...${props} />`,
  terminal: ({ of, actions }) => html`<${Terminal} of=${of} onSystem=${(system) => actions.change({ system })} />`,
  staging: (props) => html`<${Staging} ...${props} />`,
};

const Request = ({ of, actions }) => html`<fieldset class="tabs">
    <legend class="visually-hidden">How to get a certificate</legend>
    ${Object.entries(WAYS).map(
      ([way, name]) => html`<label><input type="radio" name="way" checked=${of.way === way}
      onChange=${() => actions.change({ way })} /><span>${name}</span></label>`,
    )}</fieldset>
  <${Names} typed=${of.typed} onType=${(typed) => actions.change({ typed })} />
  <${Organisation} of=${of.organisation} onFill=${actions.fill} />
  <${KeyType} chosen=${of.keyType} onChoose=${(keyType) => actions.change({ keyType })} />
  ${PARTS[of.way]({ of, actions })}
  ${of.problem && html`<${Callout}><p>${of.problem}</p><//>`}`;

function Names({ typed, onType }) {
  const { good, mistakes } = namesOf(typed);
  const values = good.map((name) => name.value);
  return html`<label class="wide">Names, one a line<textarea rows="3" spellcheck=${false} autocapitalize="off"
      placeholder="www.example.com" value=${typed} aria-describedby="names-say"
      onInput=${(event) => onType(event.currentTarget.value)}></textarea></label>
    <div id="names-say" class="why" aria-live="polite">
      ${mistakes.map((each) => html`<p><${State} is="bad">${each}<//></p>`)}
      ${!mistakes.length && (hosts.advice(values) || ON_NAMES)}
      ${values.some((name) => name.includes('xn--')) && html`<p>Written for DNS: <code>${listed(values, 9)}</code></p>`}</div>`;
}

function Organisation({ of, onFill }) {
  const field = ([id, name, most]) => html`<label>${name}<input name=${id} maxlength=${most} value=${of[id] ?? ''}
    aria-invalid=${id === 'country' && !isCountry(of)} onInput=${(event) => onFill(id, event.currentTarget.value)} /></label>`;
  const mistake = !isCountry(of) && `${of.country.toUpperCase()} is not a country code of ISO 3166-1.`;
  return html`<details class="more"><summary>Organisation, if your authority asks for it</summary>
    <div class="fields">${FIELDS.map(field)}</div>
    ${mistake && html`<p class="why"><${State} is="bad">${mistake}<//></p>`}</details>`;
}

function KeyType({ chosen, onChoose }) {
  const choice = ({
    id,
    name,
    why,
  }) => html`<label><input type="radio" name="key-type" value=${id} checked=${chosen === id}
    onChange=${() => onChoose(id)} /> ${name} <span class="small">${why}</span></label>`;
  return html`<fieldset class="choice"><legend>Key</legend>${openssl.KEY_TYPES.map(choice)}</fieldset>`;
}

const Make = ({ of, what, about, onMake }) => html`<div class="send">
  <button type="button" class="primary" disabled=${!isReady(of)} aria-disabled=${of.busy} onClick=${onMake}>
    ${of.busy ? 'Making…' : what}</button><span class="small">${about}</span></div>`;

function Browser({ of, actions }) {
  if (!canMake()) return html`<${NoCrypto} />`;
  return html`<${Make} of=${of} what="Make key and request" onMake=${actions.ask}
      about="The key is made here and stays here until you save it." />
    ${of.hasKey && of.csr && html`<${Made} of=${of} onSaveKey=${actions.saveKey} />`}`;
}

const Made = ({ of: { csr, isSaved }, onSaveKey }) => html`<div class="made">
  <p><${State} is="ok">Key and request are made<//></p>
  <div class="actions"><button type="button" class=${isSaved ? '' : 'primary'} onClick=${onSaveKey}>Save key</button>
    <button type="button" onClick=${() => save('server.csr', csr, 'application/pkcs10')}>Save request</button></div>
  <p class="why">${
    isSaved
      ? 'Keep server.key where only you can read it.'
      : 'Save the key now: it is nowhere but in this page, and lost when you close it.'
  }</p>
  <div class="csr"><pre tabindex="0" data-copy aria-label="Certificate request">${csr}</pre>
    <${Copy} text=${csr} what="request" /></div>
  <p class="why">Send the request to your certificate authority. ${ON_SERVERS}
    ${' '}Come back with what they send: this page, while it is open, still has the key.</p></div>`;

const NoCrypto = () => html`<${Callout} is="soon"><p>This address is not secure, so the browser makes no keys here.
  Use https or localhost, or a terminal.</p><//>`;

const Systems = ({ chosen, onSystem }) => html`<fieldset class="choice inline"><legend>System</legend>
  ${openssl.SYSTEMS.map(
    ({ id, name }) => html`<label><input type="radio" name="system" checked=${chosen === id}
    onChange=${() => onSystem(id)} /> ${name}</label>`,
  )}</fieldset>`;

/** The commands that make the same in a terminal; with `days` a self-signed certificate. */
function Terminal({ of, days = null, onSystem }) {
  const { typed, organisation, keyType, system } = of;
  const { install, note } = openssl.SYSTEMS.find((each) => each.id === system);
  const command = isReady(of) && openssl.request({ names: namesOf(typed).good, organisation, keyType, days, system });
  return html`<${Systems} chosen=${system} onSystem=${onSystem} />
    <p class="why">If there is no openssl yet:${note && ` ${note}`}</p><${Command} text=${install} />
    <p class="why">One line makes ${days ? 'the key and the certificate' : 'the key and the request'}:</p>
    ${command ? html`<${Command} text=${command} />` : html`<p class="why">Write the names first.</p>`}
    ${!days && html`<p class="why">Send server.csr to your certificate authority. ${ON_SERVERS}</p>`}`;
}

const Put = ({ onSaveKey }) => html`<div class="made"><p><${State} is="ok">Made, and put into the upload below<//></p>
  <div class="actions"><button type="button" onClick=${onSaveKey}>Save key</button></div></div>`;

const Staging = ({ of, actions }) => html`${
  canMake() &&
  html`<${Make} of=${of} what="Make a self-signed certificate"
    about=${`Good for ${STAGING_DAYS} days. Browsers warn their users.`} onMake=${actions.makeSelfSigned} />`
}
  ${canMake() && of.hasKey && !of.csr && html`<${Put} onSaveKey=${actions.saveKey} />`}
  <details class="more"><summary>The same in a terminal</summary>
    <${Terminal} of=${of} days=${STAGING_DAYS} onSystem=${(system) => actions.change({ system })} /></details>`;
