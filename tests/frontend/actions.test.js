import assert from 'node:assert/strict';
import test from 'node:test';
import { by, happened } from '../../frontend/js/actions.js';

test('what happened, and who did it', () => {
  assert.equal(happened('domain.claim'), 'Domain taken over');
  assert.equal(happened('nobody.knows'), 'nobody.knows');
  assert.equal(by({ actor: 'laptop', account: 'mira@example.com' }), 'laptop, mira@example.com');
  assert.equal(by({ actor: 'domain check', account: null }), 'domain check');
});
