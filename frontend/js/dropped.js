/** A file that somebody drops, sorted by its content: what it holds, and what that is called. Pure but for WebCrypto. */

import { KINDS } from './files.js';
import * as keys from './keys.js';
import { listed } from './words.js';

let count = 0;
const newId = () => String((count += 1));

/**
 * Returns {id, name, certificates, keys, locked, sealed, odd} for the parts of a file; `read` reads a certificate.
 *
 * `locked` are keys behind a password ({id, name, der, isWrong}; without `der` a browser cannot open them), `sealed`
 * PKCS#12 ({name, der}), `odd` the kinds of what is not wanted. What is secret has to stay inside of the upload.
 */
export async function sorted(name, parts, read) {
  const file = { id: newId(), name, certificates: [], keys: [], locked: [], sealed: [], odd: [] };
  for (const part of parts) {
    const [place, what] = await placed(name, part, read);
    file[place].push(what);
  }
  return file;
}

async function placed(name, { kind, der }, read) {
  if (kind === 'certificate') return orCut('certificates', await read(der));
  if (kind === 'key') return orCut('keys', await keys.open(der));
  if (kind === 'pkcs12') return ['sealed', { name, der }];
  if (kind !== 'encrypted') return ['odd', kind];
  return ['locked', { id: newId(), name, der: der && keys.encryption(der) ? der : null, isWrong: false }];
}

const orCut = (place, found) => (found ? [place, found] : ['odd', 'cut']);

/** Returns the file of a row in a list: {id, name, what it holds, its kind, what is odd about it}. Nothing of it is secret. */
export function described({ id, name, certificates, keys: open, locked, sealed, odd }) {
  const what = [
    ...contents(certificates),
    ...open.map((key) => key.type),
    ...locked.map(() => 'protected by a password'),
    ...sealed.map(() => 'certificate and key, behind a password'),
  ];
  const kinds = [
    counted(certificates.length, 'Certificate', `${certificates.length} certificates`),
    counted(open.length + locked.length, 'Private key', 'Private keys'),
    counted(sealed.length, 'PKCS#12', 'PKCS#12'),
    odd.length ? KINDS[odd[0]].name : '',
  ];
  return { id, name, what: what.join('; '), kind: kinds.filter(Boolean).join(', ') || 'Nothing', odd: odd[0] ?? null };
}

function contents(certificates) {
  if (!certificates.length) return [];
  return [certificates.length === 1 ? namesOf(certificates[0]) : listed(certificates.map((each) => each.name))];
}

function counted(number, one, several) {
  if (!number) return '';
  return number === 1 ? one : several;
}

function namesOf({ name, names }) {
  const more = names.filter((each) => each !== name).length;
  return more ? `${name}, and ${more === 1 ? '1 more name' : `${more} more names`}` : name;
}
