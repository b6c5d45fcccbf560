/** ASN.1 DER (X.690), as far as files with certificates and keys need it. Pure. */

export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const OBJECT_IDENTIFIER = 0x06;
export const SEQUENCE = 0x30;
export const CONTEXT_0 = 0xa0;
const TIMES = [0x17, 0x18];

export const isTime = (element) => TIMES.includes(element.tag);

/** Reads the element at the start of some octets: {tag, content, whole}. Throws RangeError for what is none. */
export function read(octets) {
  let length = octets[1];
  let start = 2;
  if (length === 0x80) throw new RangeError('of no definite length');
  if (length > 0x80) {
    const size = length - 0x80;
    if (size > 4) throw new RangeError('too long');
    length = octets.subarray(2, 2 + size).reduce((sum, octet) => sum * 256 + octet, 0);
    start += size;
  }
  if (length === undefined || start + length > octets.length) throw new RangeError('cut off');
  return { tag: octets[0], content: octets.subarray(start, start + length), whole: octets.subarray(0, start + length) };
}

/** Reads the elements inside one. */
export function children({ content }) {
  const found = [];
  for (let rest = content; rest.length;) {
    const element = read(rest);
    found.push(element);
    rest = rest.subarray(element.whole.length);
  }
  return found;
}

/** Writes an element. */
export function write(tag, ...contents) {
  const length = contents.reduce((sum, each) => sum + each.length, 0);
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  const whole = new Uint8Array(1 + size.length + length);
  whole.set([tag, ...size]);
  let at = 1 + size.length;
  for (const each of contents) {
    whole.set(each, at);
    at += each.length;
  }
  return whole;
}

/** Reads an object identifier: 1.2.840.113549.1.1.1 */
export function oid({ content }) {
  const arcs = [Math.floor(content[0] / 40), content[0] % 40];
  let arc = 0;
  for (const octet of content.subarray(1)) {
    arc = arc * 128 + (octet & 0x7f);
    if (octet < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  return arcs.join('.');
}

/** Reads a small whole number. */
export const number = ({ content }) => content.reduce((sum, octet) => sum * 256 + octet, 0);

export const hex = (octets) => Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');

/** Reads base64, passing over what is none; null if there is nothing to it. */
export function fromBase64(text) {
  try {
    const plain = text.replace(/[^A-Za-z0-9+/]/g, '');
    const octets = Uint8Array.from(atob(plain.slice(0, plain.length % 4 === 1 ? -1 : undefined)), (char) =>
      char.charCodeAt(0),
    );
    return octets.length ? octets : null;
  } catch {
    return null;
  }
}

/** Writes base64. */
export function toBase64(octets) {
  let text = '';
  for (let at = 0; at < octets.length; at += 0x8000) text += String.fromCharCode(...octets.subarray(at, at + 0x8000));
  return btoa(text);
}

/** Writes PEM. */
export function toPem(label, octets) {
  const lines = toBase64(octets).match(/.{1,64}/g);
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
