import assert from 'node:assert/strict';
import test from 'node:test';
import {
  certificateState,
  commonName,
  hashName,
  isSoon,
  keyName,
  listed,
  longestLife,
  namesAnswering,
  octets,
  organisation,
  renewal,
  truth,
} from '../../frontend/js/words.js';

const NOW = new Date('2026-11-23T12:00:00Z');
const cert = (more = {}) => ({
  trusted: true,
  reasons: [],
  starts_at: '2026-11-16T00:00:00Z',
  expires_at: '2027-02-14T23:59:59Z',
  ...more,
});
const reason = (code) => ({
  trusted: code === 'name_mismatch',
  reasons: [{ code, sentence: `It is ${code}.`, remedy: 'Mend it.' }],
});

test('each state has its shape and word', () => {
  const told = (more) => Object.values(certificateState(cert(more), NOW)).join(' ');
  assert.equal(told(), 'ok Trusted');
  assert.equal(told({ expires_at: '2026-11-19T00:00:00Z' }), 'bad Expired');
  assert.equal(told(reason('self_signed')), 'idle Self-signed');
  assert.equal(told(reason('missing_intermediate')), 'bad Chain has a gap');
  assert.equal(told(reason('untrusted_root')), 'idle Private root');
  assert.equal(told(reason('name_mismatch')), 'bad Name not covered');
  assert.equal(told(reason('weak_key')), 'bad Not trusted');
});

test('one sentence of truth', () => {
  const say = (more, ...rest) => {
    const { word, rest: said } = truth(cert(more), NOW, ...rest);
    return `${word} ${said}`;
  };
  assert.equal(say({}, [2, 3]), 'Trusted, and good for 83 more days. Two of three names answer here.');
  assert.equal(
    say({ reasons: [{ code: 'name_mismatch' }] }, [2, 3]),
    'Trusted, and good for 83 more days, but not for every name. Two of three names answer here.',
  );
  assert.equal(say({}, null), 'Trusted, and good for 83 more days.');
  assert.equal(say({ expires_at: '2026-11-19T00:00:00Z' }), 'Expired 4 days ago. Browsers refuse it; update it now.');
  assert.equal(say(reason('missing_intermediate')), 'Not trusted. The chain has a gap after your certificate.');
  assert.equal(namesAnswering(0, 1), 'Its name does not answer here yet.');
  assert.deepEqual(
    [0, 1, 2].map((here) => namesAnswering(here, 2)),
    ['Neither of its names answers here.', 'One of two names answers here.', 'Both names answer here.'],
  );
  assert.equal(namesAnswering(3, 3), 'All three names answer here.');
  assert.equal(namesAnswering(1, 12), 'One of 12 names answers here.');
});

test('soon is what the reminders that are to come say, else the last third of the life of the whole chain', () => {
  const at = (stage, time) => ({ stage, at: time });
  assert.ok(
    !isSoon(cert({ reminders: [at('renew', '2027-01-15T00:00:00Z'), at('soon', '2027-01-30T00:00:00Z')] }), NOW),
  );
  assert.ok(isSoon(cert({ reminders: [at('soon', '2027-01-30T00:00:00Z')] }), NOW));
  assert.ok(isSoon(cert({ reminders: [at('renew', '2026-11-23T12:00:00Z')] }), NOW));
  assert.ok(!isSoon(cert(), NOW));
  assert.ok(
    isSoon(cert({ starts_at: '2026-09-01T00:00:00Z', expires_at: '2026-12-15T00:00:00Z', reminders: [] }), NOW),
  );
});

test('renewal is at a third of a life, at half of a short one, and of the whole chain', () => {
  const when = (more) => renewal(cert(more)).toISOString();
  assert.equal(
    when({ starts_at: '2026-11-01T00:00:00Z', expires_at: '2027-01-30T00:00:00Z' }),
    '2026-12-31T00:00:00.000Z',
  );
  assert.equal(
    when({ starts_at: '2026-11-01T00:00:00Z', expires_at: '2026-11-11T00:00:00Z' }),
    '2026-11-06T00:00:00.000Z',
  );
  assert.equal(
    when({
      starts_at: '2026-11-01T00:00:00Z',
      expires_at: '2027-11-01T00:00:00Z',
      earliest_expiry: '2026-12-31T00:00:00Z',
      chain: [{ starts_at: '2026-12-01T00:00:00Z' }],
    }),
    '2026-12-21T00:00:00.000Z',
  );
});

test('names out of the API’s words', () => {
  assert.equal(commonName('C=US; O=A=B; CN=www.example.com'), 'www.example.com');
  assert.equal(commonName('C=US; O=Authority'), 'Authority');
  assert.equal(organisation('C=US; O=Let’s Encrypt; CN=E7'), 'Let’s Encrypt');
  assert.equal(keyName({ type: 'EC', bits: 256, curve: 'P-256' }), 'ECDSA P-256');
  assert.equal(keyName({ type: 'RSA', bits: 2048, curve: null }), 'RSA 2048');
  assert.equal(keyName({ type: 'Ed25519', bits: null, curve: null }), 'Ed25519');
  assert.equal(hashName('ecdsa-with-SHA384'), 'SHA-384');
  assert.equal(hashName('sha256WithRSAEncryption'), 'SHA-256');
  assert.equal(octets('61d5c'), '06:1d:5c');
  assert.equal(listed(['a', 'b', 'c', 'd'], 2), 'a, b and 2 more');
});

test('how long a certificate may last, and what comes next', () => {
  assert.deepEqual(longestLife(NOW), { days: 200, next: ['2027-03-15', 100] });
  assert.deepEqual(longestLife(new Date('2029-03-15')), { days: 47, next: null });
});
