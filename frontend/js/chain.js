/** The chain as a picture: the leaf, what signed it, and the root that browsers have. */

import { html, State } from './ui.js';
import { day } from './time.js';
import { commonName, hashName, keyName, listed, organisation } from './words.js';

const Card = ({ kind, how = '', mark, name, lines }) => html`<li class=${`cert ${how}`}>
  <span class="kind"><span>${kind}</span>${mark}</span><strong>${name}</strong>
  ${lines.filter(Boolean).map((line) => html`<span class="small">${line}</span>`)}</li>`;

const technical = (facts) => `${keyName(facts.key)}, ${hashName(facts.signature)}`;
const until = (facts, now) =>
  new Date(facts.expires_at) < now
    ? html`<span class="bad">expired ${day(facts.expires_at)}</span>`
    : `until ${day(facts.expires_at)}`;

const Leaf = ({ leaf, now }) => {
  const name = leaf.names[0] ?? commonName(leaf.subject);
  const more = leaf.names.slice(1);
  const lines = [more.length > 0 && `and ${listed(more)}`, technical(leaf), until(leaf, now)];
  return html`<${Card} kind="Yours" name=${name} lines=${lines} />`;
};

const Issuer = ({ facts, now }) => {
  const lines = [organisation(facts.subject), technical(facts), until(facts, now)];
  const kind = facts.subject === facts.issuer ? 'Root' : 'Intermediate';
  return html`<${Card} kind=${kind} name=${commonName(facts.subject)} lines=${lines} />`;
};

const Missing = ({ subject }) => {
  const mark = html`<${State} is="bad">Missing<//>`;
  const lines = ['Your file ends before it. Browsers that have not seen it elsewhere refuse the site.'];
  return html`<${Card} how="gone" kind="Intermediate" mark=${mark} name=${commonName(subject)} lines=${lines} />`;
};

const SENT_BY_NONE = 'whoever trusts it has it, so it is not sent';

/** What is to be said of a root: [state, word, line]. */
function rootOf(cert) {
  const codes = cert.reasons.map((reason) => reason.code);
  const isPrivate = codes.includes('untrusted_root');
  const isDistrusted = codes.includes('distrusted_root');
  const line = isPrivate
    ? 'not among the roots that browsers have'
    : isDistrusted
      ? 'browsers have taken it off their list'
      : SENT_BY_NONE;
  if (cert.trusted) return ['ok', 'Trusted', line];
  if (isDistrusted) return ['bad', 'No longer trusted', line];
  return isPrivate ? ['idle', 'Private', line] : ['', '', line];
}

const Root = ({ subject, cert }) => {
  const [is, word, line] = rootOf(cert);
  const mark = is && html`<${State} is=${is}>${word}<//>`;
  const lines = [organisation(subject), line];
  return html`<${Card} how="kept" kind="Root" mark=${mark} name=${commonName(subject)} lines=${lines} />`;
};

/** Draws an ssl_cert of the API; `whole`, where it is known, is what its chain would be without its gap. */
export const Chain = ({ cert, whole, now }) => {
  const [leaf, ...issuers] = cert.chain;
  const last = cert.chain.at(-1);
  const isMissing = cert.reasons.some((reason) => reason.code === 'missing_intermediate');
  const endsInRoot = last.subject === last.issuer;
  return html`<ol class="chain">
    <${Leaf} leaf=${leaf} now=${now} />
    ${issuers.map((facts) => html`<${Issuer} facts=${facts} now=${now} />`)}
    ${isMissing && html`<${Missing} subject=${last.issuer} />`}
    ${isMissing && whole && html`<${Root} subject=${whole.chain.at(-1).issuer} cert=${whole} />`}
    ${!isMissing && !endsInRoot && html`<${Root} subject=${last.issuer} cert=${cert} />`}
  </ol>`;
};
