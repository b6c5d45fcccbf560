/** A look at one domain on request: what a careful person would see with dig and curl, in place. */

import { at, post } from './api.js';
import { TLS_WORDS, byName, dnsOf } from './domain-table.js';
import { dnsFacts, tlsFacts } from './found.js';
import { ago, exact } from './time.js';
import { Callout, State, html, say } from './ui.js';

/** Why DNS is as it is, and what mends it, unless the reason before says the same. */
const Cause = ({ reason: { sentence, remedy }, before }) => html`<p class="cause">${sentence}</p>
  ${remedy !== before?.remedy && html`<p class="why">${remedy}</p>`}`;

const Dns = ({ dns }) => {
  const { is, word } = dnsOf({ dns });
  return html`<div><h3>DNS</h3><p><${State} is=${is}>${word}<//></p>
    ${dns.reasons.map((reason, n) => html`<${Cause} reason=${reason} before=${dns.reasons[n - 1]} />`)}
    <dl class="facts">${dnsFacts(dns).map(
      ([what, lines, words]) => html`<dt>${what}</dt>
      <dd>${lines.map((line) => html`<code>${line}</code>`)}${words && ` ${words}`}</dd>`,
    )}</dl></div>`;
};

const Tls = ({ tls }) => {
  const [is, word] = TLS_WORDS[tls.state] ?? ['idle', tls.state];
  return html`<div><h3>Handshake</h3><p><${State} is=${is}>${word}<//></p>
    ${tls.sentence && html`<p class="cause">${tls.sentence}</p>`}
    <dl class="facts">${tlsFacts(tls).map(
      ([what, how, words]) => html`<dt>${what}</dt>
      <dd>${how ? html`<${State} is=${how}>${words}<//>` : words}</dd>`,
    )}</dl>
    ${tls.words.length > 0 && html`<pre tabindex="0" aria-label="As curl -kvI tells it">${tls.words.join('\n')}</pre>`}</div>`;
};

const Looked = ({ answer, now }) => {
  const { checked_at: when } = answer;
  return html`Looked <time datetime=${when} title=${exact(when)}>${ago(when, now)}</time>.`;
};

/**
 * Keeps what was found on request for the domains of an app. Returns {newest(checks), isOpen(hostname), Button, Found},
 * the last two for a domain's row.
 */
export function looks({ app, redraw, onSignedOut }) {
  const open = new Map(); // by hostname: {answer, problem, isBusy}

  async function look(hostname) {
    const each = open.get(hostname) ?? {};
    if (each.isBusy) return;
    open.set(hostname, each);
    Object.assign(each, { isBusy: true, problem: '' });
    redraw();
    try {
      each.answer = await post(at('apps', app, 'domains', hostname, 'check'));
      say(`${hostname}: ${dnsOf(each.answer).word}`);
    } catch (error) {
      if (error.status === 401) onSignedOut(error);
      else each.problem = error.message;
    }
    each.isBusy = false;
    redraw();
  }

  function toggle(hostname) {
    if (!open.delete(hostname)) look(hostname);
    redraw();
  }

  const Button = ({ hostname }) => {
    const verb = open.has(hostname) ? 'Hide' : 'Check';
    const name = `${verb} ${hostname}`;
    return html`<button type="button" class="quiet" aria-label=${name} onClick=${() => toggle(hostname)}>${verb}</button>`;
  };

  const Found = ({ hostname, now }) => {
    const { answer, problem, isBusy } = open.get(hostname) ?? {};
    if (!open.has(hostname)) return null;
    return html`<div class="found">${problem && html`<${Callout}><p>${problem}</p><//>`}
      ${answer && html`<div class="two"><${Dns} dns=${answer.dns} /><${Tls} tls=${answer.tls} /></div>`}
      <p class="small">${isBusy ? 'Looking.' : answer && html`<${Looked} answer=${answer} now=${now} />`}${' '}
        <button type="button" class="quiet" aria-disabled=${isBusy} aria-label=${`Look again at ${hostname}`}
          onClick=${() => look(hostname)}>Look again</button></p></div>`;
  };

  /** The checks of an app by hostname, and in their place what was found on request since. */
  function newest(checks) {
    const found = byName(checks) ?? new Map();
    for (const [hostname, { answer }] of open) {
      if (answer && !(checks?.checked_at > answer.checked_at)) found.set(hostname, answer);
    }
    return found;
  }
  return { newest, isOpen: (hostname) => open.has(hostname), Button, Found };
}
