/** An upload under way: files come and go, the server is asked about their certificates, and all is sent once. No view. */

import { fromText, parts } from './files.js';
import { sorted } from './dropped.js';
import * as keys from './keys.js';
import { store } from './store.js';
import { bodyOf, chainText, lockedBy, shown, tried } from './upload-state.js';

export const PASTED = 'pasted text';
const INITIAL = {
  files: [],
  inspection: undefined,
  inUse: '',
  isKept: false,
  isSending: false,
  isOver: false,
  refusal: '',
};

/**
 * Keeps an upload. Returns {shown(now), take(files), add(name, octets), paste(text), drop(id), unlock(id, password),
 * setPassPhrase(text), change(next), inspect(), send(), forget()}.
 *
 * `hosts()` are the app's domains, `present()` the chain (PEM) that is served now, whose key a renewed certificate may keep,
 * `made()` the key that this page made ({spki, pem()}) or null. `ask(chain)` gets the server's word about certificates,
 * `deliver(body)` uploads; `onDone(answer)` gets what it answers, `onSignedOut(refusal)` a 401: the files wait for a new token.
 */
export function uploading({ hosts, present = () => '', made = () => null, ask, deliver, redraw, onDone, onSignedOut }) {
  const { get, change } = store(INITIAL, redraw);
  let passPhrase = '';
  const held = () => ({ ...get(), hosts: hosts(), made: made() });
  const inspector = inspecting({ ask, onSignedOut, onAnswer: (inspection) => change({ inspection }) });
  const inspect = () => inspector.inspect(chainText(held()));

  function forget() {
    passPhrase = '';
    inspector.forget();
    change({ files: [], inspection: undefined, refusal: '' });
  }

  async function addParts(name, found) {
    const { read } = await import('./certificates.js');
    const file = await sorted(name, found, read);
    const inUse = present() && (await read(fromText(present())[0].der)).spki;
    const others = get().files.filter((each) => each.name !== name || name === PASTED);
    change({ files: [...others, file], inUse, refusal: '' });
    inspect();
  }

  async function take(chosen) {
    for (const file of chosen) await addParts(file.name, parts(new Uint8Array(await file.arrayBuffer())));
  }

  function drop(id) {
    change({ files: get().files.filter((each) => each.id !== id) });
    inspect();
  }

  /** Tries a password; returns whether it opened the key. */
  async function unlock(id, password) {
    const octets = await keys.unlock(lockedBy(get().files, id).der, password);
    const key = octets && (await keys.open(octets));
    change({ files: tried(get().files, id, key) });
    return Boolean(key);
  }

  const body = () => bodyOf(held(), { isKept: get().isKept, passPhrase });
  const send = sending({ get, change, onSignedOut }, async () => deliver(await body()), forget, onDone);
  const setPassPhrase = (text) => void (passPhrase = text);
  const add = (name, octets) => addParts(name, parts(octets));
  const paste = (text) => addParts(PASTED, fromText(text));
  const visible = ({ isKept, isSending, isOver, refusal }) => ({ isKept, isSending, isOver, refusal });
  const see = (now) => ({ ...visible(get()), ...shown(held(), now) });
  return { shown: see, take, add, paste, drop, unlock, setPassPhrase, change, inspect, send, forget };
}

/** Returns send(), which sends once at a time, and forgets all when it is done. */
function sending({ get, change, onSignedOut }, deliver, forget, onDone) {
  return async function send() {
    if (get().isSending) return;
    change({ isSending: true, refusal: '' });
    try {
      const answer = await deliver();
      forget();
      change({ isSending: false });
      onDone(answer);
    } catch (error) {
      change({ isSending: false, refusal: error.status === 401 ? '' : error.message });
      if (error.status === 401) onSignedOut(error);
    }
  };
}

/**
 * Asks the server about certificates: them only, never the key. Returns {inspect(chain), forget()}.
 *
 * `onAnswer` gets undefined when it asks, then the inspection, or {refused} when the server cannot use them, or {unjudged}
 * when it could not be asked; both say why. What is asked a second time is not asked.
 */
export function inspecting({ ask, onAnswer, onSignedOut }) {
  let asked = '';

  async function inspect(chain) {
    if (chain === asked) return;
    asked = chain;
    onAnswer(undefined);
    if (!chain) return;
    try {
      const answer = await ask(chain);
      if (asked === chain) onAnswer(answer);
    } catch (error) {
      if (error.status === 401) {
        asked = null;
        onSignedOut(error);
      } else if (asked === chain)
        onAnswer(error.status === 422 ? { refused: error.message } : { unjudged: error.message });
    }
  }

  return { inspect, forget: () => void (asked = '') };
}
