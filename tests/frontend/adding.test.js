import assert from 'node:assert/strict';
import test from 'node:test';
import { inWords } from '../../frontend/js/adding.js';

test('a refused name is told without its record', () => {
  const told = [
    'www.example.com is in use by another account, or overlaps with a name of one.',
    'If it is yours, set a TXT record with the name a and the value b, and repeat this call.',
    'There is no such record yet.',
  ].join(' ');
  assert.deepEqual(inWords(told), [
    'www.example.com is in use by another account, or overlaps with a name of one.',
    'There is no such record yet.',
  ]);
  assert.deepEqual(inWords('Something else.'), ['Something else.', '']);
});
