import assert from 'node:assert/strict';
import test from 'node:test';
import { Refusal, arrived, at } from '../../frontend/js/api.js';

test('a module that does not come is a refusal like an API that does not answer', async () => {
  const module = { upload: () => null };
  assert.equal(await arrived(Promise.resolve(module)), module);
  await assert.rejects(arrived(Promise.reject(new TypeError('Failed to fetch'))), (error) => {
    assert.ok(error instanceof Refusal);
    return error.status === 0 && /does not answer/.test(error.message);
  });
});

test('a path of the API is written part by part', () => {
  assert.equal(at('apps', 'a/b', 'domains', '*.example.com'), 'apps/a%2Fb/domains/*.example.com');
});
