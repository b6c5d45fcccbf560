import assert from 'node:assert/strict';
import test from 'node:test';
import {
  ago,
  axis,
  day,
  daysUntil,
  exact,
  lasting,
  months,
  monthName,
  plural,
  remaining,
  stamp,
} from '../../frontend/js/time.js';

const NOW = new Date('2026-11-23T12:00:00Z');

test('times are in UTC, whatever the machine’s zone', () => {
  assert.equal(day('2027-02-14T23:59:59Z'), '14 Feb 2027');
  assert.equal(exact('2027-02-14T23:59:59Z'), '2027-02-14 23:59:59 UTC');
  assert.equal(stamp('2026-11-16T09:12:00Z', NOW), '16 Nov, 09:12');
  assert.equal(stamp('2025-11-16T09:12:00Z', NOW), '16 Nov 2025, 09:12');
});

test('durations in words', () => {
  assert.equal(remaining('2027-02-14T23:59:59Z', NOW), '83 days');
  assert.equal(remaining('2026-11-24T12:00:00Z', NOW), '1 day');
  assert.equal(remaining('2026-11-23T17:30:00Z', NOW), '5 hours');
  assert.equal(remaining('2026-11-23T12:30:00Z', NOW), 'less than an hour');
  assert.equal(ago('2026-11-19T09:10:00Z', NOW), '4 days ago');
  assert.equal(ago('2026-11-23T11:59:40Z', NOW), '20 seconds ago');
  assert.equal(ago('2026-11-23T12:00:00Z', NOW), 'just now');
  assert.equal(daysUntil('2026-11-23T11:00:00Z', NOW), -1);
  assert.equal(lasting(2520), '42 minutes');
  assert.equal(plural(1000, 'endpoint'), '1,000 endpoints');
});

test('an axis has the first of each month, and places within bounds', () => {
  const line = axis('2026-11-01T00:00:00Z', '2027-03-01T00:00:00Z');
  assert.deepEqual(
    months(line.from, line.to).map((each) => monthName(each)),
    ['Dec', 'Jan', 'Feb'],
  );
  assert.equal(line.left('2026-11-01T00:00:00Z'), '0.00%');
  assert.equal(line.left('2030-01-01T00:00:00Z'), '100.00%');
  assert.equal(line.width('2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z'), '25.00%');
  assert.ok(months(new Date('2020-01-01'), new Date('2027-01-01'), 12).length <= 12);
});
