/** Who is told when a certificate is about to expire, and what was sent: kept, and changed over the API. No view. */

import * as API from './api.js';
import { channelState } from './channels.js';
import { attempts, store } from './store.js';

export const MOST = 50; // deliveries that are shown
const { at } = API;

const INITIAL = {
  channels: [],
  log: [], // what was sent of the app, the latest first
  tests: [], // that this page sent: those of the account's channels are in no log of the app
  kind: 'email',
  isAdding: false,
  busy: '', // what is being done: a word, or the id of the channel that is tried
  problem: '',
  refused: null, // {id, message}: the test that was not sent
  made: null, // a webhook with its secret, until one has it
  leaving: null, // the channel that is to be removed
};

/** Where a channel is in the API: with its app, or with the account. Pure. */
export function placeOf(app, channel, ...more) {
  const place = ['channels', channel.id, ...more];
  return channel.app ? at('apps', app, ...place) : at('account', ...place);
}

/** What was sent, tests of this page included, the latest first. Pure. */
export function deliveries({ tests, log }) {
  const others = tests.filter((test) => !log.some((each) => each.id === test.id));
  return [...others, ...log].sort((a, b) => new Date(b.created_at) - new Date(a.created_at));
}

/** How a channel is: {is, word, why}. Pure. */
export function stateOf(state, channel, now) {
  if (state.busy === channel.id) return { is: 'wait', word: 'Sending a test', why: '' };
  if (state.refused?.id === channel.id) return { is: 'bad', word: 'Test not sent', why: state.refused.message };
  const latest = state.channels.find((each) => each.id === channel.id) ?? channel;
  return channelState(latest, deliveries(state), now);
}

/**
 * Keeps the channels of an app. Returns {get(), change(next), load(), look(), add(kind, target, scope), take(), test(channel),
 * mute(muted)}; the last four return what they did, or something false.
 *
 * `endpoint()` is what the API says of the app's endpoint; `onChange()` loads anew what the page is about, this included;
 * `onSignedOut(refusal)` gets a 401; `api` has the calls of api.js.
 */
export function noticing({ app, endpoint, redraw, onChange, onSignedOut, api = API }) {
  const { get, change } = store(INITIAL, redraw);
  const attempt = attempts({ get, change }, onSignedOut);
  const rows = () => api.get(at('apps', app, 'channels'));

  async function load() {
    const [channels, log] = await Promise.all([rows(), api.first(at('apps', app, 'deliveries'), MOST)]);
    change({ channels, log });
  }

  /** Looks what came of what was on its way. */
  async function look() {
    if (get().busy || !get().log.some((each) => each.state === 'pending')) return;
    await load().catch(() => null); // the page's own looks say when the API does not answer
  }

  async function add(kind, target, scope) {
    const path = scope === 'account' ? at('account', 'channels') : at('apps', app, 'channels');
    let added = null;
    const isDone = await attempt(async () => {
      added = await api.post(path, { kind, target });
      change({ isAdding: false, made: added.secret ? added : get().made });
      await onChange();
    });
    return isDone && added;
  }

  async function take() {
    const channel = get().leaving;
    const isDone = await attempt(async () => {
      await api.remove(placeOf(app, channel));
      await onChange();
    });
    if (isDone && get().made?.id === channel.id) change({ made: null });
    return isDone;
  }

  function test(channel) {
    change({ refused: null });
    const action = async () => {
      const sent = await api.post(placeOf(app, channel, 'test'));
      change({ channels: await rows(), tests: [sent, ...get().tests] });
    };
    const onRefusal = (error) => change({ refused: { id: channel.id, message: error.message } });
    return attempt(action, { busy: channel.id, onRefusal });
  }

  const mute = (muted) =>
    attempt(async () => {
      await api.patch(at('apps', app, 'ssl-endpoints', endpoint().name), { muted });
      await onChange();
    });

  return { get, change, load, look, add, take, test, mute };
}
