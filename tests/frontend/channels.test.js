import assert from 'node:assert/strict';
import test from 'node:test';
import { channelState, deliveryState, news } from '../../frontend/js/channels.js';
import { axis } from '../../frontend/js/time.js';
import { rings } from '../../frontend/js/versions.js';

const NOW = new Date('2026-11-23T12:00:00Z');
const channel = (more = {}) => ({ id: 'c', kind: 'webhook', app: { name: 'docs' }, failing: null, ...more });
const delivery = (state, ...outcomes) => ({
  kind: 'expiry',
  stage: 'renew',
  state,
  channel: { id: 'c' },
  next_attempt_at: state === 'pending' ? '2026-11-23T12:05:00Z' : null,
  attempts: outcomes.map((outcome) => ({ at: '2026-11-23T11:58:00Z', outcome })),
});
const told = (...found) => Object.values(channelState(...found, NOW)).join(' | ');

test('a channel is as its last delivery was', () => {
  assert.equal(told(channel(), []), 'idle | Nothing sent yet | ');
  assert.equal(told(channel({ app: null }), []), 'idle | Nothing sent of this app yet | ');
  assert.equal(
    told(channel(), [delivery('delivered', 'It answered 204.')]),
    'ok | Delivered | Expiry: first reminder, time to renew, 23 Nov, 11:58 UTC. It answered 204.',
  );
  assert.equal(
    told(channel(), [delivery('dropped', 'It is no longer so.'), delivery('pending')]),
    'idle | Nothing sent yet | ',
  );
  assert.match(
    told(channel(), [delivery('pending', 'It answered 500.')]),
    /^wait \| To be tried again \| .*It answered 500\. Next at 23 Nov, 12:05 UTC\.$/,
  );
  assert.equal(
    told(channel(), [{ ...delivery('delivered', 'Yes.'), channel: { id: 'other' } }]),
    'idle | Nothing sent yet | ',
  );
});

test('a channel that cannot be reached says why, also while the next notice is on its way', () => {
  assert.match(
    told(channel({ failing: 'It answered 500.' }), [delivery('failed', 'It answered 410.')]),
    /^bad \| Cannot be reached \| .*It answered 410\.$/,
  );
  assert.equal(
    told(channel({ failing: 'It answered 500.' }), [delivery('pending', 'It hangs.')]),
    'bad | Cannot be reached | It answered 500.',
  );
});

test('deliveries in words', () => {
  assert.deepEqual(deliveryState(delivery('pending'), NOW), { is: 'wait', word: 'On its way', why: '' });
  assert.equal(deliveryState(delivery('failed', 'No.'), NOW).word, 'Given up');
  assert.equal(deliveryState({ ...delivery('failed', 'No.'), kind: 'test' }, NOW).word, 'Failed');
  assert.equal(news({ kind: 'test', stage: null }), 'Test');
  assert.equal(news({ kind: 'unheard', stage: 'of' }), 'unheard: of');
});

test('reminders that are near to each other are one ring with the words for all', () => {
  const line = axis('2026-11-01T00:00:00Z', '2027-02-09T00:00:00Z');
  const reminders = [
    { stage: 'renew', at: '2026-12-21T00:00:00Z' },
    { stage: 'expired', at: '2027-01-20T00:00:00Z' },
    { stage: 'overdue', at: '2027-01-21T00:00:00Z' },
  ];
  assert.deepEqual(rings(reminders, line), [
    { left: '50.00%', words: '21 Dec 2026: first reminder, time to renew' },
    { left: '80.00%', words: '20 Jan 2027: it has expired; 21 Jan 2027: it expired a day ago' },
  ]);
});
