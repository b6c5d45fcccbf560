/** A certificate's facts, exactly, and the command lines that tell and do the same. */

import { at } from './api.js';
import { exact } from './time.js';
import { html } from './ui.js';
import { commonName, keyName, octets } from './words.js';

const facts = (endpoint, cert) => [
  ['Common name', commonName(cert.subject)],
  ['Names', cert.names.join(', ')],
  ['Subject', cert.subject],
  ['Issuer', cert.issuer],
  ['Starts', exact(cert.starts_at)],
  ['Expires', exact(cert.expires_at)],
  ['Key', keyName(cert.key)],
  ['Signature', cert.signature],
  ['Serial', html`<code>${octets(cert.serial)}</code>`],
  ['SHA-256', html`<code>${octets(cert.fingerprint).toUpperCase()}</code>`],
  ['Version', `v${endpoint.version}, of ${exact(endpoint.updated_at)}`],
];

/** Draws the facts of an endpoint; `edge` is where the API's checks reached it, or nothing yet. */
export const Facts = ({ app, endpoint, cert, hosts, edge }) => html`<section class="panel" aria-labelledby="facts">
  <header><h2 id="facts">Certificate</h2></header>
  <dl class="facts">${facts(endpoint, cert).map(([what, value]) => html`<dt>${what}</dt><dd class="num">${value}</dd>`)}</dl>
  <${Terminal} app=${app} host=${hosts[0]?.replace(/^\*\./, 'www.') ?? endpoint.cname} edge=${edge} /></section>`;

/** The command that shows what the edge serves for a host, wherever DNS leads. */
const probe = (host, { host: edge, port }) =>
  `curl -kvI https://${host}${port === 443 ? '' : `:${port}`} --connect-to ::${edge}:${port}`;

const Terminal = ({ app, host, edge }) => {
  const lines = [
    `heroku certs:info -a ${app}`,
    `heroku certs:update server.crt server.key -a ${app}`,
    `curl -H "Authorization: Bearer $TOKEN" ${new URL(`api/${at('apps', app, 'ssl-endpoints')}`, document.baseURI)}`,
    ...(edge ? [probe(host, edge)] : []),
  ];
  return html`<details class="terminal"><summary>The same in a terminal</summary>
    <pre tabindex="0">${lines.join('\n')}</pre></details>`;
};
