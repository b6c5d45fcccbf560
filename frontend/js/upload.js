/**
 * The one place where files become an upload: any files, any order, sorted by content, checked before anything is sent.
 *
 * Private keys stay in the closures of `files` until the one POST, and are dropped after it and when the page is left.
 */

import { at, patch, post } from './api.js';
import { toBase64, toPem } from './der.js';
import { fromText, KINDS, parts } from './files.js';
import { arrange, checks } from './judge.js';
import * as keys from './keys.js';
import * as openssl from './openssl.js';
import { Callout, Command, State, html, say } from './ui.js';
import { commonName, listed } from './words.js';

const PASTED = 'pasted text';

/**
 * Returns {view(), forget(), add(name, octets), inspect()}; the last is for after a new sign-in.
 *
 * `app` is its name, `endpoint` the name of the one to update or null for a first upload, `hosts()` the app's domains,
 * `present()` the chain (PEM) that is served now, whose key a renewed certificate may keep,
 * `made()` the key that this page made ({spki, pem()}) or null; `onDone(answer)` gets the endpoint as the API tells it,
 * `onSignedOut(refusal)` a 401: the files wait for a new token.
 */
export function upload({ app, endpoint, hosts, present = () => '', made = () => null, redraw, onDone, onSignedOut }) {
  let files = [];
  let inspection;
  let asked = '';
  let isKept = false;
  let sending = false;
  let refusal = '';
  let passPhrase = '';
  let isOver = false;
  let inUse = ''; // the public half of the key that is served now

  const all = (kind) => files.flatMap((file) => file[kind]);
  const arranged = () => arrange(all('certificates'), [...all('keys').map((key) => key.spki), made()?.spki, inUse].filter(Boolean));

  function forget() {
    files = [];
    [inspection, asked, refusal, passPhrase] = [undefined, '', '', ''];
  }
  addEventListener('pagehide', forget);
  addEventListener('pageshow', (event) => { if (event.persisted) { forget(); redraw(); } });
  document.addEventListener('paste', (event) => {
    if (!document.querySelector('.drop') || event.target.closest?.('input, textarea, dialog')) return;
    event.preventDefault();
    const { files: pasted } = event.clipboardData;
    if (pasted.length) take([...pasted]);
    else addParts(PASTED, fromText(event.clipboardData.getData('text')));
  });

  async function take(chosen) {
    for (const file of chosen) await addParts(file.name, parts(new Uint8Array(await file.arrayBuffer())));
  }
  const add = (name, octets) => addParts(name, parts(octets));

  async function addParts(name, found) {
    const { read } = await import('./certificates.js');
    const file = { id: crypto.randomUUID?.() ?? String(Math.random()), name, certificates: [], keys: [], locked: [], sealed: [], odd: [] };
    for (const part of found) await sort(file, part, read);
    inUse = present() && (await read(fromText(present())[0].der)).spki;
    files = [...files.filter((each) => each.name !== name || name === PASTED), file];
    refusal = '';
    redraw();
    inspect();
  }

  async function sort(file, part, read) {
    if (part.kind === 'certificate') {
      const certificate = await read(part.der);
      if (certificate) file.certificates.push(certificate); else file.odd.push('cut');
    } else if (part.kind === 'key') {
      const key = await keys.open(part.der);
      if (key) file.keys.push(key); else file.odd.push('cut');
    } else if (part.kind === 'encrypted') {
      file.locked.push({ file, name: file.name, der: part.der && keys.encryption(part.der) ? part.der : null });
    } else if (part.kind === 'pkcs12') {
      file.sealed.push({ name: file.name, der: part.der });
    } else file.odd.push(part.kind);
  }

  /** Certificates as they would be sent: those of the leaf's file first, so that a kept chain begins with the leaf. */
  function ordered() {
    const { leaf } = arranged();
    const first = files.find((file) => file.certificates.includes(leaf));
    return [first, ...files.filter((file) => file !== first)].flatMap((file) => file?.certificates ?? []);
  }
  const chainText = () => ordered().map((each) => toPem('CERTIFICATE', each.der)).join('');

  /** Asks the server about the certificates: they only, never the key. */
  async function inspect() {
    const text = chainText();
    if (text === asked) return;
    asked = text;
    inspection = undefined;
    if (!text) return;
    let answer;
    try {
      answer = await post('certificates/inspect', { certificate_chain: text });
    } catch (error) {
      if (error.status === 401) { asked = null; onSignedOut(error); return; }
      answer = error.status === 422 ? { refused: error.message } : { unjudged: error.message };
    }
    if (asked !== text) return;
    inspection = answer;
    redraw();
  }

  async function unlock(locked, password) {
    const octets = await keys.unlock(locked.der, password);
    const key = octets && await keys.open(octets);
    if (key) {
      locked.file.locked = locked.file.locked.filter((each) => each !== locked);
      locked.file.keys.push(key);
      say('The key is unlocked');
    } else locked.isWrong = true;
    redraw();
  }

  async function body() {
    const { leaf } = arranged();
    const [sealed] = all('sealed');
    const key = all('keys').find((each) => each.spki === leaf?.spki) ?? (made()?.spki === leaf?.spki ? made() : all('keys').find((each) => !each.spki));
    const boxed = sealed && !key ? toBase64(sealed.der) : null;
    const secret = key ? await key.pem() : boxed;
    return {
      certificate_chain: chainText() || boxed,
      ...(secret && { private_key: secret }),
      ...(boxed && passPhrase ? { pass_phrase: passPhrase } : {}),
      ...(isKept ? { preprocess: false } : {}),
    };
  }

  async function send() {
    if (sending) return;
    sending = true;
    refusal = '';
    redraw();
    try {
      const answer = endpoint
        ? await patch(at('apps', app, 'ssl-endpoints', endpoint), await body())
        : await post(at('apps', app, 'ssl-endpoints'), await body());
      forget();
      sending = false;
      onDone(answer);
    } catch (error) {
      sending = false;
      if (error.status === 401) { onSignedOut(error); return; }
      refusal = error.message;
      redraw();
    }
  }

  const Drop = () => html`<div class=${`drop ${isOver ? 'over' : ''}`}
    onDragOver=${(event) => { event.preventDefault(); if (!isOver) { isOver = true; redraw(); } }} onDragLeave=${() => { isOver = false; redraw(); }}
    onDrop=${(event) => { event.preventDefault(); isOver = false; take([...event.dataTransfer.files]); }}>
    <p>Drop the files your provider sent, and your key. Any names, any order.<span class="why">Or paste their text anywhere on this page.</span></p>
    <input type="file" multiple class="visually-hidden" tabindex="-1" aria-label="Certificate and key files" onChange=${(event) => { const input = event.currentTarget; take([...input.files]).then(() => { input.value = ''; }); }} />
    <button type="button" onClick=${(event) => event.currentTarget.previousElementSibling.click()}>Choose files</button></div>`;

  const File = ({ file }) => {
    const [what, kind] = describe(file);
    const [odd] = file.odd;
    return html`<li><span class="mono">${file.name}</span><span>${what}${odd && html`<span class="why">${KINDS[odd].remedy}</span>${KINDS[odd].command && html`<${Command} text=${KINDS[odd].command(openssl.quote(file.name))} />`}`}</span>
      <span class="small">${odd ? html`<${State} is="bad">${kind}<//>` : kind} <button type="button" class="copy" aria-label=${`Take ${file.name} away`} onClick=${() => { files = files.filter((each) => each !== file); redraw(); inspect(); }}><svg viewBox="0 0 16 16" class="line" aria-hidden="true"><path d="M4 4l8 8m0-8l-8 8" /></svg></button></span></li>`;
  };

  const Locked = ({ locked }) => html`${locked.der && html`<form class="row" onSubmit=${(event) => { event.preventDefault(); const { password } = event.currentTarget.elements; unlock(locked, password.value); password.value = ''; }}>
      <input autocomplete="username" hidden /><label>Password of ${locked.name}<input name="password" type="password" autocomplete="off" required /></label><button>Unlock here</button>${locked.isWrong && html`<p role="alert"><${State} is="bad">That is not its password.<//></p>`}</form>`}
    <p class="why">${locked.der ? 'Or take it off in a terminal' : 'Take it off in a terminal'}, then drop the new file here.</p><${Command} text=${openssl.unlock(locked.name)} />`;

  const Sealed = ({ sealed }) => html`<form class="row" onSubmit=${(event) => { event.preventDefault(); send(); }}><input autocomplete="username" hidden /><label>Password of the PKCS#12 file<input type="password" autocomplete="off" onInput=${(event) => { passPhrase = event.currentTarget.value; }} /></label></form>
    <p class="why">Or take it apart in a terminal, then drop what comes out.</p><${Command} text=${openssl.takeApart(sealed.name)} />`;

  const Check = ({ check }) => html`<li><${State} is=${check.is}>${check.what}<//>${check.why && html`<p class="why">${check.why}</p>`}${check.locked && html`<div class="mend"><${Locked} locked=${check.locked} /></div>`}${check.sealed && html`<div class="mend"><${Sealed} sealed=${check.sealed} /></div>`}</li>`;

  /** What the server would do to the chain: before and after. */
  const Kept = () => {
    if (!inspection?.chain_changes) return null;
    const sent = ordered().map((each) => each.name);
    const served = inspection.details.chain.map((each) => commonName(each.subject));
    return html`<div class="keep"><label class="switch"><input type="checkbox" role="switch" checked=${isKept} onChange=${(event) => { isKept = event.currentTarget.checked; redraw(); }} /> Keep the chain as it is</label>
      <dl class="facts"><dt>As dropped</dt><dd>${sent.join(' → ')}</dd><dt>Will be served</dt><dd>${(isKept ? sent : served).join(' → ')}</dd></dl></div>`;
  };

  function view() {
    const [state, locked, sealed] = [arranged(), all('locked'), all('sealed')];
    const open = { arranged: state, keys: all('keys'), locked, sealed, made: made(), inUse, hosts: hosts(), now: new Date() };
    const found = checks({ ...open, inspection });
    const isReady = found.length > 0 && found.every((check) => check.id !== 'key' || check.is === 'ok' || check.is === 'idle' || check.sealed) && found.every((check) => !(check.id === 'strength' && check.is === 'bad')) && !inspection?.refused && (state.leaf || sealed.length);
    return html`<${Drop} />
      ${files.length > 0 && html`<ul class="files" aria-label="Files">${files.map((file) => html`<${File} key=${file.id} file=${file} />`)}</ul>`}
      ${found.length > 0 && html`<ul class="checks" aria-live="polite" aria-label="Checks">${found.map((check) => html`<${Check} key=${check.id} check=${check} />`)}</ul><${Kept} />`}
      ${refusal && html`<${Callout}><p>${refusal}</p><//>`}
      ${files.length > 0 && html`<div class="send"><button type="button" class="primary" disabled=${!isReady} aria-disabled=${sending} onClick=${send}>${sending ? 'Uploading…' : 'Upload and serve'}</button><span class="small">Checked in your browser. ${sending ? '' : 'Your key has not been sent yet.'}</span></div>`}`;
  }
  return { view, forget, add, inspect };
}

/** What a file is, in words: [what it holds, its kind]. */
function describe({ certificates, keys: found, locked, sealed, odd }) {
  const what = [];
  if (certificates.length === 1) what.push(namesOf(certificates[0]));
  else if (certificates.length) what.push(listed(certificates.map((each) => each.name)));
  what.push(...found.map((key) => key.type), ...locked.map(() => 'protected by a password'), ...sealed.map(() => 'certificate and key, behind a password'));
  const kinds = [];
  if (certificates.length) kinds.push(certificates.length === 1 ? 'Certificate' : `${certificates.length} certificates`);
  if (found.length || locked.length) kinds.push(found.length + locked.length === 1 ? 'Private key' : 'Private keys');
  if (sealed.length) kinds.push('PKCS#12');
  if (odd.length) kinds.push(KINDS[odd[0]].name);
  return [what.join('; '), kinds.join(', ') || 'Nothing'];
}

const namesOf = ({ name, names }) => {
  const more = names.filter((each) => each !== name).length;
  return more ? `${name}, and ${more === 1 ? '1 more name' : `${more} more names`}` : name;
};

/** The key that was made on this page, as the upload wants it. */
export const madeKey = (pair, secretOf) => pair && { spki: pair.spki, pem: async () => toPem('PRIVATE KEY', await secretOf(pair)) };

