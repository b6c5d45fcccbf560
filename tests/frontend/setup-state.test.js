import assert from 'node:assert/strict';
import test from 'node:test';
import { INITIAL, isFirstOpen, missingNames, setupState, stepsOf } from '../../frontend/js/setup-state.js';

const refusal = (more) => Object.assign(new Error('No.'), { status: 422, record: null, ...more });
const endpoint = { cname: 'tokyo-1.example.net', ssl_cert: { cert_domains: ['a.example', '*.b.example'] } };

test('the first step that is not done is the present one', () => {
  const steps = (more, hasRequest = false) =>
    stepsOf({ ...INITIAL, ...more }, hasRequest)
      .map((is) => is || '-')
      .join(' ');
  assert.equal(steps({}), 'now - - -');
  assert.equal(steps({ isAsking: false }), '- now - -');
  assert.equal(steps({ addon: {} }), '- done now -');
  assert.equal(steps({ addon: {} }, true), 'done done now -');
  assert.equal(steps({ addon: {}, isAsking: true }, true), 'now done - -');
  assert.equal(steps({ addon: {}, endpoint, stages: { isOver: () => false } }), 'done done done now');
  assert.equal(steps({ addon: {}, endpoint, stages: { isOver: () => true } }), 'done done done done');
  assert.equal(isFirstOpen({ endpoint, addon: null, isAsking: true }), false);
});

test('names of the certificate that no domain has are missing', () => {
  assert.deepEqual(missingNames({ endpoint, domains: [{ hostname: 'a.example' }] }), ['*.b.example']);
  assert.deepEqual(missingNames({ endpoint, domains: [{ hostname: '*.b.example' }, { hostname: 'a.example' }] }), []);
});

test('all names are tried, and the first refusal is told', async () => {
  const tried = [];
  const answers = { a: refusal(), b: refusal({ record: { zone: 'b' } }), c: { hostname: 'c' } };
  const post = async (path, { hostname }) => {
    tried.push(hostname);
    if (answers[hostname] instanceof Error) throw answers[hostname];
    return answers[hostname];
  };
  const added = [];
  const about = {
    app: 'docs',
    redraw: () => null,
    onStarted: assert.fail,
    onAdded: () => added.push(1),
    fail: assert.fail,
  };
  const setup = setupState({ ...about, api: { post } });
  await setup.addNames(['b', 'a', 'c']);
  assert.deepEqual([tried, added], [['b', 'a', 'c'], [1]]);
  assert.deepEqual([setup.get().taken.record, setup.get().domains], [{ zone: 'b' }, [{ hostname: 'c' }]]);
  await setup.addNames(['a']);
  assert.deepEqual([setup.get().taken, setup.get().problem], [null, 'No.']);
});

test('without an app, those without a certificate are offered', async () => {
  const rows = [
    { app: { name: 'news' }, endpoint: null },
    { app: { name: 'docs' }, endpoint: {} },
    { app: { name: 'blog' }, endpoint: null },
  ];
  const setup = setupState({ app: null, redraw: () => null, fail: assert.fail, api: { get: async () => rows } });
  await setup.load();
  assert.deepEqual(setup.get().apps, ['blog', 'news']);
});
