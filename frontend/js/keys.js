/**
 * Private keys that people drop. Pure but for WebCrypto.
 *
 * The octets of a key stay in a closure; what can be seen of one is its type and its public half. `pem()` is the only
 * way out, and only the upload asks for it.
 */

import * as der from './der.js';

const RSA = '1.2.840.113549.1.1.1';
const EC = '1.2.840.10045.2.1';
const CURVES = { '1.2.840.10045.3.1.7': 'P-256', '1.3.132.0.34': 'P-384', '1.3.132.0.35': 'P-521' };
// prettier-ignore
const RSA_ALGORITHM = Uint8Array.of(0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00);
const EC_OID = Uint8Array.of(0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01);
const VERSION_0 = Uint8Array.of(0x02, 0x01, 0x00);
const ZERO = Uint8Array.of(0);
const PUBLIC_KEY = 0xa1; // RFC 5915: publicKey [1]

/** Returns a key: {type, spki (hex, or empty where it cannot be told), pem()}; null for octets that are none. */
export async function open(octets) {
  try {
    const pkcs8 = asPkcs8(octets);
    const [, algorithm, secret] = der.children(der.read(pkcs8));
    const [type, spki] = await publicHalf(algorithm, secret, pkcs8);
    return { type, spki, pem: () => der.toPem('PRIVATE KEY', pkcs8) };
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return null;
    throw error;
  }
}

/** Wraps PKCS#1 (RFC 8017) and SEC 1 (RFC 5915) keys into PKCS#8 (RFC 5958), with which everything can deal. */
function asPkcs8(octets) {
  const fields = der.children(der.read(octets));
  if (fields[1].tag === der.SEQUENCE) return octets;
  if (fields[1].tag === der.INTEGER)
    return der.write(der.SEQUENCE, VERSION_0, RSA_ALGORITHM, der.write(der.OCTET_STRING, octets));
  const curve = fields.find((field) => field.tag === der.CONTEXT_0);
  return der.write(
    der.SEQUENCE,
    VERSION_0,
    der.write(der.SEQUENCE, EC_OID, curve.content),
    der.write(der.OCTET_STRING, octets),
  );
}

async function publicHalf(algorithm, secret, pkcs8) {
  const [name, parameters] = der.children(algorithm);
  const fields = der.oid(name) === RSA || der.oid(name) === EC ? der.children(der.read(secret.content)) : [];
  if (der.oid(name) === RSA) {
    const [, modulus, exponent] = fields;
    const octets = modulus.content[0] ? modulus.content : modulus.content.subarray(1);
    const bits = octets.length * 8 - Math.clz32(octets[0]) + 24;
    return [`RSA ${bits}`, spkiOf(algorithm, der.write(der.SEQUENCE, modulus.whole, exponent.whole))];
  }
  if (der.oid(name) !== EC) return ['another kind of key', ''];
  const curve = CURVES[der.oid(parameters)] ?? 'another curve';
  const point = fields.find((field) => field.tag === PUBLIC_KEY);
  if (point) return [`ECDSA ${curve}`, spkiOf(algorithm, der.read(point.content).content.subarray(1))];
  return [`ECDSA ${curve}`, await computed(pkcs8, curve)];
}

const spkiOf = (algorithm, bits) =>
  der.hex(der.write(der.SEQUENCE, algorithm.whole, der.write(der.BIT_STRING, ZERO, bits)));

/** A SEC 1 key may come without its public point: WebCrypto computes it. */
async function computed(pkcs8, namedCurve) {
  try {
    const algorithm = { name: 'ECDSA', namedCurve };
    const key = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']);
    const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', key);
    const half = await crypto.subtle.importKey('jwk', { kty, crv, x, y }, algorithm, true, ['verify']);
    return der.hex(new Uint8Array(await crypto.subtle.exportKey('spki', half)));
  } catch {
    return '';
  }
}

const PBES2 = '1.2.840.113549.1.5.13';
const PBKDF2 = '1.2.840.113549.1.5.12';
const HASHES = {
  '1.2.840.113549.2.7': 'SHA-1',
  '1.2.840.113549.2.9': 'SHA-256',
  '1.2.840.113549.2.10': 'SHA-384',
  '1.2.840.113549.2.11': 'SHA-512',
};
const CIPHERS = { '2.16.840.1.101.3.4.1.2': 128, '2.16.840.1.101.3.4.1.22': 192, '2.16.840.1.101.3.4.1.42': 256 };
const MOST_ROUNDS = 10_000_000;

/** Says how a PKCS#8 key is encrypted (RFC 8018), or null where a browser cannot decrypt it: openssl can. */
export function encryption(octets) {
  try {
    const [algorithm, secret] = der.children(der.read(octets));
    const [scheme, parameters] = der.children(algorithm);
    if (der.oid(scheme) !== PBES2) return null;
    const [derivation, cipher] = der.children(parameters).map((each) => der.children(each));
    if (der.oid(derivation[0]) !== PBKDF2) return null;
    const [salt, rounds, ...more] = der.children(derivation[1]);
    const prf = more.find((each) => each.tag === der.SEQUENCE);
    const found = {
      hash: prf ? HASHES[der.oid(der.children(prf)[0])] : 'SHA-1',
      salt: salt.content,
      rounds: der.number(rounds),
      bits: CIPHERS[der.oid(cipher[0])],
      iv: cipher[1].content,
      secret: secret.content,
    };
    return found.hash && found.bits && found.rounds <= MOST_ROUNDS && globalThis.crypto?.subtle ? found : null;
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return null;
    throw error;
  }
}

/** Decrypts a PKCS#8 key; null for a wrong password. */
export async function unlock(octets, password) {
  const { hash, salt, rounds, bits, iv, secret } = encryption(octets);
  const base = await crypto.subtle.importKey('raw', new TextEncoder().encode(password), 'PBKDF2', false, ['deriveKey']);
  const key = await crypto.subtle.deriveKey(
    { name: 'PBKDF2', hash, salt, iterations: rounds },
    base,
    { name: 'AES-CBC', length: bits },
    false,
    ['decrypt'],
  );
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-CBC', iv }, key, secret));
  } catch {
    return null;
  }
}
