/** A new endpoint in the making: which of the four steps are done, by what the server says. No view. */

import * as API from './api.js';
import { covers } from './names.js';
import { progress } from './progress.js';
import { attempts, store } from './store.js';

const { at } = API;
const PLAN = 'ssl:endpoint';

export const INITIAL = {
  apps: [], // names of those without a certificate
  addon: null,
  price: null,
  endpoint: null,
  domains: [],
  checks: null,
  files: null, // the upload in the making
  stages: null, // what follows the upload
  isAsking: null, // whether the first step is open; null: as the server's state says
  busy: '',
  problem: '',
  taken: null, // the refusal of a name that another account has
};

/** Whether the first step is open. Pure. */
export const isFirstOpen = ({ endpoint, addon, isAsking }) => !endpoint && (isAsking ?? !addon);

/** What each of the four steps is, "done", "now" or nothing; `hasRequest` says that one was made on this page. Pure. */
export function stepsOf({ endpoint, addon, stages, ...rest }, hasRequest) {
  const isOpen = isFirstOpen({ endpoint, addon, ...rest });
  const done = [(endpoint || hasRequest) && !isOpen, addon, endpoint, stages?.isOver()].map(Boolean);
  const current = done.findIndex((each, n) => !each && (n > 0 || isOpen));
  return done.map((each, n) => (each ? 'done' : n === current ? 'now' : ''));
}

/** The names of the certificate that no domain of the app has. Pure. */
export function missingNames({ endpoint, domains }) {
  const isThere = (name) => domains.some(({ hostname }) => hostname === name || covers(hostname, name));
  return endpoint.ssl_cert.cert_domains.filter((name) => !isThere(name));
}

/**
 * Keeps what is known of a new endpoint. Returns {get(), change(next), load(), start(name, origin), provision(),
 * addNames(names)}.
 *
 * `app` is its name, or null while none is chosen; `onStarted(name)` gets that of an app that was made, `onProvisioned()` is
 * called, and waited for, when files can be dropped, `onAdded()` is called when domains were; `fail(error)` gets what the
 * page cannot live with; `api` has the calls of api.js.
 */
export function setupState({ app, redraw, onStarted, onProvisioned, onAdded, fail, api = API }) {
  const { get, change } = store(INITIAL, redraw);
  const attempt = attempts({ get, change }, fail);
  const onRefusal = (error) => change(error.record ? { taken: error } : { problem: error.message });

  async function bare() {
    const rows = await api.get('endpoints');
    const names = rows.filter((each) => !each.endpoint).map((each) => each.app.name);
    change({ apps: names.sort() });
  }

  async function load() {
    const list = (what) => api.get(at('apps', app, what));
    const known = ['addons', 'ssl-endpoints', 'domains'].map(list);
    const [plan, addons, endpoints, rows] = await Promise.all([api.get(at('plans', PLAN)), ...known]);
    const domains = rows.filter((each) => each.kind === 'custom');
    const [[addon = null], [endpoint = null]] = [addons, endpoints];
    const stages = get().stages ?? (endpoint && progress(endpoint.updated_at));
    change({ price: plan.price, addon, endpoint, domains, stages });
    if (addon && !endpoint) await onProvisioned();
  }

  const start = (name, origin) =>
    attempt(async () => {
      const made = await api.post('apps', { ...(name && { name }), ...(origin && { origin }) });
      onStarted(made.name);
    });

  const provision = () =>
    attempt(async () => {
      change({ addon: await api.post(at('apps', app, 'addons'), { plan: { name: PLAN } }) });
      await onProvisioned();
    });

  /** Adds domains one by one; the first refusal is thrown when all were tried. */
  async function added(names) {
    const refused = [];
    change({ taken: null });
    for (const hostname of names) {
      const isRefused = (error) => void refused.push(error);
      const domain = await api.post(at('apps', app, 'domains'), { hostname }).catch(isRefused);
      if (domain) change({ domains: [...get().domains, domain] });
    }
    onAdded();
    if (refused.length) throw refused[0];
  }

  const addNames = (names) => attempt(() => added(names), { onRefusal });

  return { get, change, load: app ? load : bare, start, provision, addNames };
}
