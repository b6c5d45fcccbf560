/** A key and a request, or a certificate for staging, in the making: what was typed, and what was made. No view. */

import { COUNTRIES } from './countries.js';
import { toPem } from './der.js';
import * as hosts from './names.js';
import { store } from './store.js';
import { listed } from './words.js';

export const STAGING_DAYS = 90;

/** The names that were typed, read: {good, mistakes}, each good one once. Pure. */
export function namesOf(typed) {
  const all = hosts.split(typed).map(hosts.read);
  const good = new Map(all.filter((name) => name.value).map((name) => [name.value, name]));
  return { good: [...good.values()], mistakes: all.filter((name) => name.problem).map((name) => name.problem) };
}

/** Whether a country is none, or a code of ISO 3166-1. Pure. */
export const isCountry = ({ country }) => !country || COUNTRIES.has(country.toUpperCase());

/** Whether a key can be made for what was typed. Pure. */
export function isReady({ typed, organisation }) {
  const { good, mistakes } = namesOf(typed);
  return good.length > 0 && !mistakes.length && isCountry(organisation);
}

/** What was made, in one sentence; nothing if nothing was. Pure. */
export function sumOf({ hasKey, csr, asked, isSaved }) {
  if (!hasKey) return '';
  const what = csr ? 'Request' : 'Self-signed certificate';
  const saved = isSaved ? 'Key saved as server.key.' : 'The key is not saved yet.';
  return `${what} for ${listed(asked.map((name) => name.value))} made here. ${saved}`;
}

/** The time of a certificate that is made now: certificates know no parts of a second. */
function thisSecond() {
  const now = new Date();
  now.setUTCMilliseconds(0);
  return now;
}

/**
 * Keeps a request. Returns {get(), change(next), suggest(names), makeRequest(), makeSelfSigned(), keyFile(), made(), forget()}.
 *
 * The key is in this closure only: `keyFile()` gives its PEM to the file that the user saves, and `made()` is what the upload
 * wants, {spki, pem()} or null. `load()` gives certificates.js; `onSelfSigned(pem)` gets a certificate that was made for staging.
 */
export function requesting({ system, load, redraw, onSelfSigned }) {
  const typing = { way: 'browser', typed: '', keyType: 'P-256', system, organisation: {} };
  const making = { hasKey: false, csr: '', asked: [], isSaved: false, busy: false, problem: '' };
  const { get, change } = store({ ...typing, ...making }, redraw);
  let pair = null;

  /** Fills in names, if none were typed yet. */
  const suggest = (names) => get().typed || change({ typed: names.join('\n') });

  /** Makes a key, and with it what `make` returns, {csr} or {pem}; returns whether it was done. */
  async function finish(make) {
    if (get().busy) return false;
    change({ busy: true, problem: '' });
    const isDone = await tried(make);
    change({ busy: false });
    return isDone;
  }

  async function tried(make) {
    const { typed, keyType, organisation } = get();
    const asked = namesOf(typed).good;
    try {
      const certificates = await load();
      const key = await certificates.makeKey(keyType);
      const { csr = '', pem } = await make(certificates, [key, asked, organisation]);
      pair = key;
      change({ asked, csr, hasKey: true, isSaved: false });
      if (pem) await onSelfSigned(pem);
      return true;
    } catch (error) {
      pair = null;
      change({ hasKey: false, problem: `The browser could not make it: ${error.message}` });
      return false;
    }
  }

  const makeRequest = () => finish(async (to, about) => ({ csr: await to.makeRequest(...about) }));
  const makeSelfSigned = () =>
    finish(async (to, about) => ({ pem: await to.makeSelfSigned(...about, thisSecond(), STAGING_DAYS) }));

  const pemOf = async (key) => toPem('PRIVATE KEY', await (await load()).secretOf(key));
  const keyFile = () => pemOf(pair);

  function made() {
    const key = pair;
    return key && { spki: key.spki, pem: () => pemOf(key) };
  }

  function forget() {
    pair = null;
    change({ hasKey: false, csr: '' });
  }

  return { get, change, suggest, makeRequest, makeSelfSigned, keyFile, made, forget };
}
