/** New endpoint: get a certificate, provision, upload, point DNS here. What is done is known by the server. */

import { arrived } from './api.js';
import { lookout, progress } from './progress.js';
import { request } from './request.js';
import { setupState } from './setup-state.js';
import { Choose, Steps } from './steps.js';
import { html, page } from './ui.js';

const app = new URLSearchParams(location.search).get('app');
const about = { app, redraw: () => redraw(), onSignedOut: (error) => fail(error) };
const state = setupState({
  ...about,
  onStarted: (name) => location.assign(`setup.html?app=${encodeURIComponent(name)}`),
  onProvisioned: upload,
  onAdded: () => watch.now(),
  fail: about.onSignedOut,
});
const { get, change } = state;
const hosts = () => get().domains.map((each) => each.hostname);
const ask = request({
  ...about,
  onSelfSigned: async (pem) => (await upload()).add('self-signed.crt', new TextEncoder().encode(pem)),
});
const watch = lookout({ ...about, isOn: () => Boolean(get().endpoint), onLook, onMiss });

function onLook(checks) {
  get().stages.see(checks);
  change({ checks });
}

function onMiss({ message }) {
  get().stages.miss(message);
  redraw();
}

async function load() {
  await state.load();
  if (!app) return;
  document.title = `New endpoint for ${app} – SSL Endpoint`;
  ask.suggest(hosts());
  get().files?.inspect();
  if (get().endpoint) watch.now();
}

/** Returns what takes files: it is loaded when the first can be dropped. */
async function upload() {
  const module = await arrived(import('./upload.js'));
  const files = get().files ?? module.upload({ ...about, endpoint: null, hosts, made: ask.made, onDone: served });
  change({ files });
  return files;
}

function served(endpoint) {
  change({ endpoint, stages: progress(endpoint.updated_at, { isFollowed: true }), isAsking: false });
  watch.now();
  const next = document.getElementById('dns');
  next.scrollIntoView({ block: 'start' });
  next.focus({ preventScroll: true });
}

function view() {
  if (!app) return html`<${Choose} of=${get()} onStart=${state.start} />`;
  return html`<${Steps} of=${{ app, ...get() }} ask=${ask} actions=${state} />`;
}

const heading = app ? `New endpoint for ${app}` : 'New endpoint';
const { redraw, fail } = page({ here: 'setup.html', heading, load, view });
