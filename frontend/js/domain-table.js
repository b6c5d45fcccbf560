/** Names with the record to set for each, and whether DNS and the edge follow. */

import { APEX_NAMES, covers } from './names.js';
import { Copy, State, html } from './ui.js';
import { DNS_WORDS, TLS_WORDS } from './words.js';

export const Record = ({ record }) => {
  const host = record.name === '@' ? record.zone : `${record.name}.${record.zone}`;
  return html`<span class="record"><abbr>${record.type.replace(' or ', '/')}</abbr>
    <span class="value"><span data-copy>${record.name}</span><${Copy} text=${record.name} what=${`name for ${host}`} /></span>
    <span class="value"><span data-copy>${record.target}</span><${Copy} text=${record.target} what=${`target for ${host}`} /></span></span>`;
};

/** What is known of a name's TLS without asking the edge: whether the certificate covers it. */
function tlsOf(domain, check, cert) {
  if (!cert) return { is: 'idle', word: 'No certificate', why: '' };
  const tls = check?.tls;
  const isCovered = cert.names.some((name) => covers(name, domain.hostname));
  if (!isCovered) return { is: 'bad', word: 'Name not covered', why: `The certificate has no ${domain.hostname}.` };
  if (new Date(cert.expires_at) < Date.now()) return { is: 'bad', word: 'Expired', why: 'Browsers refuse it.' };
  if (!tls) return { is: 'idle', word: 'Covered', why: '' };
  const [is, word] = TLS_WORDS[tls.state] ?? ['idle', tls.state];
  if (tls.state === 'served' && check.dns.state !== 'valid') return { is: 'wait', word: 'Ready, waits for DNS', why: '' };
  return { is, word: tls.state === 'served' && tls.version ? `${word} v${tls.version}` : word, why: tls.sentence };
}

function dnsOf(check) {
  if (!check) return { is: 'idle', word: 'Not asked yet', why: '' };
  const { state, reasons: [reason] } = check.dns;
  const [is, word] = DNS_WORDS[reason?.code] ?? DNS_WORDS[state] ?? ['idle', state];
  return { is, word, why: !reason || reason.code === 'missing' ? '' : reason.sentence };
}

const Cell = ({ of: { is, word, why } }) => html`<${State} is=${is}>${word}<//>${why && html`<p class="why">${why}</p>`}`;

/** Draws names of one app, or of several with `app` shown. `checks` are the API's, by hostname; `cert` an ssl_cert or null. */
export const DomainTable = ({ domains, checks, certOf, hasApp, onRemove }) => html`<table class="domains"><caption class="visually-hidden">Domains with the DNS record that each needs</caption>
  <thead><tr><th scope="col">Name</th><th scope="col">Record to set</th><th scope="col">DNS</th><th scope="col">TLS</th>${onRemove && html`<th class="act"><span class="visually-hidden">Remove</span></th>`}</tr></thead>
  <tbody>${domains.map((domain) => html`<tr key=${domain.id}>
    <td class="mono">${domain.hostname}${hasApp && html`<a class="app" href=${`endpoint.html?app=${encodeURIComponent(domain.app.name)}`}>${domain.app.name}</a>`}</td>
    <td>${domain.records.map((record) => html`<${Record} record=${record} />`)}</td>
    <td><${Cell} of=${dnsOf(checks?.get(domain.hostname))} /></td>
    <td><${Cell} of=${tlsOf(domain, checks?.get(domain.hostname), certOf(domain))} /></td>
    ${onRemove && html`<td class="act"><button type="button" class="copy gone" aria-label=${`Remove ${domain.hostname}`} title="Remove" onClick=${() => onRemove(domain)}><svg viewBox="0 0 16 16" class="line" aria-hidden="true"><path d="M4 4l8 8m0-8l-8 8" /></svg></button></td>`}</tr>`)}</tbody></table>
  ${domains.some((domain) => domain.records.some((record) => record.name === '@')) && html`<details class="providers"><summary>What providers call ALIAS or ANAME at a root domain</summary><dl>${APEX_NAMES.map(([who, what]) => html`<dt>${who}</dt><dd>${what}</dd>`)}</dl></details>`}`;

/** The API's checks by hostname. */
export const byName = (checks) => checks && new Map(checks.domains.map((each) => [each.hostname, each]));

/** How many names DNS points here and the edge serves: [how many, of how many]; null before it was asked. */
export const answering = (checks) => checks && [checks.domains.filter((each) => each.dns.state === 'valid' && each.tls.state === 'served').length, checks.domains.length];
