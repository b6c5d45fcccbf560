import assert from 'node:assert/strict';
import test from 'node:test';
import { makeKey, makeRequest, makeSelfSigned, read, secretOf } from '../../frontend/js/certificates.js';
import { toPem } from '../../frontend/js/der.js';
import { fromText, parts } from '../../frontend/js/files.js';
import { arrange, checks } from '../../frontend/js/judge.js';
import { open } from '../../frontend/js/keys.js';

const NOW = new Date('2026-11-23T12:00:00Z');
const names = [
  { type: 'dns', value: 'www.example.com' },
  { type: 'dns', value: 'example.com' },
];
const octets = (text) => new TextEncoder().encode(text);
const kinds = (found) => found.map((each) => each.kind);

const pair = await makeKey('P-256');
const pem = await makeSelfSigned(pair, names, { organisation: 'A "B"' }, NOW, 90);
const secret = await secretOf(pair);
const keyPem = toPem('PRIVATE KEY', secret);

test('parts are told by their content', async () => {
  assert.deepEqual(kinds(parts(octets(`junk\n${keyPem}${pem}`))), ['key', 'certificate']);
  assert.deepEqual(kinds(parts(secret)), ['key']);
  assert.deepEqual(kinds(parts(octets(await makeRequest(pair, names, {})))), ['request']);
  assert.deepEqual(kinds(parts(octets(pem.replace('END CERTIFICATE', 'END')))), ['cut']);
  assert.deepEqual(kinds(parts(octets(pem.slice(0, 200)))), ['cut']);
  assert.deepEqual(kinds(fromText(pem.replaceAll('\n', '\\n'))), ['certificate']);
  assert.deepEqual(kinds(parts(new Uint8Array())), ['empty']);
  assert.deepEqual(kinds(parts(octets('hello'))), ['unknown']);
  assert.deepEqual(
    kinds(
      parts(
        octets(
          '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: X\n\nAAAA\n-----END RSA PRIVATE KEY-----',
        ),
      ),
    ),
    ['encrypted'],
  );
});

test('octets that are nothing never throw', () => {
  for (let seed = 0; seed < 500; seed += 1) {
    const junk = Uint8Array.from({ length: seed % 60 }, (_, n) => (n ? (seed * 31 + n * 17) % 256 : 0x30));
    assert.ok(Array.isArray(parts(junk)));
  }
});

test('a key fits the certificate of its request, and shows nothing but its public half', async () => {
  const key = await open(secret);
  const certificate = await read(parts(octets(pem))[0].der);
  assert.equal(key.spki, certificate.spki);
  assert.equal(JSON.stringify(key), JSON.stringify({ type: 'ECDSA P-256', spki: key.spki }));
  assert.equal(key.pem(), keyPem);
  assert.equal(certificate.name, 'www.example.com');
  assert.deepEqual(certificate.names, ['www.example.com', 'example.com']);
});

const cert = (subjectHex, issuerHex, more = {}) => ({
  subjectHex,
  issuerHex,
  name: subjectHex,
  names: ['www.example.com'],
  spki: subjectHex,
  expires_at: '2027-02-14T00:00:00Z',
  starts_at: '2026-11-16T00:00:00Z',
  key: { type: 'EC', curve: 'P-256' },
  isCa: subjectHex !== 'leaf',
  ...more,
});
const [leaf, between, root, stranger] = [
  cert('leaf', 'ca'),
  cert('ca', 'root'),
  cert('root', 'root'),
  cert('other', 'nobody'),
];

test('certificates are put into order, whatever the order of files', () => {
  const found = arrange([root, stranger, between, leaf, leaf], ['leaf']);
  assert.deepEqual([found.leaf, found.chain, found.root, found.strangers], [leaf, [leaf, between], root, [stranger]]);
  assert.equal(arrange([root, between, leaf]).leaf, leaf);
  assert.equal(arrange([stranger, leaf], ['leaf', 'other']).leaf, leaf);
  assert.deepEqual(arrange([]).chain, []);
});

test('checks say what is wrong, and what mends it', () => {
  const all = (more = {}) =>
    Object.fromEntries(
      checks({
        arranged: arrange([leaf, between]),
        keys: [{ spki: 'leaf' }],
        locked: [],
        sealed: [],
        made: null,
        hosts: ['www.example.com'],
        inspection: undefined,
        now: NOW,
        ...more,
      }).map((check) => [check.id, check]),
    );
  assert.deepEqual(
    Object.values(all()).map((check) => check.is),
    ['ok', 'wait', 'ok', 'ok', 'ok'],
  );
  assert.equal(all({ keys: [] }).key.what, 'The private key is missing');
  assert.equal(all({ keys: [{ spki: 'x' }] }).key.what, 'The key does not fit the certificate');
  assert.equal(all({ keys: [], made: { spki: 'leaf' } }).key.what, 'It fits the key that was made here');
  assert.equal(all({ keys: [], inUse: 'leaf' }).key.what, 'It fits the key in use');
  assert.equal(all({ keys: [], locked: [{ name: 'k' }] }).key.is, 'bad');
  assert.equal(all({ arranged: arrange([]) }).leaf.what, 'The certificate is missing');
  assert.deepEqual(all({ arranged: arrange([]), keys: [] }), {});
  assert.equal(all({ hosts: ['shop.example.com'] }).names.what, 'It does not cover shop.example.com');
  assert.equal(all({ now: new Date('2027-03-01') }).dates.what, 'It expired on 14 Feb 2027');
  assert.match(
    all({ inspection: { unjudged: 'The API does not answer.' } }).chain.why,
    /^The API does not answer\. As dropped: leaf, signed by ca\.$/,
  );
  assert.deepEqual(all({ inspection: { refused: 'Ask for a longer key.' } }).chain, {
    id: 'chain',
    is: 'bad',
    what: 'The server cannot use it',
    why: 'Ask for a longer key.',
  });
  const weak = arrange([cert('leaf', 'ca', { key: { type: 'RSA', bits: 1024 } })]);
  assert.equal(all({ arranged: weak }).strength.what, 'Its key is too weak: RSA 1024');
});
