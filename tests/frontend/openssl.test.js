import assert from 'node:assert/strict';
import test from 'node:test';
import { COUNTRIES } from '../../frontend/js/countries.js';
import { likelySystem, quote, request, subject, takeApart, unlock } from '../../frontend/js/openssl.js';

const names = [
  { type: 'dns', value: 'www.example.com' },
  { type: 'ip', value: '192.0.2.1' },
];

test('one line makes key and request', () => {
  assert.equal(
    request({ names, keyType: 'RSA-2048', organisation: { country: 'us' } }),
    [
      'openssl req -new -newkey rsa:2048 -nodes -keyout server.key -out server.csr',
      '-subj /C=US/CN=www.example.com -addext subjectAltName=DNS:www.example.com,IP:192.0.2.1',
    ].join(' '),
  );
  assert.match(
    request({ names, days: 90 }),
    /^openssl req -x509 -days 90 -newkey ec -pkeyopt ec_paramgen_curve:P-256 .* -out server.crt/,
  );
  assert.match(request({ names, system: 'windows' }), /^MSYS_NO_PATHCONV=1 openssl/);
});

test('what a shell or openssl would read is quoted', () => {
  assert.equal(quote("it's"), "'it'\\''s'");
  assert.match(
    request({ names, organisation: { organisation: 'A/B + $C' } }),
    /-subj '\/O=A\\\/B \\\+ \$C\/CN=www\.example\.com'/,
  );
  assert.match(request({ names: [{ type: 'dns', value: '*.example.com' }] }), /'subjectAltName=DNS:\*\.example\.com'/);
  assert.equal(unlock('my key; rm'), "openssl pkey -in 'my key; rm' -out server.key");
  assert.match(takeApart('a.p12'), /pkcs12 -in a\.p12/);
});

test('a long name is no common name, and empty fields are left out', () => {
  assert.deepEqual(subject({ country: ' de ', state: '' }, 'a.example'), [
    ['C', 'DE'],
    ['CN', 'a.example'],
  ]);
});

test('countries and systems', () => {
  assert.equal(COUNTRIES.size, 249);
  assert.ok(COUNTRIES.has('GB') && !COUNTRIES.has('UK'));
  assert.deepEqual(['MacIntel', 'Win32', 'Linux x86_64'].map(likelySystem), ['mac', 'windows', 'debian']);
});
