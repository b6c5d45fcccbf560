/** One endpoint: its page, put together from its state, its view, and the parts that keep a state of their own. */

import { activity } from './activity.js';
import { adding } from './adding.js';
import { arrived } from './api.js';
import { looks } from './check.js';
import { closeAny } from './endpoint-dialogs.js';
import { endpointState } from './endpoint-state.js';
import { Page } from './endpoint-view.js';
import { notices } from './notices.js';
import { lookout, progress } from './progress.js';
import { traffic } from './traffic.js';
import { html, page, say } from './ui.js';

const app = new URLSearchParams(location.search).get('app') ?? '';
const TICK = 5_000; // milliseconds after which what is said of the time is said anew

const about = { app, redraw: () => redraw(), onSignedOut: (error) => fail(error) };
const state = endpointState({
  ...about,
  alongside: () => Promise.all([log.load(), bell.load()]),
  onLoaded,
  onChanged,
  onDone: close,
  fail: about.onSignedOut,
});
const { get, change, load } = state;
const log = activity(about);
const names = adding({ ...about, onAdded: () => load().catch(about.onSignedOut) });
const looked = looks(about);
const figures = traffic({ ...about, onChanged: log.load });
const bell = notices({ ...about, endpoint: () => get().endpoint, onChange: load });
const watch = lookout({ ...about, onLook, onMiss });
setInterval(() => !document.hidden && get().checks && change({ now: new Date() }), TICK);

function onLook(checks) {
  get().stages?.see(checks);
  change({ checks, missed: '', now: new Date() });
  bell.look();
}

function onMiss({ message }) {
  get().stages?.miss(message);
  change({ missed: message });
}

function onLoaded() {
  const { endpoint, files } = get();
  document.title = `${(endpoint?.cname ?? app).split('.')[0]} – SSL Endpoint`;
  change({ files: endpoint && files });
  files?.inspect();
  watch.now();
  figures.now();
}

/** Opens or closes the upload. What it is made of is as much as the rest of the page, and is loaded when it is wanted. */
async function update(isUpdating) {
  try {
    const { upload } = await arrived(import('./upload.js'));
    change({ files: get().files ?? uploadTo(get().endpoint, upload), isUpdating, problem: '' });
  } catch (error) {
    change({ problem: error.message });
  }
}

function uploadTo({ name }, upload) {
  const hosts = () => get().domains.map((each) => each.hostname);
  const present = () => get().endpoint.certificate_chain;
  return upload({ ...about, endpoint: name, hosts, present, onDone: updated });
}

function updated(answer) {
  change({ isUpdating: false });
  return state.updated(answer);
}

function onChanged(answer, what) {
  const { notice } = get();
  change({ stages: notice ? null : progress(answer.updated_at, { what, isFollowed: true }) });
  say(notice || what);
}

async function test() {
  await watch.now();
  document.getElementById('domains').scrollIntoView();
  say(get().missed || 'Looked again');
}

function close() {
  closeAny();
  change({ dialog: null });
}

const actions = {
  ...state,
  update,
  test,
  close: () => change({ dialog: null }),
  ask: (kind, more) => change({ dialog: { kind, ...more }, problem: '' }),
  type: (typed) => change({ dialog: { ...get().dialog, typed } }),
};
const parts = { log, names, looked, figures, bell };
const view = () => html`<${Page} of=${{ app, ...get() }} parts=${parts} actions=${actions} />`;

const { redraw, fail } = page({ here: 'endpoint.html', heading: '', load, view });
