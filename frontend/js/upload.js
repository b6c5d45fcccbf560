/**
 * The one place where files become an upload: any files, any order, sorted by content, checked before anything is sent.
 *
 * Private keys stay in the closures of uploading.js until the one POST, and are dropped after it and when the page is left.
 */

import { at, patch, post } from './api.js';
import { KINDS } from './files.js';
import * as openssl from './openssl.js';
import { Callout, Command, Cross, State, html, say, submitted } from './ui.js';
import { uploading } from './uploading.js';

/**
 * Returns {view(), forget(), add(name, octets), inspect()}; the last is for after a new sign-in.
 *
 * `app` is its name, `endpoint` the name of the one to update or null for a first upload; `onDone(answer)` gets the endpoint
 * as the API returns it. The others are those of `uploading`.
 */
export function upload({ app, endpoint, ...more }) {
  const ask = (chain) => post('certificates/inspect', { certificate_chain: chain });
  const all = at('apps', app, 'ssl-endpoints');
  const deliver = (body) => (endpoint ? patch(`${all}/${at(endpoint)}`, body) : post(all, body));
  const actions = uploading({ ask, deliver, ...more });
  listen(actions);
  const view = () => html`<${Upload} of=${actions.shown(new Date())} actions=${actions} />`;
  return { view, forget: actions.forget, add: actions.add, inspect: actions.inspect };
}

/** Forgets keys when the page is left, and takes what is pasted anywhere but into a field. */
function listen({ forget, take, paste }) {
  addEventListener('pagehide', forget);
  addEventListener('pageshow', (event) => event.persisted && forget());
  document.addEventListener('paste', (event) => {
    if (!document.querySelector('.drop') || event.target.closest?.('input, textarea, dialog')) return;
    event.preventDefault();
    const { files } = event.clipboardData;
    if (files.length) take([...files]);
    else paste(event.clipboardData.getData('text'));
  });
}

const Upload = ({ of, actions }) => html`<${Drop} isOver=${of.isOver} actions=${actions} />
  ${
    of.files.length > 0 &&
    html`<ul class="files" aria-label="Files">
    ${of.files.map((file) => html`<${File} key=${file.id} file=${file} onDrop=${actions.drop} />`)}</ul>`
  }
  ${
    of.checks.length > 0 &&
    html`<ul class="checks" aria-live="polite" aria-label="Checks">
    ${of.checks.map((check) => html`<${Check} key=${check.id} check=${check} actions=${actions} />`)}</ul>`
  }
  ${of.checks.length > 0 && of.chain && html`<${Chain} of=${of} onKeep=${(isKept) => actions.change({ isKept })} />`}
  ${of.refusal && html`<${Callout}><p>${of.refusal}</p><//>`}
  ${of.files.length > 0 && html`<${Send} isReady=${of.isReady} isSending=${of.isSending} onSend=${actions.send} />`}`;

function Drop({ isOver, actions: { take, change } }) {
  function over(event) {
    event.preventDefault();
    if (!isOver) change({ isOver: true });
  }
  function dropped(event) {
    event.preventDefault();
    change({ isOver: false });
    take([...event.dataTransfer.files]);
  }
  async function chosen({ currentTarget: input }) {
    await take([...input.files]);
    input.value = '';
  }
  return html`<div class=${`drop ${isOver ? 'over' : ''}`} onDragOver=${over} onDrop=${dropped}
    onDragLeave=${() => change({ isOver: false })}>
    <p>Drop the files your provider sent, and your key. Any names, any order.
      <span class="why">Or paste their text anywhere on this page.</span></p>
    <input type="file" multiple class="visually-hidden" tabindex="-1" aria-label="Certificate and key files"
      onChange=${chosen} />
    <button type="button" onClick=${(event) => event.currentTarget.previousElementSibling.click()}>Choose files</button></div>`;
}

const Odd = ({ kind: { remedy, command }, name }) => html`<span class="why">${remedy}</span>
  ${command && html`<${Command} text=${command(openssl.quote(name))} />`}`;

const File = ({ file: { id, name, what, kind, odd }, onDrop }) => html`<li><span class="mono">${name}</span>
  <span>${what}${odd && html`<${Odd} kind=${KINDS[odd]} name=${name} />`}</span>
  <span class="small">${odd ? html`<${State} is="bad">${kind}<//>` : kind}${' '}
    <button type="button" class="copy" aria-label=${`Take ${name} away`} onClick=${() => onDrop(id)}><${Cross} /></button>
  </span></li>`;

const Check = ({ check: { is, what, why, locked, sealed }, actions }) => html`<li><${State} is=${is}>${what}<//>
  ${why && html`<p class="why">${why}</p>`}
  ${locked && html`<div class="mend"><${Locked} locked=${locked} onUnlock=${actions.unlock} /></div>`}
  ${sealed && html`<div class="mend"><${Sealed} sealed=${sealed} actions=${actions} /></div>`}</li>`;

/** A key behind a password: it is opened here where a browser can, else in a terminal. */
const Locked = ({
  locked,
  onUnlock,
}) => html`${locked.canOpen && html`<${Unlock} locked=${locked} onUnlock=${onUnlock} />`}
  <p class="why">${locked.canOpen ? 'Or take it off in a terminal' : 'Take it off in a terminal'}, then drop the new file here.</p>
  <${Command} text=${openssl.unlock(locked.name)} />`;

function Unlock({ locked: { id, name, isWrong }, onUnlock }) {
  async function unlock(form) {
    const { password } = form.elements;
    const isOpened = onUnlock(id, password.value);
    password.value = '';
    if (await isOpened) say('The key is unlocked');
  }
  return html`<form class="row" onSubmit=${submitted(unlock)}>
    <input autocomplete="username" hidden />
    <label>Password of ${name}<input name="password" type="password" autocomplete="off" required /></label>
    <button>Unlock here</button>
    ${isWrong && html`<p role="alert"><${State} is="bad">That is not its password.<//></p>`}</form>`;
}

const Sealed = ({
  sealed,
  actions: { send, setPassPhrase },
}) => html`<form class="row" onSubmit=${submitted(() => send())}>
    <input autocomplete="username" hidden />
    <label>Password of the PKCS#12 file<input type="password" autocomplete="off"
      onInput=${(event) => setPassPhrase(event.currentTarget.value)} /></label></form>
  <p class="why">Or take it apart in a terminal, then drop what comes out.</p>
  <${Command} text=${openssl.takeApart(sealed.name)} />`;

/** What the server would do to the chain: before and after. */
const Chain = ({ of: { isKept, chain }, onKeep }) => html`<div class="keep">
  <label class="switch"><input type="checkbox" role="switch" checked=${isKept}
    onChange=${(event) => onKeep(event.currentTarget.checked)} /> Keep the chain as it is</label>
  <dl class="facts"><dt>As dropped</dt><dd>${chain.sent.join(' → ')}</dd>
    <dt>Will be served</dt><dd>${(isKept ? chain.sent : chain.served).join(' → ')}</dd></dl></div>`;

const Send = ({ isReady, isSending, onSend }) => html`<div class="send">
  <button type="button" class="primary" disabled=${!isReady} aria-disabled=${isSending} onClick=${onSend}>
    ${isSending ? 'Uploading…' : 'Upload and serve'}</button>
  <span class="small">Checked in your browser. ${isSending ? '' : 'Your key has not been sent yet.'}</span></div>`;
