import assert from 'node:assert/strict';
import test from 'node:test';
import * as certificates from '../../frontend/js/certificates.js';
import { isReady, namesOf, requesting, sumOf } from '../../frontend/js/request-state.js';

const begun = (more = {}) =>
  requesting({
    system: 'debian',
    load: async () => certificates,
    redraw: () => null,
    onSelfSigned: assert.fail,
    ...more,
  });

test('each name is there once, and what is no name says why', () => {
  const { good, mistakes } = namesOf('www.example.com WWW.example.com, https://a.example');
  assert.deepEqual(good, [{ type: 'dns', value: 'www.example.com' }]);
  assert.equal(mistakes.length, 1);
});

test('a key can be made when there are names, and the country is one', () => {
  const ready = (typed, organisation = {}) => isReady({ typed, organisation });
  assert.deepEqual(
    [ready(''), ready('a.example'), ready('a.example', { country: 'de' }), ready('a.example', { country: 'uk' })],
    [false, true, true, false],
  );
});

test('names are filled in only where none were typed', () => {
  const request = begun();
  request.suggest(['a.example', 'b.example']);
  request.suggest(['c.example']);
  assert.equal(request.get().typed, 'a.example\nb.example');
});

test('a request has its key, which only the file and the upload get, and which is forgotten', async () => {
  const request = begun();
  request.change({ typed: 'www.example.com' });
  assert.deepEqual([request.made(), sumOf(request.get())], [null, '']);
  assert.equal(await request.makeRequest(), true);
  assert.match(request.get().csr, /BEGIN CERTIFICATE REQUEST/);
  assert.equal(await request.keyFile(), await request.made().pem());
  assert.ok(!JSON.stringify([request.get(), request.made()]).includes('PRIVATE KEY'));
  assert.equal(sumOf(request.get()), 'Request for www.example.com made here. The key is not saved yet.');
  request.forget();
  assert.deepEqual([request.made(), request.get().csr, request.get().hasKey], [null, '', false]);
});

test('a certificate for staging is handed on when its key is there', async () => {
  const handed = [];
  const request = begun({ onSelfSigned: (pem) => handed.push([pem, request.made()?.spki]) });
  request.change({ typed: 'www.example.com' });
  assert.equal(await request.makeSelfSigned(), true);
  const [[pem, spki]] = handed;
  assert.match(pem, /BEGIN CERTIFICATE/);
  assert.equal(spki, request.made().spki);
  assert.equal(request.get().busy, false);
});

test('what the browser cannot make is told, and leaves no key', async () => {
  const request = begun({ load: () => Promise.reject(new Error('No.')) });
  request.change({ typed: 'www.example.com' });
  assert.equal(await request.makeRequest(), false);
  assert.deepEqual([request.get().problem, request.made()], ['The browser could not make it: No.', null]);
});
