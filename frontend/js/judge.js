/** What can be said of dropped files before anything is sent: the leaf, the chain, and the checks. Pure. */

import { uncovered } from './names.js';
import { day, remaining } from './time.js';
import { certificateOf, commonName, isSoon, keyName, listed } from './words.js';

const WEAKEST_RSA = 2048; // bits

/**
 * Finds the leaf (the certificate that a key fits, the first key before others, else the one that issued no other) and
 * orders what is above it.
 */
export function arrange(certificates, spkis = []) {
  const unique = [
    ...new Map(
      certificates.map((each) => [each.issuerHex + each.subjectHex + each.spki + each.expires_at, each]),
    ).values(),
  ];
  const issuers = new Set(unique.filter((each) => !isSelfSigned(each)).map((each) => each.issuerHex));
  const ends = unique.filter((each) => !issuers.has(each.subjectHex));
  const fitting = spkis.map((spki) => unique.find((each) => each.spki === spki)).find(Boolean);
  const leaf = fitting ?? ends.find((each) => !each.isCa) ?? ends[0] ?? unique[0] ?? null;
  const chain = leaf ? [leaf] : [];
  for (let last = leaf; last && !isSelfSigned(last);) {
    last = unique.find((each) => each.subjectHex === last.issuerHex && !chain.includes(each));
    if (last) chain.push(last);
  }
  const root = chain.length > 1 && isSelfSigned(chain.at(-1)) ? chain.pop() : null;
  return { leaf, chain, root, strangers: unique.filter((each) => each !== root && !chain.includes(each)) };
}

export const isSelfSigned = (certificate) => certificate.subjectHex === certificate.issuerHex;

/**
 * Returns the checks: [{id, is, what, why, …}].
 *
 * `keys` are opened ones, `locked` those behind a password (file names), `made` is the key that this page made, `inUse`
 * the public half (hex) of the one that is served now,
 * `inspection` the server's answer about the certificates: undefined while it is asked, {refused} when it cannot use
 * them, {unjudged} when it could not be asked; both say why.
 */
export function checks({ arranged, keys, locked, sealed, made, inUse = '', hosts, inspection, now }) {
  const { leaf } = arranged;
  if (!leaf && sealed.length) return [sealedCheck(sealed)];
  if (!leaf) return keys.length || locked.length ? [MISSING] : [];
  return [
    keyCheck(leaf, keys, locked, sealed, made, inUse),
    chainCheck(arranged, inspection),
    namesCheck(leaf, hosts),
    datesCheck(leaf, now),
    strengthCheck(leaf),
  ].filter(Boolean);
}

const MISSING = {
  id: 'leaf',
  is: 'wait',
  what: 'The certificate is missing',
  why: 'Drop what your authority sent, too. A key alone is not enough.',
};

const sealedCheck = (sealed) => ({
  id: 'key',
  is: 'wait',
  what: 'A PKCS#12 file is opened by the server',
  why: 'It holds certificate and key together. Give its password; it is checked when you upload.',
  sealed: sealed[0],
});

function keyCheck(leaf, keys, locked, sealed, made, inUse) {
  if (keys.some((key) => key.spki === leaf.spki)) return { id: 'key', is: 'ok', what: 'The key fits the certificate' };
  if (made?.spki === leaf.spki) return { id: 'key', is: 'ok', what: 'It fits the key that was made here' };
  if (inUse === leaf.spki)
    return {
      id: 'key',
      is: 'ok',
      what: 'It fits the key in use',
      why: 'That key is kept, so none has to be uploaded.',
    };
  if (locked.length) return { id: 'key', is: 'bad', what: 'The key is protected by a password', locked: locked[0] };
  if (sealed.length) return sealedCheck(sealed);
  if (keys.some((key) => !key.spki))
    return {
      id: 'key',
      is: 'idle',
      what: 'The server will tell whether the key fits',
      why: 'This browser cannot read it.',
    };
  if (keys.length) {
    return {
      id: 'key',
      is: 'bad',
      what: 'The key does not fit the certificate',
      why: `It belongs to another request. Drop the key that was made together with the request for ${leaf.name}.`,
    };
  }
  return {
    id: 'key',
    is: 'wait',
    what: 'The private key is missing',
    why: 'It was made together with your request, and is often called server.key. Drop it here too.',
  };
}

