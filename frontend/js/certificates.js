/** Certificates and requests, read and made in the browser by @peculiar/x509 over WebCrypto. */

import * as der from './der.js';
import { subject } from './openssl.js';

const load = () => import('../vendor/x509.js');
const LONGEST_COMMON_NAME = 64; // RFC 5280, ub-common-name
const SERVER = '1.3.6.1.5.5.7.3.1';
const CURVES = { 'P-256': 'SHA-256', 'P-384': 'SHA-384' };

/** Tells whether this page may use WebCrypto: https, or a local address. */
export const canMakeKeys = () => Boolean(globalThis.crypto?.subtle);

/** Reads a certificate into plain values; null for octets that are none. Times are ISO text. */
export async function read(octets) {
  const { X509Certificate, SubjectAlternativeNameExtension, BasicConstraintsExtension } = await load();
  try {
    const cert = new X509Certificate(octets);
    const [signed] = der.children(der.read(octets));
    const [, issuer, , holder, spki] = der.children(signed).filter((each) => each.tag === der.SEQUENCE);
    const alternatives = cert.getExtension(SubjectAlternativeNameExtension)?.names.items ?? [];
    const names = alternatives.filter((name) => name.type === 'dns').map((name) => name.value.toLowerCase());
    return {
      der: octets,
      name:
        cert.subjectName.getField('CN')[0] ??
        names[0] ??
        cert.subjectName.getField('OU')[0] ??
        cert.subjectName.getField('O')[0] ??
        'no name',
      issuer: cert.issuerName.getField('CN')[0] ?? cert.issuerName.getField('O')[0] ?? 'no name',
      names,
      starts_at: cert.notBefore.toISOString(),
      expires_at: cert.notAfter.toISOString(),
      key: keyOf(cert.publicKey.algorithm),
      isCa: Boolean(cert.getExtension(BasicConstraintsExtension)?.ca),
      subjectHex: der.hex(holder.whole),
      issuerHex: der.hex(issuer.whole),
      spki: der.hex(spki.whole),
    };
  } catch {
    return null;
  }
}

/** A key's type and size as the API tells them. */
function keyOf({ name, modulusLength, namedCurve }) {
  if (modulusLength) return { type: 'RSA', bits: modulusLength };
  return namedCurve ? { type: 'EC', curve: namedCurve } : { type: name };
}

/** Makes a key pair: "P-256", "P-384", "RSA-2048" or "RSA-4096". The private half can be saved, and is nowhere else. */
export async function makeKey(type) {
  const algorithm = type.startsWith('RSA')
    ? {
        name: 'RSASSA-PKCS1-v1_5',
        hash: 'SHA-256',
        publicExponent: Uint8Array.of(1, 0, 1),
        modulusLength: Number(type.slice(4)),
      }
    : { name: 'ECDSA', namedCurve: type };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  return { ...keys, type, spki: der.hex(new Uint8Array(await crypto.subtle.exportKey('spki', keys.publicKey))) };
}

/** Returns a made key's octets, PKCS#8: for the file that the user saves, and for the upload. */
export const secretOf = async (keys) => new Uint8Array(await crypto.subtle.exportKey('pkcs8', keys.privateKey));

/** Returns a request (PEM) for names {type, value}, the first of which is the common name. */
export async function makeRequest(keys, names, organisation) {
  const x509 = await load();
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subjectName(names, organisation),
    keys,
    signingAlgorithm: signing(keys),
    extensions: [new x509.SubjectAlternativeNameExtension(names)],
  });
  return `${request.toString('pem')}\n`;
}

/** Returns a self-signed certificate (PEM) for names, good for some days from a moment. */
export async function makeSelfSigned(keys, names, organisation, now, days) {
  const x509 = await load();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: der.hex(
      crypto.getRandomValues(new Uint8Array(16)).map((octet, n) => (n ? octet : (octet & 0x7f) | 0x40)),
    ),
    name: subjectName(names, organisation),
    notBefore: now,
    notAfter: new Date(+now + days * 86_400_000),
    keys,
    signingAlgorithm: signing(keys),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([SERVER]),
      new x509.SubjectAlternativeNameExtension(names),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

function subjectName(names, organisation) {
  const common = names[0].value.length <= LONGEST_COMMON_NAME ? names[0].value : '';
  // A plain text would be parsed: quotes, backslashes and a leading # would get lost.
  return subject(organisation, common).map(([field, value]) => ({
    [field]: [field === 'C' ? { printableString: value } : { utf8String: value }],
  }));
}

const signing = ({ type }) =>
  CURVES[type] ? { name: 'ECDSA', hash: CURVES[type] } : { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
