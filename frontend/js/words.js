/** What the state of things is called: each state is a shape and a word. Pure. */

import { DAY, ago, remaining } from './time.js';

const SHORT_DAYS = 10; // certificates that live no longer are renewed at half of their life, others at a third
const NUMBERS = ['none', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const inWords = (n) => NUMBERS[n] ?? String(n);
const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** Puts together what the API says of a certificate: Heroku's fields and the details beside them. */
export const certificateOf = ({ ssl_cert: cert, details, reminders, earliest_expiry: end }) => ({
  names: cert.cert_domains,
  reminders,
  ...(end && { earliest_expiry: end }),
  ...cert,
  ...details,
});

/** When it is time to renew by the server's stages: when a third is left of the time in which the whole chain is valid. */
export function renewal({ starts_at: from, expires_at: to, earliest_expiry: end = to, chain = [] }) {
  const begin = Math.max(new Date(from), ...chain.map((each) => new Date(each.starts_at)));
  const life = Math.max(0, new Date(end) - begin);
  return new Date(new Date(end) - life / (life > SHORT_DAYS * DAY ? 3 : 2));
}

/**
 * Returns whether it is time to renew: by the reminders that are still to come where the API lists them (it does not for
 * what is muted), else by the same rule.
 */
export function isSoon(cert, now) {
  if (!cert.reminders?.length) return renewal(cert) <= now;
  const renew = cert.reminders.find((each) => each.stage === 'renew');
  return !renew || new Date(renew.at) <= now;
}

/** The shape of a certificate's remaining life. */
export const life = (cert, now) => (new Date(cert.expires_at) < now ? 'bad' : isSoon(cert, now) ? 'soon' : 'ok');

/** What the bar of a certificate's life says at its end. */
export const lifeLeft = (cert, now) =>
  new Date(cert.expires_at) < now ? `expired ${ago(cert.expires_at, now)}` : remaining(cert.expires_at, now);

const BY_REASON = {
  not_yet_valid: ['wait', 'Not valid yet'],
  self_signed: ['idle', 'Self-signed'],
  missing_intermediate: ['bad', 'Chain has a gap'],
  chain_expired: ['bad', 'Issuer expired'],
  untrusted_root: ['idle', 'Private root'],
  distrusted_root: ['bad', 'Root not trusted'],
};

/** A certificate's state, for one cell: {is, word}. `cert` is an ssl_cert of the API. */
export function certificateState(cert, now) {
  const codes = cert.reasons.map((reason) => reason.code);
  if (new Date(cert.expires_at) < now) return { is: 'bad', word: 'Expired' };
  const found = Object.keys(BY_REASON).find((code) => codes.includes(code));
  if (found && !cert.trusted) return { is: BY_REASON[found][0], word: BY_REASON[found][1] };
  if (codes.includes('name_mismatch')) return { is: 'bad', word: 'Name not covered' };
  return cert.trusted ? { is: 'ok', word: 'Trusted' } : { is: 'bad', word: 'Not trusted' };
}

/** The one sentence of truth about an endpoint: {is, word, rest}. `answering` is [how many, of how many] or null. */
export function truth(cert, now, answering) {
  const names = answering && answering[1] ? ` ${namesAnswering(...answering)}` : '';
  const { is, word } = certificateState(cert, now);
  if (word === 'Expired')
    return { is, word: 'Expired', rest: `${ago(cert.expires_at, now)}. Browsers refuse it; update it now.` };
  const good = `good for ${remaining(cert.expires_at, now).replace(/ (day|hour)/, ' more $1')}`;
  if (cert.trusted && word === 'Name not covered')
    return { is, word: 'Trusted,', rest: `and ${good}, but not for every name.${names}` };
  if (cert.trusted) return { is: isSoon(cert, now) ? 'soon' : 'ok', word: 'Trusted,', rest: `and ${good}.${names}` };
  if (word === 'Self-signed') return { is, word: 'Self-signed:', rest: `fine for staging, and ${good}.${names}` };
  const reason = cert.reasons.find((each) => each.code !== 'name_mismatch');
  const why =
    reason?.code === 'missing_intermediate' ? 'The chain has a gap after your certificate.' : (reason?.sentence ?? '');
  return { is, word: 'Not trusted.', rest: `${why}${names}` };
}

/** Two of three names answer here. */
export function namesAnswering(here, all) {
  if (all === 1) return here ? 'Its name answers here.' : 'Its name does not answer here yet.';
  if (all === 2 && here !== 1) return here ? 'Both names answer here.' : 'Neither of its names answers here.';
  if (here === all) return `All ${inWords(all)} names answer here.`;
  return `${capital(inWords(here))} of ${inWords(all)} names ${here === 1 ? 'answers' : 'answer'} here.`;
}

/** The common name of a subject as the API writes it: "C=US; O=Example; CN=www.example.com". */
export function commonName(subject) {
  const parts = Object.fromEntries(subject.split('; ').map((part) => part.split(/=(.*)/s).slice(0, 2)));
  return parts.CN ?? parts.OU ?? parts.O ?? subject;
}

/** The organisation of a subject, or nothing. */
export const organisation = (subject) =>
  subject
    .split('; ')
    .find((part) => part.startsWith('O='))
    ?.slice(2) ?? '';

/** What people call a key of the API, {type, bits, curve}: "ECDSA P-256", "RSA 2048". */
export const keyName = ({ type, bits, curve }) =>
  [type === 'EC' ? 'ECDSA' : type || 'another kind of key', curve ?? bits].filter(Boolean).join(' ');

/** SHA-256 instead of ecdsa-with-SHA256. */
export const hashName = (signature) =>
  /sha-?(1|224|256|384|512)/i.exec(signature)?.[0].toUpperCase().replace(/SHA-?/, 'SHA-') ?? signature;

/** "example.com, *.docs.example.com", and how many more. */
export function listed(names, most = 3) {
  const more = names.length - most;
  return names.slice(0, most).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** 06:1d:5c for 061d5c. */
export const octets = (hex) => (hex.length % 2 ? `0${hex}` : hex).match(/../g)?.join(':') ?? '';

/** The longest life that browsers accept of a certificate issued at a time, in days, and what comes next (CA/B Forum SC-081). */
export function longestLife(now) {
  const steps = [
    ['2026-03-15', 200],
    ['2027-03-15', 100],
    ['2029-03-15', 47],
  ];
  const past = steps.filter(([from]) => new Date(from) <= now);
  return { days: past.at(-1)?.[1] ?? 398, next: steps[past.length] ?? null };
}
