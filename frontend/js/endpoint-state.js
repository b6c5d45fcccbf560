/** One endpoint: what the API says of it, kept in one place, and what can be done with it. No view. */

import * as API from './api.js';
import { attempts, store } from './store.js';
import { certificateOf } from './words.js';

const { at } = API;

export const INITIAL = {
  now: new Date(),
  endpoint: null,
  addon: null,
  versions: [],
  domains: [],
  checks: null,
  missed: '', // why the last look found nothing
  mending: null, // the inspection that would close a gap in the chain
  stages: null, // what follows an upload
  files: null, // the upload in the making
  dialog: null, // {kind, …}
  isUpdating: false,
  busy: '',
  problem: '',
  notice: '',
};

/** Whether a chain has a gap, which the server may be able to close. Pure. */
export const hasGap = (cert) => Boolean(cert?.reasons.some((reason) => reason.code === 'missing_intermediate'));

/** The endpoint's certificate with its details, or null. Pure. */
export const certOf = ({ endpoint }) => endpoint && certificateOf(endpoint);

/** Gets what the API says of an app: {endpoint, addon, domains, versions}. */
async function fetched(api, app) {
  const list = (...what) => api.get(at('apps', app, ...what));
  const [endpoints, addons, rows] = await Promise.all([list('ssl-endpoints'), list('addons'), list('domains')]);
  const endpoint = endpoints[0] ?? null;
  const versions = endpoint ? await list('ssl-endpoints', endpoint.name, 'versions') : [];
  const domains = rows.filter((each) => each.kind === 'custom');
  return { endpoint, addon: addons[0] ?? null, domains, versions };
}

/**
 * Keeps an endpoint. Returns {get(), change(next), load(), rollBack(), addMissing(), removeEndpoint(), removeAddon(),
 * removeDomain(domain), updated(answer)}.
 *
 * `alongside()` loads what else the page shows, `onLoaded()` is called when all is there, `onChanged(answer, what)` when
 * another version is to be served, `onDone()` when what a dialog asked is done. `fail(error)` gets what the page cannot live
 * with; `api` has the calls of api.js.
 */
export function endpointState({ app, redraw, alongside, onLoaded, onChanged, onDone, fail, api = API }) {
  const { get, change } = store(INITIAL, redraw);
  const attempt = attempts({ get, change }, fail);
  const path = () => at('apps', app, 'ssl-endpoints', get().endpoint.name);

  async function load(gone = {}) {
    const [found] = await Promise.all([fetched(api, app), alongside()]);
    change({ ...found, ...gone, now: new Date(), mending: null });
    onLoaded();
    mend();
  }

  /** Asks whether a gap in the chain can be closed from here. */
  async function mend() {
    if (!hasGap(certOf(get()))) return;
    const body = { certificate_chain: get().endpoint.certificate_chain };
    const answer = await api.post('certificates/inspect', body).catch(() => null);
    if (answer?.chain_changes.some((each) => each.action === 'added')) change({ mending: answer });
  }

  async function refresh(answer, what) {
    const isSame = answer.version === get().endpoint.version;
    change({ notice: isSame ? 'That certificate is served already: nothing had to change.' : '' });
    onChanged(answer, what);
    await load();
  }

  /** Does what a dialog asks, if it is one; it may be another one by the time that it is done. */
  async function answered(action) {
    const { dialog } = get();
    const isDone = await attempt(action);
    if (isDone && dialog && dialog === get().dialog) onDone();
  }

  const put = (body, what) => answered(async () => refresh(await api.patch(path(), body), what));
  const take = (where, gone) =>
    answered(async () => {
      await api.remove(where);
      await load(gone);
    });
  return {
    get,
    change,
    load: () => load(),
    rollBack: () => put({ rollback: true }, 'Rolled back'),
    addMissing: () => put({ certificate_chain: get().mending.certificate_chain }, 'Chain completed'),
    removeEndpoint: () => take(path(), { stages: null, checks: null, files: null }),
    removeAddon: () => take(at('apps', app, 'addons', get().addon.name)),
    removeDomain: (domain) => take(at('apps', app, 'domains', domain.hostname)),
    updated: (answer) => refresh(answer, 'Uploaded').catch(fail),
  };
}
