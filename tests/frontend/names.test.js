import assert from 'node:assert/strict';
import test from 'node:test';
import { advice, covers, read, split, uncovered } from '../../frontend/js/names.js';

test('names are read into A-labels, addresses apart', () => {
  assert.deepEqual(read('www.Example.com'), { type: 'dns', value: 'www.example.com' });
  assert.deepEqual(read('*.Bücher.example'), { type: 'dns', value: '*.xn--bcher-kva.example' });
  assert.deepEqual(read('192.0.2.1'), { type: 'ip', value: '192.0.2.1' });
  assert.deepEqual(read('[2001:DB8:0::1]'), { type: 'ip', value: '2001:db8::1' });
});

test('what is no name says why', () => {
  for (const wrong of [
    'https://example.com',
    'example.com.',
    'a.*.example.com',
    '*',
    'localhost',
    'a_b.example.com',
    '-a.example.com',
    'a..b.com',
    '1.2.3.999',
    'x@example.com',
    'example.com:443',
    `${'a'.repeat(64)}.com`,
  ]) {
    assert.ok(read(wrong).problem, wrong);
  }
});

test('a wildcard is exactly one label (RFC 6125 section 6.4.3)', () => {
  assert.ok(covers('*.example.com', 'www.example.com'));
  assert.ok(covers('WWW.example.com', 'www.EXAMPLE.com'));
  assert.ok(covers('*.example.com', '*.example.com'));
  for (const host of ['example.com', 'a.b.example.com', '*.b.example.com', 'wwwexample.com'])
    assert.ok(!covers('*.example.com', host), host);
  assert.deepEqual(uncovered(['*.example.com'], ['a.example.com', 'example.com']), ['example.com']);
});

test('the article’s advice about roots, sub-domains and wildcards', () => {
  assert.match(advice(['*.example.com']), /not example.com itself/);
  assert.match(advice(['example.com']), /does not cover www.example.com/);
  assert.match(advice(['www.example.com']), /does not cover example.com/);
  assert.equal(advice(['www.example.com', 'example.com']), '');
  assert.equal(advice(['*.example.com', 'example.com']), '');
});

test('names are cut at spaces, commas and lines', () =>
  assert.deepEqual(split(' a.com, b.com\n\nc.com;'), ['a.com', 'b.com', 'c.com']));
