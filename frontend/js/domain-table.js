/** Names with the record to set for each, and whether DNS and the edge follow. */

import { APEX_NAMES } from './names.js';
import { ago } from './time.js';
import { Copy, Cross, State, html } from './ui.js';

/** What DNS says of a name, by the API's checks: its state, or why it is invalid where there is a word for that. */
const DNS_WORDS = {
  valid: ['ok', 'Points here'],
  invalid: ['wait', 'Still elsewhere'],
  missing: ['wait', 'No record yet'],
  unknown: ['idle', 'Not known'],
};

/** What the edge serves for a name. */
export const TLS_WORDS = {
  served: ['ok', 'Serves'],
  waiting: ['wait', 'Not yet served'],
  mismatch: ['bad', 'Name not covered'],
  down: ['bad', 'Edge does not answer'],
  none: ['idle', 'No certificate'],
  unknown: ['idle', 'Not known'],
};

export const Record = ({ record }) => {
  const host = record.name === '@' ? record.zone : `${record.name}.${record.zone}`;
  const [what, value] = record.target ? ['target', record.target] : ['value', record.value];
  return html`<span class="record"><abbr>${record.type.replace(' or ', '/')}</abbr>
    <span class="value"><span data-copy>${record.name}</span><${Copy} text=${record.name} what=${`name for ${host}`} /></span>
    <span class="value"><span data-copy>${value}</span><${Copy} text=${value} what=${`${what} for ${host}`} /></span></span>`;
};

/** What is known of a name's TLS: {is, word, why}, by whether the certificate covers it, then by what the edge said. */
function tlsOf(domain, check, cert) {
  if (!cert) return { is: 'idle', word: 'No certificate', why: '' };
  const tls = check?.tls;
  const mismatch = cert.reasons.find((reason) => reason.code === 'name_mismatch');
  if (mismatch?.subjects.includes(domain.hostname))
    return { is: 'bad', word: 'Name not covered', why: `The certificate has no ${domain.hostname}.` };
  if (new Date(cert.expires_at) < Date.now()) return { is: 'bad', word: 'Expired', why: 'Browsers refuse it.' };
  if (!tls) return { is: 'idle', word: 'Covered', why: '' };
  const [is, word] = TLS_WORDS[tls.state] ?? ['idle', tls.state];
  if (tls.state === 'served' && check.dns.state !== 'valid')
    return { is: 'wait', word: 'Ready, waits for DNS', why: '' };
  return { is, word: tls.state === 'served' && tls.version ? `${word} v${tls.version}` : word, why: tls.sentence };
}

/** What is known of a name's DNS by a look: {is, word, why}. */
export function dnsOf(check) {
  if (!check) return { is: 'idle', word: 'Not asked yet', why: '' };
  const {
    state,
    reasons: [reason],
  } = check.dns;
  const [is, word] = DNS_WORDS[reason?.code] ?? DNS_WORDS[state] ?? ['idle', state];
  return { is, word, why: !reason || reason.code === 'missing' ? '' : reason.sentence };
}

/** What the API kept of the last look at a name: it may be old, hence its age. The certificate may be another one since then. */
function kept({ check }) {
  if (!check?.checked_at) return { dns: dnsOf(null) };
  const [is, word] = check.state === 'invalid' ? ['wait', 'Does not point here'] : DNS_WORDS[check.state];
  const tls = ['served', 'down'].includes(check.tls.state) ? { ...check.tls, sentence: '' } : null;
  return { dns: { is, word, why: `Checked ${ago(check.checked_at, Date.now())}` }, look: { dns: check, tls } };
}

const Cell = ({ of: { is, word, why } }) =>
  html`<${State} is=${is}>${word}<//>${why && html`<p class="why">${why}</p>`}`;

const Gone = ({
  domain,
  onRemove,
}) => html`<button type="button" class="copy gone" aria-label=${`Remove ${domain.hostname}`} title="Remove"
  onClick=${() => onRemove(domain)}><${Cross} /></button>`;

const AppLink = ({ app }) =>
  html`<a class="app" href=${`endpoint.html?app=${encodeURIComponent(app.name)}`}>${app.name}</a>`;

function Row({ domain, check, cert, hasApp, onRemove, looks }) {
  const { dns, look } = check ? { dns: dnsOf(check), look: check } : kept(domain);
  if (looks?.isOpen(domain.hostname)) dns.why = ''; // it stands below
  return html`<tr><td class="mono">${domain.hostname}${hasApp && html`<${AppLink} app=${domain.app} />`}</td>
    <td>${domain.records.map((record) => html`<${Record} record=${record} />`)}</td>
    <td><${Cell} of=${dns} /></td>
    <td><${Cell} of=${tlsOf(domain, look, cert)} /></td>
    ${
      onRemove &&
      html`<td class="act"><${looks.Button} hostname=${domain.hostname} />
      <${Gone} domain=${domain} onRemove=${onRemove} /></td>`
    }</tr>`;
}

const Head = ({ isActing }) => html`<thead><tr><th scope="col">Name</th><th scope="col">Record to set</th>
  <th scope="col">DNS</th><th scope="col">TLS</th>
  ${isActing && html`<th class="act"><span class="visually-hidden">Check or remove</span></th>`}</tr></thead>`;

const Providers = () => html`<details class="providers">
  <summary>What providers call ALIAS or ANAME at a root domain</summary>
  <dl>${APEX_NAMES.map(([who, what]) => html`<dt>${who}</dt><dd>${what}</dd>`)}</dl></details>`;

/**
 * Draws names of one app, or of several with the app of each if `hasApp`. `checks` are the API's, by hostname; `certOf`
 * gives an ssl_cert or null. With `onRemove` each can be removed, and looked at by `looks`.
 */
export function DomainTable({ domains, checks, certOf, hasApp, onRemove, looks, now }) {
  const row = (domain) => html`<${Row} key=${domain.id} domain=${domain} check=${checks?.get(domain.hostname)}
    cert=${certOf(domain)} hasApp=${hasApp} onRemove=${onRemove} looks=${looks} />`;
  const found = (domain) =>
    looks?.isOpen(domain.hostname) &&
    html`<tr key=${`${domain.id} found`}><td colspan="5"><${looks.Found} hostname=${domain.hostname} now=${now} /></td></tr>`;
  const hasRoot = domains.some((domain) => domain.records.some((record) => record.name === '@'));
  return html`<table class=${`domains ${onRemove ? 'acting' : ''}`}>
    <caption class="visually-hidden">Domains with the DNS record that each needs</caption>
    <${Head} isActing=${Boolean(onRemove)} />
    <tbody>${domains.flatMap((domain) => [row(domain), found(domain)])}</tbody></table>
  ${hasRoot && html`<${Providers} />`}`;
}

/** The API's checks by hostname. */
export const byName = (checks) => checks && new Map(checks.domains.map((each) => [each.hostname, each]));

/** How many names DNS points here and the edge serves: [how many, of how many]; null before it was asked. */
export function answering(checks) {
  if (!checks) return null;
  const live = checks.domains.filter((each) => each.dns.state === 'valid' && each.tls.state === 'served');
  return [live.length, checks.domains.length];
}
