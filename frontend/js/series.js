/** Figures of traffic as bars. Pure. */

const QUIET = 50; // requests a second: below, the threshold is far away and is not drawn
const HEADROOM = 1.1;
export const SURGE = 150; // requests a second, from which the article asks for an announcement

/** The busiest minute of each of `count` equal parts of a time: [{at, rate}] of those with figures, each with its `place`. */
export function bars(series, since, until, count) {
  const [from, part] = [+new Date(since), (new Date(until) - new Date(since)) / count];
  const found = new Map();
  for (const { at, requests_per_second: rate } of series) {
    const place = Math.min(count - 1, Math.max(0, Math.floor((new Date(at) - from) / part)));
    if (!(found.get(place)?.rate >= rate)) found.set(place, { place, at, rate });
  }
  return [...found.values()].sort((a, b) => a.place - b.place);
}

/** How high the picture reaches, and whether the threshold has a place in it. */
export const height = (peak) =>
  peak < QUIET
    ? { top: peak * HEADROOM || 1, hasSurge: false }
    : { top: Math.max(peak, SURGE) * HEADROOM, hasSurge: true };

/** 0.033, 4.2, 96, 1,240: as exact as is of use. */
export const rate = (number) =>
  number >= 10 ? Math.round(number).toLocaleString('en-GB') : String(Number(number.toPrecision(2)));

/** Every sixth hour between two times. */
export function hours(since, until) {
  const step = 6 * 3600 * 1000;
  const all = [];
  for (let time = Math.ceil(new Date(since) / step) * step; time < new Date(until); time += step)
    all.push(new Date(time));
  return all;
}
