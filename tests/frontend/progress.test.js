import assert from 'node:assert/strict';
import test from 'node:test';
import { nextLook, whyNotHere, whyNotLive } from '../../frontend/js/progress.js';

const domain = (
  hostname,
  state,
  { code, sentence = '', addresses = [], ttl = null } = {},
  tls = { state: 'served', sentence: '' },
) => ({
  hostname,
  tls,
  dns: { state, ttl, found: { aliases: [], addresses }, reasons: code ? [{ code, sentence, remedy: '' }] : [] },
});

test('an edge that has yet to follow is looked at soon, a change steadily, else ever more slowly', () => {
  assert.equal(nextLook({ edge: { state: 'waiting' } }, false), 1000);
  assert.equal(nextLook({ edge: { state: 'served' } }, true), 5000);
  assert.equal(nextLook({ edge: { state: 'served' } }, false), false);
});

test('what keeps DNS away is told by name: an old record before a missing one', () => {
  const missing = domain('www.example.com', 'invalid', { code: 'missing' });
  const old = domain('example.com', 'invalid', { code: 'elsewhere', addresses: ['203.0.113.7'], ttl: 2520 });
  assert.equal(whyNotHere([domain('a.example.com', 'valid')]), '');
  assert.equal(whyNotHere([missing]), 'www.example.com has no record yet.');
  assert.equal(
    whyNotHere([missing, old]),
    'example.com still leads to 203.0.113.7, which may be cached for 42 minutes.',
  );
  assert.equal(
    whyNotHere([domain('a.example.com', 'unknown', { code: 'unanswered', sentence: 'DNS gave no answer.' })]),
    'DNS gave no answer.',
  );
});

test('a name that leads here and is not answered well says why', () => {
  const bare = domain(
    'shop.example.com',
    'valid',
    {},
    { state: 'mismatch', sentence: 'The certificate is not for shop.example.com.' },
  );
  assert.equal(whyNotLive([domain('a.example.com', 'valid'), bare]), 'The certificate is not for shop.example.com.');
  assert.equal(
    whyNotLive([domain('a.example.com', 'invalid', { code: 'missing' }, { state: 'waiting', sentence: 'x' })]),
    '',
  );
});
