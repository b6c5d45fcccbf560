import assert from 'node:assert/strict';
import test from 'node:test';
import { attempts, store } from '../../frontend/js/store.js';

const refusal = (status) => Object.assign(new Error(`It is ${status}.`), { status });

function kept() {
  const seen = [];
  const state = store({ busy: '', problem: '', rows: [] }, () => seen.push(state.get()));
  return { ...state, seen };
}

test('a state is changed in one place, is drawn after each change, and is frozen', () => {
  const { get, change, seen } = kept();
  const before = get();
  change({ rows: [1] });
  assert.deepEqual([before.rows, get().rows, seen.length], [[], [1], 1]);
  assert.throws(() => Object.assign(get(), { rows: [2] }), TypeError);
  assert.throws(() => change({ row: [] }), /has no row/);
});

test('one thing is done at a time', async () => {
  const { get, change } = kept();
  const attempt = attempts({ get, change }, assert.fail);
  let go;
  const first = attempt(() => new Promise((resolve) => (go = resolve)), { busy: 'add' });
  assert.equal(get().busy, 'add');
  assert.equal(await attempt(assert.fail), false);
  go();
  assert.deepEqual([await first, get().busy], [true, '']);
});

test('a refusal is the problem until something else is tried, a 401 is for the page', async () => {
  const { get, change } = kept();
  const signedOut = [];
  const attempt = attempts({ get, change }, (error) => signedOut.push(error.status));
  assert.equal(await attempt(() => Promise.reject(refusal(422))), false);
  assert.deepEqual([get().problem, get().busy], ['It is 422.', '']);
  await attempt(() => Promise.reject(refusal(401)));
  assert.deepEqual([get().problem, signedOut], ['', [401]]);
  const told = [];
  await attempt(() => Promise.reject(refusal(409)), { onRefusal: (error) => told.push(error.status) });
  assert.deepEqual([get().problem, told], ['', [409]]);
});
