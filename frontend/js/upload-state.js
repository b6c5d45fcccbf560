/**
 * What is about to be uploaded, as plain values: what of it is sent, and what of it is shown. Pure.
 *
 * `held` is {files, made, inUse, hosts, inspection, …}: files as dropped.js sorts them, `made` the key that this page made
 * ({spki, pem()}) or null, `inUse` the public half of the key that is served now, `hosts` the app's domains, `inspection`
 * what the server says of the certificates.
 */

import { toBase64, toPem } from './der.js';
import { described } from './dropped.js';
import { arrange, checks } from './judge.js';
import { commonName } from './words.js';

const all = (files, kind) => files.flatMap((file) => file[kind]);

function arranged({ files, made, inUse }) {
  const spkis = [...all(files, 'keys').map((key) => key.spki), made?.spki, inUse];
  return arrange(all(files, 'certificates'), spkis.filter(Boolean));
}

/** Certificates as they would be sent: those of the leaf's file first, so that a kept chain begins with the leaf. */
function ordered(held) {
  const { leaf } = arranged(held);
  const first = held.files.find((file) => file.certificates.includes(leaf));
  return [first, ...held.files.filter((file) => file !== first)].flatMap((file) => file?.certificates ?? []);
}

/** The certificates as PEM, as they would be sent; empty if there is none. */
export const chainText = (held) =>
  ordered(held)
    .map((each) => toPem('CERTIFICATE', each.der))
    .join('');

/** The key to send: the one that fits, else one that the page made and fits, else one that only the server can read. */
function keyOf({ files, made }, leaf) {
  const keys = all(files, 'keys');
  const fitting = keys.find((each) => each.spki === leaf?.spki);
  if (fitting) return fitting;
  return made?.spki === leaf?.spki ? made : keys.find((each) => !each.spki);
}

/** What is sent, as the API wants it. This is the one place where a private key is taken out of its closure. */
export async function bodyOf(held, { isKept, passPhrase }) {
  const key = keyOf(held, arranged(held).leaf);
  const [sealed] = all(held.files, 'sealed');
  const boxed = sealed && !key ? toBase64(sealed.der) : null;
  const secret = key ? await key.pem() : boxed;
  return {
    certificate_chain: chainText(held) || boxed,
    ...(secret && { private_key: secret }),
    ...(boxed && passPhrase ? { pass_phrase: passPhrase } : {}),
    ...(isKept ? { preprocess: false } : {}),
  };
}

/** What is shown: {files, checks, chain, isReady}; nothing of it is secret. */
export function shown(held, now) {
  const { files, made, inUse, hosts, inspection } = held;
  const [locked, sealed] = [all(files, 'locked').map(lockOf), all(files, 'sealed').map(({ name }) => ({ name }))];
  const open = {
    arranged: arranged(held),
    keys: all(files, 'keys'),
    locked,
    sealed,
    made,
    inUse,
    hosts,
    inspection,
    now,
  };
  const found = checks(open);
  const hasCertificate = Boolean(open.arranged.leaf) || sealed.length > 0;
  return {
    files: files.map(described),
    checks: found,
    chain: inspection?.chain_changes ? chainOf(held) : null,
    isReady: hasCertificate && found.length > 0 && found.every(permits) && !inspection?.refused,
  };
}

const lockOf = ({ id, name, der, isWrong }) => ({ id, name, isWrong, canOpen: Boolean(der) });

/** Whether a check lets the upload go: a weak key and a key that is missing or wrong do not. */
function permits({ id, is, sealed }) {
  if (id === 'strength') return is !== 'bad';
  return id !== 'key' || is === 'ok' || is === 'idle' || Boolean(sealed);
}

/** What the server would do to the chain: the names in it before and after. */
const chainOf = (held) => ({
  sent: ordered(held).map((each) => each.name),
  served: held.inspection.details.chain.map((each) => commonName(each.subject)),
});

/** The key behind a password that has an id. */
export const lockedBy = (files, id) => all(files, 'locked').find((each) => each.id === id);

/** The files after a password was tried: with the key that it opened, or, for null, with the note that it is wrong. */
export function tried(files, id, key) {
  const marked = (each) => (each.id === id ? { ...each, isWrong: true } : each);
  return files.map((file) => {
    if (!file.locked.some((each) => each.id === id)) return file;
    if (!key) return { ...file, locked: file.locked.map(marked) };
    return { ...file, locked: file.locked.filter((each) => each.id !== id), keys: [...file.keys, key] };
  });
}
