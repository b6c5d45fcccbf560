import assert from 'node:assert/strict';
import test from 'node:test';
import { deliveries, noticing, placeOf, stateOf } from '../../frontend/js/notices-state.js';

const refusal = (status) => Object.assign(new Error(`It is ${status}.`), { status });
const own = { id: 'a', kind: 'webhook', target: 'https://a.example', app: { name: 'docs' }, failing: null };
const general = { ...own, id: 'b', app: null };
const delivery = (id, time) => ({ id, created_at: `2026-11-23T${time}:00Z`, state: 'pending' });

function begun(answers = {}) {
  const seen = { calls: [], changed: 0, signedOut: [] };
  const call = (method) => async (path, body) => {
    seen.calls.push([method, path, ...(body ? [body] : [])]);
    const answer = answers[`${method} ${path}`];
    if (answer instanceof Error) throw answer;
    return answer ?? [];
  };
  const api = Object.fromEntries(['get', 'first', 'post', 'patch', 'remove'].map((method) => [method, call(method)]));
  const state = noticing({
    app: 'docs',
    endpoint: () => ({ name: 'tokyo' }),
    redraw: () => null,
    onChange: async () => (seen.changed += 1),
    onSignedOut: (error) => seen.signedOut.push(error.status),
    api,
  });
  return { state, seen };
}

test('a channel is with its app, or with the account', () => {
  assert.equal(placeOf('docs', own, 'test'), 'apps/docs/channels/a/test');
  assert.equal(placeOf('docs', general), 'account/channels/b');
});

test('tests that this page sent stand among what was sent, once, the latest first', () => {
  const log = [delivery(1, '09:00'), delivery(2, '08:00')];
  const sent = deliveries({ tests: [delivery(3, '08:30'), delivery(1, '09:00')], log });
  assert.deepEqual(
    sent.map((each) => each.id),
    [1, 3, 2],
  );
});

test('a secret stays until the webhook is removed', async () => {
  const { state, seen } = begun({ 'post apps/docs/channels': { ...own, secret: 'whsec_x' } });
  const added = await state.add('webhook', 'https://a.example', 'app');
  assert.deepEqual([added.secret, state.get().made.secret, seen.changed], ['whsec_x', 'whsec_x', 1]);
  state.change({ leaving: general });
  assert.equal(await state.take(), true);
  assert.equal(state.get().made.id, 'a');
  state.change({ leaving: own });
  await state.take();
  assert.equal(state.get().made, null);
  assert.deepEqual(seen.calls.slice(1), [
    ['remove', 'account/channels/b'],
    ['remove', 'apps/docs/channels/a'],
  ]);
});

test('a channel that is refused is a problem, and is not there', async () => {
  const { state } = begun({ 'post account/channels': refusal(422) });
  assert.equal(await state.add('email', 'x', 'account'), false);
  assert.deepEqual([state.get().problem, state.get().made], ['It is 422.', null]);
});

test('a test that is not sent says so at its channel, until the next one', async () => {
  const answers = { 'post apps/docs/channels/a/test': refusal(429), 'get apps/docs/channels': [own] };
  const { state } = begun(answers);
  const sending = state.test(own);
  assert.equal(stateOf(state.get(), own).word, 'Sending a test');
  assert.equal(await sending, false);
  assert.deepEqual(stateOf(state.get(), own), { is: 'bad', word: 'Test not sent', why: 'It is 429.' });
  answers['post apps/docs/channels/a/test'] = {
    id: 't',
    channel: { id: 'a' },
    attempts: [],
    state: 'pending',
    kind: 'test',
  };
  assert.equal(await state.test(own), true);
  assert.equal(stateOf(state.get(), own).word, 'Nothing sent yet');
  assert.equal(state.get().tests.length, 1);
});

test('it looks again only while something is on its way', async () => {
  const { state, seen } = begun({ 'first apps/docs/deliveries': [delivery(1, '09:00')] });
  await state.look();
  assert.deepEqual(seen.calls, []);
  await state.load();
  await state.look();
  assert.equal(seen.calls.length, 4);
});
