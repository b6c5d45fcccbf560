/** What follows an upload: uploaded → served by the edge → DNS → live, each with its time and, when it hangs, why. */

import { at, get } from './api.js';
import { answering } from './domain-table.js';
import { lasting, stamp } from './time.js';
import { State, html, poll } from './ui.js';
import { listed, namesAnswering } from './words.js';

const AT_ONCE = 1_000; // milliseconds: an edge follows within seconds
const STEADY = 5_000;
const LATE = 60_000; // after an upload: by then an edge that works has followed

/** Returns in how many milliseconds to look again: soon while the edge has yet to follow, steadily after a change, else later. */
export const nextLook = (checks, isChanged) => (checks.edge.state === 'waiting' ? AT_ONCE : isChanged && STEADY);

/**
 * Looks again and again at what is true of an app, while `isOn()`. Returns {now()}.
 *
 * `onLook(checks)` gets what the API found, `onMiss(refusal)` why it could not be asked, `onSignedOut(refusal)` a 401.
 */
export function lookout({ app, isOn = () => true, onLook, onMiss, onSignedOut }) {
  let before = '';
  return poll(async () => {
    if (!isOn()) return false;
    try {
      const checks = await get(at('apps', app, 'checks'));
      const after = JSON.stringify([checks.edge, checks.domains]);
      const isChanged = after !== before;
      before = after;
      onLook(checks);
      return nextLook(checks, isChanged);
    } catch (error) {
      if (error.status === undefined) throw error;
      (error.status === 401 ? onSignedOut : onMiss)(error);
      return false;
    }
  });
}

/** Why DNS does not lead here yet, by the first name that it keeps away; nothing if there is none. Pure. */
export function whyNotHere(domains) {
  const codeOf = (each) => each.dns.reasons[0]?.code;
  const kept =
    domains.find((each) => codeOf(each) === 'elsewhere') ?? domains.find((each) => each.dns.state !== 'valid');
  if (!kept) return '';
  const {
    found,
    ttl,
    reasons: [reason],
  } = kept.dns;
  if (reason?.code === 'missing') return `${kept.hostname} has no record yet.`;
  if (reason?.code !== 'elsewhere') return reason?.sentence ?? '';
  const cached = ttl ? `, which may be cached for ${lasting(ttl)}` : '';
  return `${kept.hostname} still leads to ${listed([...found.aliases, ...found.addresses], 2)}${cached}.`;
}

/** Why a name that DNS leads here is not answered well, by the first such name; nothing if there is none. Pure. */
export const whyNotLive = (domains) =>
  domains.find((each) => each.dns.state === 'valid' && each.tls.state !== 'served')?.tls.sentence ?? '';

/** Why the edge does not serve what was uploaded at a time, in its own words until it is late. Pure. */
export function whyNotServed({ edge, checked_at: now }, doneAt) {
  if (edge.state !== 'waiting' || new Date(now) - new Date(doneAt) <= LATE) return edge.sentence;
  const since = `The edge has not followed since ${stamp(doneAt)} UTC`;
  return `${since}: it may be stopped, or cut off from the record. Its log says why.`;
}

const Time = ({ time: { at: when, isKnown } }) =>
  html` <span class="small num">${!isKnown && 'seen '}<time datetime=${when}>${stamp(when)} UTC</time></span>`;

/**
 * Keeps when each stage was first seen to be reached. Returns {see(checks), miss(why), view(), isOver()}.
 *
 * `isFollowed` says that it is followed from its beginning: else nobody saw when a stage was reached that is reached
 * already, and its time is only that of the look.
 */
export function progress(doneAt, { what = 'Uploaded', isFollowed = false } = {}) {
  const times = { done: { at: doneAt, isKnown: true } };
  let checks = null;
  let missed = '';

  function reached(stage, is, isKnown) {
    if (is) times[stage] ??= { at: checks.checked_at, isKnown };
    else delete times[stage];
  }

  function see(found) {
    const isWatched = Boolean(checks);
    [checks, missed] = [found, ''];
    const [live, all] = answering(checks);
    reached('served', checks.edge.state === 'served', isFollowed || isWatched);
    reached('dns', all > 0 && checks.domains.every((each) => each.dns.state === 'valid'), isWatched);
    reached('live', all > 0 && live === all, isFollowed || isWatched);
  }

  const Stage = ({ stage, name, why }) => html`<li><${State} is=${times[stage] ? 'ok' : 'wait'}>${name}<//>
    ${times[stage] ? html`<${Time} time=${times[stage]} />` : why && html`<p class="why">${why}</p>`}</li>`;

  function view() {
    const domains = checks?.domains ?? [];
    const [live, all] = checks ? answering(checks) : [0, 0];
    const here = domains.filter((each) => each.dns.state === 'valid').length;
    const why = {
      served: checks ? whyNotServed(checks, doneAt) : 'Asking the edge.',
      dns: !checks ? '' : all ? `${here} of ${all} so far. ${whyNotHere(domains)}` : 'No name has been added yet.',
      live: all ? `${namesAnswering(live, all)} ${whyNotLive(domains)}` : '',
    };
    const first = missed && ['served', 'dns', 'live'].find((stage) => !times[stage]);
    if (first) why[first] = `${missed} This page tries again by itself.`;
    return html`<ol class="progress" aria-label="Progress" aria-live="polite">
      <${Stage} stage="done" name=${what} />
      <${Stage} stage="served" name="Served by the edge" why=${why.served} />
      <${Stage} stage="dns" name="DNS points here" why=${why.dns} />
      <${Stage} stage="live" name="Live" why=${why.live} /></ol>`;
  }
  return {
    see,
    miss: (why) => {
      missed = why;
    },
    view,
    isOver: () => Boolean(times.live),
  };
}
