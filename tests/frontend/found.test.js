import assert from 'node:assert/strict';
import test from 'node:test';
import { dnsFacts, tlsFacts } from '../../frontend/js/found.js';

const DNS = {
  found: { aliases: [], addresses: [], private: [] },
  expected: { target: 'tokyo-1.example.net', addresses: [] },
  ttl: null,
  zone: null,
  caa: null,
};
const TLS = {
  version: 2,
  complete: true,
  covered: true,
  verified: true,
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_128_GCM_SHA256',
};
const facts = (rows) => Object.fromEntries(rows.map(([what, ...rest]) => [what, rest]));

test('what DNS says, line by line', () => {
  const told = facts(
    dnsFacts({
      ...DNS,
      ttl: 2520,
      found: { aliases: ['old.example.org'], addresses: ['203.0.113.7', '10.0.0.7'], private: ['10.0.0.7'] },
      zone: { name: 'example.com', nameservers: ['ada.ns.cloudflare.com'], provider: 'Cloudflare' },
      caa: { found_at: null, allowed: null, sentence: 'Every authority may.' },
    }),
  );
  assert.deepEqual(told.Found, [['CNAME old.example.org', '203.0.113.7', '10.0.0.7 (private)'], '']);
  assert.deepEqual(told.Remembered, [[], 'For up to 42 minutes more.']);
  assert.deepEqual(told.Zone, [['example.com'], 'at Cloudflare']);
  assert.deepEqual(told.CAA, [[], 'Every authority may.']);
});

test('what nobody says is told, too', () => {
  const told = facts(dnsFacts(DNS));
  assert.deepEqual(told.Found, [[], 'No record.']);
  assert.deepEqual(told.Zone, [[], 'Nobody says.']);
  assert.deepEqual(told.CAA, [[], 'Nobody says.']);
  assert.ok(!('Remembered' in told) && !('Servers' in told));
});

test('a handshake as facts with their states', () => {
  assert.deepEqual(
    tlsFacts(TLS).map(([, is]) => is),
    ['', 'ok', 'ok', 'ok', ''],
  );
  const gap = facts(tlsFacts({ ...TLS, version: null, complete: false, verified: false, covered: false }));
  assert.deepEqual(gap.Served, ['', 'None of your versions']);
  assert.deepEqual([gap.Chain[0], gap.Name[0], gap.Trust[0]], ['bad', 'bad', 'bad']);
  assert.equal(facts(tlsFacts({ ...TLS, verified: false })).Trust[0], 'idle');
  assert.deepEqual(tlsFacts({ ...TLS, protocol: null }), []);
});
