import assert from 'node:assert/strict';
import test from 'node:test';
import { endpointState, hasGap } from '../../frontend/js/endpoint-state.js';

const GAP = { code: 'missing_intermediate' };
const row = (version, reasons = []) => ({
  ...{ name: 'tokyo', cname: 'tokyo-1.example.net', version, certificate_chain: 'pem' },
  ...{ ssl_cert: { cert_domains: ['a.example'], reasons, trusted: true }, details: { chain: [] } },
});

function begun(answers) {
  const seen = { calls: [], loaded: 0, changed: [], done: 0, failed: [] };
  const call = (method) => async (path, body) => {
    seen.calls.push([method, path, ...(body ? [body] : [])]);
    const answer = answers[`${method} ${path}`];
    if (answer instanceof Error) throw answer;
    return answer ?? [];
  };
  const api = Object.fromEntries(['get', 'post', 'patch', 'remove'].map((method) => [method, call(method)]));
  const state = endpointState({
    app: 'docs',
    redraw: () => null,
    alongside: async () => null,
    onLoaded: () => (seen.loaded += 1),
    onChanged: (answer, what) => seen.changed.push([what, state.get().notice]),
    onDone: () => (seen.done += 1),
    fail: (error) => seen.failed.push(error.status),
    api,
  });
  return { state, seen };
}

test('an app without an endpoint has none, and only custom domains are shown', async () => {
  const { state, seen } = begun({ 'get apps/docs/domains': [{ kind: 'custom' }, { kind: 'heroku' }] });
  await state.load();
  const { endpoint, addon, versions, domains } = state.get();
  assert.deepEqual([endpoint, addon, versions, domains, seen.loaded], [null, null, [], [{ kind: 'custom' }], 1]);
});

test('a gap that the server can close is offered to be closed', async () => {
  const answers = {
    'get apps/docs/ssl-endpoints': [row(1, [GAP])],
    'post certificates/inspect': { chain_changes: [{ action: 'added' }], certificate_chain: 'whole' },
    'patch apps/docs/ssl-endpoints/tokyo': row(2),
  };
  const { state, seen } = begun(answers);
  await state.load();
  await new Promise(setImmediate);
  assert.equal(state.get().mending.certificate_chain, 'whole');
  answers['get apps/docs/ssl-endpoints'] = [row(2)];
  await state.addMissing();
  const sent = seen.calls.find(([method]) => method === 'patch');
  assert.deepEqual(sent.at(-1), { certificate_chain: 'whole' });
  assert.deepEqual(
    [seen.changed, state.get().endpoint.version, state.get().mending],
    [[['Chain completed', '']], 2, null],
  );
  assert.ok(hasGap({ reasons: [GAP] }) && !hasGap({ reasons: [] }) && !hasGap(null));
});

test('a certificate that is served already changes nothing, and says so', async () => {
  const { state, seen } = begun({ 'get apps/docs/ssl-endpoints': [row(3)] });
  await state.load();
  await state.updated(row(3));
  assert.deepEqual(seen.changed, [['Uploaded', 'That certificate is served already: nothing had to change.']]);
});

test('a dialog is closed when what it asked is done, but not when another was opened or it was refused', async () => {
  const answers = { 'get apps/docs/ssl-endpoints': [row(2)], 'patch apps/docs/ssl-endpoints/tokyo': row(3) };
  const { state, seen } = begun(answers);
  await state.load();
  state.change({ dialog: { kind: 'rollback' } });
  await state.rollBack();
  assert.equal(seen.done, 1);
  const rollingBack = state.rollBack();
  state.change({ dialog: { kind: 'remove' } });
  await rollingBack;
  assert.equal(seen.done, 1);
  answers['patch apps/docs/ssl-endpoints/tokyo'] = Object.assign(new Error('It expired.'), { status: 422 });
  await state.rollBack();
  assert.deepEqual([seen.done, state.get().problem, state.get().busy], [1, 'It expired.', '']);
});

test('what belonged to an endpoint goes with it', async () => {
  const answers = { 'get apps/docs/ssl-endpoints': [row(1)] };
  const { state, seen } = begun(answers);
  await state.load();
  state.change({ stages: {}, checks: {}, files: {}, dialog: { kind: 'remove' } });
  answers['get apps/docs/ssl-endpoints'] = [];
  await state.removeEndpoint();
  const { endpoint, stages, checks, files } = state.get();
  assert.deepEqual([endpoint, stages, checks, files, seen.done], [null, null, null, null, 1]);
});

test('a sign-in that is over goes to the page', async () => {
  const gone = Object.assign(new Error('Sign in.'), { status: 401 });
  const { state, seen } = begun({ 'get apps/docs/addons': [{ name: 'ssl' }], 'remove apps/docs/addons/ssl': gone });
  await state.load();
  await state.removeAddon();
  assert.deepEqual([seen.failed, state.get().problem], [[401], '']);
});
