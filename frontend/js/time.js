/** Times as people read them, all in UTC, and the axis that they lie on. Pure. */

export const SECOND = 1000;
export const HOUR = 3600 * SECOND;
export const DAY = 24 * HOUR;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const UNITS = [
  [DAY, 'day'],
  [HOUR, 'hour'],
  [60 * SECOND, 'minute'],
  [SECOND, 'second'],
];
const two = (n) => String(n).padStart(2, '0');

/** 14 Feb 2027 */
export function day(time) {
  const date = new Date(time);
  return `${shortDay(date)} ${date.getUTCFullYear()}`;
}

/** 14 Feb */
export function shortDay(time) {
  const date = new Date(time);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

/** 14 Feb, 23:59 — with the year where it is not this one. */
export function stamp(time, now = new Date()) {
  const date = new Date(time);
  const isThisYear = date.getUTCFullYear() === new Date(now).getUTCFullYear();
  return `${isThisYear ? shortDay(date) : day(date)}, ${clock(date)}`;
}

/** 23:59 */
export const clock = (time) => new Date(time).toISOString().slice(11, 16);

/** 2027-02-14 23:59:59 UTC */
export const exact = (time) => `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** Whole days from now until a time; negative once it is over. */
export const daysUntil = (time, now) => Math.floor((new Date(time) - now) / DAY);

export const plural = (n, word) => `${n.toLocaleString('en-GB')} ${word}${n === 1 ? '' : 's'}`;

/** How long it is until a time: 83 days, 1 day, 5 hours, less than an hour. */
export function remaining(time, now) {
  const left = new Date(time) - now;
  if (left >= DAY) return plural(Math.floor(left / DAY), 'day');
  return left >= HOUR ? plural(Math.floor(left / HOUR), 'hour') : 'less than an hour';
}

/** How long a time is over: 4 days ago, 20 seconds ago. */
export function ago(time, now) {
  const over = Math.max(0, now - new Date(time));
  const [unit, word] = UNITS.find(([each]) => over >= each) ?? UNITS.at(-1);
  return over < 2 * SECOND ? 'just now' : `${plural(Math.floor(over / unit), word)} ago`;
}

/** 2520 seconds are 42 minutes. */
export function lasting(seconds) {
  if (seconds < 90) return plural(seconds, 'second');
  return seconds < 5400 ? plural(Math.round(seconds / 60), 'minute') : plural(Math.round(seconds / 3600), 'hour');
}

/** The first of each month between two times, thinned to at most `most`. */
export function months(from, to, most = 12) {
  const all = [];
  const first = new Date(from);
  for (let n = 1; ; n += 1) {
    const date = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + n, 1));
    if (date >= to) break;
    all.push(date);
  }
  const step = Math.ceil(all.length / most);
  return all.filter((_, n) => n % step === 0);
}

/** Jan; with the year where the axis is longer than a year. */
export const monthName = (date, isLong) =>
  `${MONTHS[date.getUTCMonth()]}${isLong ? ` ’${two(date.getUTCFullYear() % 100)}` : ''}`;

/** Where times lie between two others, in per cent as CSS wants it. */
export function axis(from, to) {
  const [start, length] = [+new Date(from), new Date(to) - new Date(from)];
  const share = (time) => Math.min(100, Math.max(0, (100 * (new Date(time) - start)) / length));
  return {
    share,
    left: (time) => `${share(time).toFixed(2)}%`,
    width: (begin, end) => `${(share(end) - share(begin)).toFixed(2)}%`,
    from: new Date(from),
    to: new Date(to),
    isLong: length > 370 * DAY,
  };
}