function chainCheck({ leaf, chain, root, strangers }, inspection) {
  const check = { id: 'chain' };
  if (inspection === undefined)
    return {
      ...check,
      is: 'wait',
      what: 'The server looks at the chain',
      why: 'It got the certificates only, never the key.',
    };
  if (inspection.refused) return { ...check, is: 'bad', what: 'The server cannot use it', why: inspection.refused };
  const signed = [...chain, root]
    .filter(Boolean)
    .map((each) => each.name)
    .join(', signed by ');
  if (inspection.unjudged)
    return {
      ...check,
      is: 'idle',
      what: 'The chain could not be judged',
      why: `${inspection.unjudged} As dropped: ${signed}.`,
    };
  const [cert, changes] = [certificateOf(inspection), inspection.chain_changes];
  const served = cert.chain.map((each) => commonName(each.subject));
  const reason = cert.reasons.find((each) => !['name_mismatch', 'expired', 'not_yet_valid'].includes(each.code));
  if (cert['self_signed?'])
    return {
      ...check,
      is: 'idle',
      what: 'It is self-signed',
      why: 'Browsers warn their users. That is fine for staging.',
    };
  if (reason) {
    const is = reason.code === 'untrusted_root' ? 'idle' : 'bad';
    const what =
      { missing_intermediate: 'The chain has a gap', untrusted_root: 'Browsers do not know its root' }[reason.code] ??
      'Browsers would not trust it';
    return { ...check, is, what, why: `${reason.sentence} ${reason.remedy}` };
  }
  const top = commonName(cert.chain.at(-1).issuer);
  const added = changes.filter((each) => each.action === 'added').map((each) => commonName(each.subject));
  const extra = added.length
    ? ` ${listed(added)} was missing and is added.`
    : strangers.length
      ? ` ${listed(strangers.map((each) => each.name))} has nothing to do with ${leaf.name} and is left out.`
      : '';
  return {
    ...check,
    is: 'ok',
    what: 'The chain is whole',
    why: `${[...served, top].join(', signed by ')}. The root is left out: whoever trusts it has it.${extra}`,
  };
}

function namesCheck(leaf, hosts) {
  const check = { id: 'names' };
  if (!leaf.names.length)
    return {
      ...check,
      is: 'bad',
      what: 'It names no domain',
      why: 'Browsers look at the subject alternative names only, and this certificate has none. Ask for one that lists each domain.',
    };
  if (!hosts.length)
    return {
      ...check,
      is: 'ok',
      what: `It is for ${listed(leaf.names)}`,
      why: 'Those can be added to the app in the next step.',
    };
  const bare = uncovered(leaf.names, hosts);
  if (bare.length)
    return {
      ...check,
      is: 'soon',
      what: `It does not cover ${listed(bare)}`,
      why: `It is for ${listed(leaf.names, 5)}. Users of the names that are not covered get an error.`,
    };
  return {
    ...check,
    is: 'ok',
    what:
      hosts.length === 1
        ? `It covers ${hosts[0]}`
        : `It covers ${hosts.length === 2 ? 'both' : `all ${hosts.length}`} names of this app`,
  };
}

function datesCheck(leaf, now) {
  const check = { id: 'dates' };
  if (new Date(leaf.expires_at) < now)
    return {
      ...check,
      is: 'bad',
      what: `It expired on ${day(leaf.expires_at)}`,
      why: 'Browsers refuse it. Renew it, and drop the new one.',
    };
  if (new Date(leaf.starts_at) > now)
    return { ...check, is: 'bad', what: `It is not valid before ${day(leaf.starts_at)}`, why: 'Upload it then.' };
  const is = isSoon(leaf, now) ? 'soon' : 'ok';
  return {
    ...check,
    is,
    what: `It is good for ${remaining(leaf.expires_at, now)}`,
    why: `Until ${day(leaf.expires_at)}.`,
  };
}

function strengthCheck({ key }) {
  const name = keyName(key);
  if (key.type === 'RSA' && key.bits < WEAKEST_RSA)
    return {
      id: 'strength',
      is: 'bad',
      what: `Its key is too weak: ${name}`,
      why: 'Make a new key, ECDSA P-256 or RSA 2048, and get a certificate for it.',
    };
  return { id: 'strength', is: 'ok', what: `Its key is ${name}` };
}
