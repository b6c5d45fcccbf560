/** The chain as a picture: the leaf, what signed it, and the root that browsers have. */

import { html, State } from './ui.js';
import { day } from './time.js';
import { commonName, hashName, keyName, listed, organisation } from './words.js';

const Card = ({ kind, how = '', mark, name, lines }) => html`<li class=${`cert ${how}`}><span class="kind"><span>${kind}</span>${mark}</span><strong>${name}</strong>${lines.filter(Boolean).map((line) => html`<span class="small">${line}</span>`)}</li>`;

const technical = (facts) => `${keyName(facts.key)}, ${hashName(facts.signature)}`;
const until = (facts, now) => new Date(facts.expires_at) < now ? html`<span class="bad">expired ${day(facts.expires_at)}</span>` : `until ${day(facts.expires_at)}`;

const Leaf = ({ leaf, now }) => {
  const name = leaf.names[0] ?? commonName(leaf.subject);
  const more = leaf.names.slice(1);
  return html`<${Card} kind="Yours" name=${name} lines=${[more.length > 0 && `and ${listed(more)}`, technical(leaf), until(leaf, now)]} />`;
};

const Issuer = ({ facts, now }) => html`<${Card} kind=${facts.subject === facts.issuer ? 'Root' : 'Intermediate'} name=${commonName(facts.subject)} lines=${[organisation(facts.subject), technical(facts), until(facts, now)]} />`;

const Missing = ({ subject }) => html`<${Card} how="gone" kind="Intermediate" mark=${html`<${State} is="bad">Missing<//>`} name=${commonName(subject)}
  lines=${['Your file ends before it. Browsers that have not seen it elsewhere refuse the site.']} />`;

const Root = ({ subject, cert }) => {
  const codes = cert.reasons.map((reason) => reason.code);
  const mark = cert.trusted ? html`<${State} is="ok">Trusted<//>`
    : codes.includes('distrusted_root') ? html`<${State} is="bad">No longer trusted<//>`
      : codes.includes('untrusted_root') ? html`<${State} is="idle">Private<//>` : null;
  const line = codes.includes('untrusted_root') ? 'not among the roots that browsers have' : codes.includes('distrusted_root') ? 'browsers have taken it off their list' : 'whoever trusts it has it, so it is not sent';
  return html`<${Card} how="kept" kind="Root" mark=${mark} name=${commonName(subject)} lines=${[organisation(subject), line]} />`;
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
    ${isMissing ? html`<${Missing} subject=${last.issuer} />${whole && html`<${Root} subject=${whole.chain.at(-1).issuer} cert=${whole} />`}` : !endsInRoot && html`<${Root} subject=${last.issuer} cert=${cert} />`}
  </ol>`;
};
