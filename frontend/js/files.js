/**
 * What is in the files that people drop: found out by their content, never by their names. Pure.
 *
 * A part is {kind, der, label?, headers?}. Its octets may be a private key: they go nowhere but into the upload.
 */

import * as der from './der.js';

export const MOST_BYTES = 256 * 1024; // of one file: the server takes no more
const MARKER = /-{3,5} ?(BEGIN|END) ([A-Z0-9 #]{1,40}?) ?-{3,5}/g;
const HEADER = /^[ \t>]*([A-Za-z][A-Za-z0-9-]{0,40}):[ \t]*(.*)$/gm;
const JAVA_KEY_STORE = 'feedfeed';
const PAIRS = {
  // what has two fields, by their tags
  [[der.SEQUENCE, der.BIT_STRING]]: 'public', // RFC 5280 section 4.1
  [[der.INTEGER, der.INTEGER]]: 'public', // PKCS#1, RFC 8017
  [[der.SEQUENCE, der.OCTET_STRING]]: 'encrypted', // PKCS#8, RFC 5958
};
const SIGNED_DATA = '1.2.840.113549.1.7.2';

/** What a kind is called, and what to do about one that is not wanted. */
export const KINDS = {
  certificate: { name: 'Certificate' },
  key: { name: 'Private key' },
  encrypted: { name: 'Private key' },
  pkcs12: { name: 'PKCS#12' },
  request: {
    name: 'Request',
    remedy: 'It is a certificate request (CSR). Send it to your certificate authority, and drop here what comes back.',
  },
  revocations: {
    name: 'Revocation list',
    remedy: 'It is a list of revoked certificates, which is not served. Leave it out.',
  },
  public: { name: 'Public key', remedy: 'It is a public key. Drop the private key that it belongs to.' },
  openssh: {
    name: 'OpenSSH key',
    remedy: 'It is a key in OpenSSH’s own form. Rewrite it, then drop it again.',
    command: (file) => `ssh-keygen -p -m PKCS8 -f ${file}`,
  },
  pgp: { name: 'PGP', remedy: 'It is a PGP block, which has nothing to do with TLS. Leave it out.' },
  keystore: {
    name: 'Java key store',
    remedy: 'It is a Java key store. Turn it into PKCS#12, then drop that.',
    command: (file) => `keytool -importkeystore -srckeystore ${file} -destkeystore server.p12 -deststoretype PKCS12`,
  },
  zip: { name: 'Archive', remedy: 'It is an archive. Unpack it and drop the files that are inside.' },
  cut: {
    name: 'Damaged',
    remedy: 'It is cut off or damaged. Copy the whole text, from its BEGIN line to its END line.',
  },
  large: { name: 'Too large', remedy: 'It has more than 256 KB. Certificates and keys are much smaller.' },
  empty: { name: 'Empty', remedy: 'There is nothing in it.' },
  unknown: { name: 'Not known', remedy: 'It is neither a certificate nor a key.' },
};

/** Returns the parts of a file, in their order. */
export function parts(octets) {
  if (octets.length > MOST_BYTES) return [{ kind: 'large' }];
  if (!octets.length) return [{ kind: 'empty' }];
  const magic = der.hex(octets.subarray(0, 4));
  if (magic === JAVA_KEY_STORE) return [{ kind: 'keystore' }];
  if (magic.startsWith('504b03')) return [{ kind: 'zip' }];
  if (octets[0] === der.SEQUENCE) {
    const found = fromDer(octets);
    if (found) return found;
  }
  return fromText(textOf(octets));
}

/** Returns the parts of a text, as pasted. */
export function fromText(text) {
  const plain = text
    .replace(/\0/g, '')
    .replace(/\r\n?/g, '\n')
    .replace(/\\+[rn]/g, '\n');
  if (!plain.trim()) return [{ kind: 'empty' }];
  const markers = [...plain.matchAll(MARKER)];
  if (markers.length) return between(plain, markers);
  const octets = der.fromBase64(
    plain
      .replace(/^data:[^,]{0,100},/i, '')
      .replace(/-/g, '+')
      .replace(/_/g, '/'),
  );
  if (!octets || !/^[A-Za-z0-9+/=_\s-]+$/.test(plain)) return [{ kind: 'unknown' }];
  const inner = textOf(octets);
  const inside = [...inner.matchAll(MARKER)];
  if (inside.length) return between(inner, inside);
  return (octets[0] === der.SEQUENCE && fromDer(octets)) || [{ kind: 'unknown' }];
}

function between(text, markers) {
  const found = [];
  let begin = null;
  for (const marker of markers) {
    if (marker[1] === 'BEGIN') {
      if (begin) found.push({ kind: 'cut' });
      begin = marker;
    } else if (begin && begin[2] === marker[2]) {
      found.push(...block(begin[2], text.slice(begin.index + begin[0].length, marker.index)));
      begin = null;
    } else {
      found.push({ kind: 'cut' });
      begin = null;
    }
  }
  if (begin) found.push({ kind: 'cut' });
  return found.length ? found : [{ kind: 'unknown' }];
}

function block(label, body) {
  const words = label.split(' ');
  if (words.includes('PARAMETERS')) return [];
  if (words.includes('PGP')) return [{ kind: 'pgp' }];
  if (words.includes('OPENSSH') || words.includes('SSH2')) return [{ kind: 'openssh' }];
  const headers = [...body.matchAll(HEADER)].map((header) => [header[1], header[2].trim()]);
  const octets = der.fromBase64(body.replace(HEADER, ''));
  if (headers.some(([, value]) => value.includes('ENCRYPTED'))) return [{ kind: 'encrypted', label, isLegacy: true }];
  return (octets && fromDer(octets)) || [{ kind: 'cut' }];
}

/** Returns the parts of DER, by its structure; null if it has none that is known. */
function fromDer(octets) {
  try {
    const outer = der.read(octets);
    const fields = der.children(outer);
    const kind = kindOf(fields);
    if (kind === 'pkcs7') return certificatesOf(fields).map((each) => ({ kind: 'certificate', der: each }));
    return kind && [{ kind, der: outer.whole }];
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function kindOf(fields) {
  const { INTEGER, BIT_STRING, OBJECT_IDENTIFIER, SEQUENCE, CONTEXT_0 } = der;
  const [first, second, third] = fields.map((field) => field.tag);
  if (first === SEQUENCE && second === SEQUENCE && third === BIT_STRING) return signedKind(fields[0]);
  if (first === OBJECT_IDENTIFIER && second === CONTEXT_0) return 'pkcs7';
  if (fields.length === 2 && PAIRS[[first, second]]) return PAIRS[[first, second]];
  return first === INTEGER ? versionedKind(fields) : null;
}

/** Tells apart what begins with a whole number, mostly its version. */
function versionedKind(fields) {
  const { INTEGER, OCTET_STRING, SEQUENCE } = der;
  const [, second, third] = fields.map((field) => field.tag);
  if (second === SEQUENCE && third === OCTET_STRING) return 'key'; // PKCS#8, RFC 5958
  if (second === SEQUENCE && (fields.length === 2 || third === SEQUENCE)) return 'pkcs12'; // RFC 7292
  if (second === OCTET_STRING) return 'key'; // RFC 5915
  return fields.length >= 9 && fields.every((field) => field.tag === INTEGER) ? 'key' : null; // PKCS#1, RFC 8017
}

/** Tells apart what has a signature: RFC 5280 sections 4.1 and 5.1, RFC 2986 section 4. */
function signedKind(signed) {
  const fields = der.children(signed);
  if (fields[0]?.tag === der.CONTEXT_0) return 'certificate';
  if (fields[0]?.tag === der.INTEGER && (fields.length === 3 || fields[3]?.tag === der.CONTEXT_0)) return 'request';
  return fields.some(der.isTime) ? 'revocations' : 'certificate';
}

/** The certificates of a PKCS#7 SignedData, RFC 5652 section 5.1. */
function certificatesOf([type, content]) {
  if (der.oid(type) !== SIGNED_DATA) return [];
  const [signed] = der.children(content);
  const set = der.children(signed).find((field) => field.tag === der.CONTEXT_0);
  return set ? der.children(set).map((each) => each.whole) : [];
}

function textOf(octets) {
  if (octets[0] === 0xff && octets[1] === 0xfe) return new TextDecoder('utf-16le').decode(octets);
  if (octets[0] === 0xfe && octets[1] === 0xff) return new TextDecoder('utf-16be').decode(octets);
  return new TextDecoder('latin1').decode(octets);
}
