import assert from 'node:assert/strict';
import test from 'node:test';
import { bars, height, hours, rate } from '../../frontend/js/series.js';

const minute = (at, each) => ({ at: `2026-11-24T${at}:00Z`, requests_per_second: each });
const SINCE = '2026-11-24T00:00:00Z';
const UNTIL = '2026-11-25T00:00:00Z';

test('each bar is the busiest minute of its part', () => {
  const found = bars(
    [minute('00:00', 1), minute('00:14', 9), minute('00:15', 2), minute('23:59', 4)],
    SINCE,
    UNTIL,
    96,
  );
  assert.deepEqual(
    found.map((each) => [each.place, each.rate]),
    [
      [0, 9],
      [1, 2],
      [95, 4],
    ],
  );
  assert.equal(found[0].at, '2026-11-24T00:14:00Z');
});

test('a minute at an edge of the time has a bar', () => {
  assert.deepEqual(
    bars(
      [
        { at: '2026-11-23T23:59:30Z', requests_per_second: 1 },
        { at: UNTIL, requests_per_second: 1 },
      ],
      SINCE,
      UNTIL,
      4,
    ).map((each) => each.place),
    [0, 3],
  );
  assert.deepEqual(bars([], SINCE, UNTIL, 4), []);
});

test('the threshold is drawn where it is near', () => {
  assert.ok(!height(3).hasSurge);
  assert.ok(height(3).top > 3);
  assert.ok(height(96).hasSurge && height(96).top > 150);
  assert.ok(height(500).top > 500);
  assert.ok(height(0).top > 0);
});

test('rates are as exact as is of use', () => {
  assert.deepEqual([0.0333, 4.26, 9.99, 96.4, 1240.2].map(rate), ['0.033', '4.3', '10', '96', '1,240']);
});

test('every sixth hour', () => {
  const told = hours('2026-11-24T05:10:00Z', '2026-11-25T05:10:00Z').map((time) => time.toISOString().slice(11, 16));
  assert.deepEqual(told, ['06:00', '12:00', '18:00', '00:00']);
});
