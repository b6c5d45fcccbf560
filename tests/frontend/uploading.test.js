import assert from 'node:assert/strict';
import test from 'node:test';
import { makeKey, makeSelfSigned, secretOf } from '../../frontend/js/certificates.js';
import { toPem } from '../../frontend/js/der.js';
import { inspecting, uploading } from '../../frontend/js/uploading.js';

const NOW = new Date('2026-11-23T12:00:00Z');
const names = [{ type: 'dns', value: 'www.example.com' }];
const octets = (text) => new TextEncoder().encode(text);
const pair = await makeKey('P-256');
const certificate = await makeSelfSigned(pair, names, {}, NOW, 90);
const key = toPem('PRIVATE KEY', await secretOf(pair));
const refusal = (status) => Object.assign(new Error(`It is ${status}.`), { status });
const INSPECTION = {
  ssl_cert: { cert_domains: ['www.example.com'], 'self_signed?': true },
  details: { chain: [{ subject: 'CN=www.example.com' }], reasons: [] },
  chain_changes: [],
};

function begun(more = {}) {
  const seen = { asked: [], sent: [], done: [], signedOut: [] };
  const upload = uploading({
    hosts: () => ['www.example.com'],
    ask: async (chain) => {
      seen.asked.push(chain);
      return INSPECTION;
    },
    deliver: async (body) => seen.sent.push(body),
    redraw: () => null,
    onDone: (answer) => seen.done.push(answer),
    onSignedOut: (error) => seen.signedOut.push(error.status),
    ...more,
  });
  return { upload, seen };
}

test('files in any order become one upload, and are forgotten when it is done', async () => {
  const { upload, seen } = begun();
  await upload.add('server.key', octets(key));
  assert.equal(upload.shown(NOW).isReady, false);
  await upload.add('server.crt', octets(certificate));
  assert.equal(upload.shown(NOW).isReady, true);
  await upload.send();
  assert.deepEqual(seen.sent, [{ certificate_chain: seen.asked[0], private_key: key }]);
  assert.equal(seen.done.length, 1);
  assert.deepEqual([upload.shown(NOW).files, upload.shown(NOW).checks], [[], []]);
});

test('the server is asked about certificates only, and what is shown holds no key', async () => {
  const { upload, seen } = begun();
  await upload.add('all.pem', octets(key + certificate));
  assert.deepEqual(
    seen.asked.map((chain) => chain.match(/BEGIN [A-Z ]+/g)),
    [['BEGIN CERTIFICATE']],
  );
  const secret = key.split('\n')[1].slice(0, 40);
  assert.ok(!JSON.stringify(upload.shown(NOW)).includes(secret));
  const { files } = upload.shown(NOW);
  assert.deepEqual(files, [
    {
      id: files[0].id,
      name: 'all.pem',
      what: 'www.example.com; ECDSA P-256',
      kind: 'Certificate, Private key',
      odd: null,
    },
  ]);
});

test('a file of the same name takes the place of the one before, and can be taken away', async () => {
  const { upload } = begun();
  await upload.add('server.crt', octets('hello'));
  assert.deepEqual(
    upload.shown(NOW).files.map(({ kind, odd }) => [kind, odd]),
    [['Not known', 'unknown']],
  );
  await upload.add('server.crt', octets(certificate));
  const [{ id, kind }] = upload.shown(NOW).files;
  assert.equal(kind, 'Certificate');
  upload.drop(id);
  assert.deepEqual(upload.shown(NOW).files, []);
});

test('the key of this page is sent with its certificate, a kept chain without being put in order', async () => {
  const { upload, seen } = begun({ made: () => ({ spki: pair.spki, pem: async () => key }) });
  await upload.add('server.crt', octets(certificate));
  upload.change({ isKept: true });
  await upload.send();
  assert.deepEqual([seen.sent[0].private_key, seen.sent[0].preprocess], [key, false]);
});

test('what is refused stays, to be mended; without a token it waits for a new one', async () => {
  const refusals = [refusal(422), refusal(401)];
  const { upload, seen } = begun({ deliver: () => Promise.reject(refusals.shift()) });
  await upload.add('all.pem', octets(key + certificate));
  await upload.send();
  assert.deepEqual([upload.shown(NOW).refusal, upload.shown(NOW).isSending], ['It is 422.', false]);
  await upload.send();
  assert.deepEqual([upload.shown(NOW).refusal, seen.signedOut, upload.shown(NOW).files.length], ['', [401], 1]);
});

test('certificates are asked about once, and again after a new sign-in', async () => {
  const answers = [];
  const asked = [];
  const errors = { a: refusal(401), b: refusal(422), c: refusal(0) };
  const inspector = inspecting({
    ask: (chain) => asked.push(chain) && Promise.reject(errors[chain]),
    onAnswer: (answer) => answers.push(answer),
    onSignedOut: () => answers.push('signed out'),
  });
  for (const chain of ['a', 'a', 'b', 'b', 'c', '']) await inspector.inspect(chain);
  assert.deepEqual(asked, ['a', 'a', 'b', 'c']);
  assert.deepEqual(answers.filter(Boolean), [
    'signed out',
    'signed out',
    { refused: 'It is 422.' },
    { unjudged: 'It is 0.' },
  ]);
});

test('an answer that comes too late is passed over', async () => {
  const answers = [];
  const waiting = {};
  const ask = (chain) => new Promise((resolve) => (waiting[chain] = resolve));
  const inspector = inspecting({ ask, onAnswer: (answer) => answers.push(answer), onSignedOut: assert.fail });
  const [first, second] = [inspector.inspect('a'), inspector.inspect('b')];
  waiting.b('b');
  waiting.a('a');
  await Promise.all([first, second]);
  assert.deepEqual(answers.filter(Boolean), ['b']);
});
