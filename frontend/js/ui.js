/** What every page is made of: the frame, states, and the faces of what can go wrong. Data goes in as text, never as HTML. */

import { h, render } from '../vendor/preact.js';
import htm from '../vendor/htm.js';
import { adoptToken, isSignedIn, signIn } from './api.js';

export const html = htm.bind(h);
const PATIENCE = 300; // milliseconds before a skeleton is shown
const COPIED = 1500; // milliseconds for which a copy shows that it was made

const GLYPHS = {
  // each state has its own shape
  ok: html`<circle cx="8" cy="8" r="7"/><path d="M4.8 8.2l2.2 2.2 4.2-4.6" class="cut"/>`,
  soon: html`<path d="M8 1l7.2 13H.8z"/><path d="M8 6v4M8 11.8v.2" class="cut"/>`,
  bad: html`<rect x="1.5" y="1.5" width="13" height="13" rx="3"/><path d="M5.5 5.5l5 5m0-5l-5 5" class="cut"/>`,
  wait: html`<path d="M8 2a6 6 0 1 0 6 6" class="ring"/>`,
  idle: html`<circle cx="8" cy="8" r="5.5" class="ring"/>`,
};
export const State = ({ is, children }) => html`<span class=${`state ${is}`}>
  <svg viewBox="0 0 16 16" aria-hidden="true" class="glyph">${GLYPHS[is]}</svg><span>${children}</span></span>`;

/** Has a screen reader say what has happened. */
export function say(text) {
  document.getElementById('said').textContent = text;
}

/** Copies a text; where a page may not (plain http), selects what is beside the button instead. */
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    button.classList.add('copied');
    setTimeout(() => button.classList.remove('copied'), COPIED);
    say('Copied');
  } catch {
    const shown = button.parentElement.querySelector('[data-copy]') ?? button.parentElement;
    getSelection().selectAllChildren(shown);
    say('Selected. Copy it with your keyboard.');
  }
}

export const Copy = ({ text, what }) => html`<button type="button" class="copy" aria-label=${`Copy ${what}`}
  title=${`Copy ${what}`} onClick=${(event) => copy(text, event.currentTarget)}>
  <svg viewBox="0 0 16 16" aria-hidden="true" class="line"><rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/>
  <path d="M10.5 3.5v-.3A1.2 1.2 0 0 0 9.3 2H3.7A1.7 1.7 0 0 0 2 3.7v5.6a1.2 1.2 0 0 0 1.2 1.2h.3"/></svg></button>`;

export const Command = ({ text, what = 'command' }) =>
  html`<span class="command"><code data-copy>${text}</code><${Copy} text=${text} what=${what} /></span>`;

/** The sign on a button that takes something away. */
export const Cross = () =>
  html`<svg viewBox="0 0 16 16" class="line" aria-hidden="true"><path d="M4 4l8 8m0-8l-8 8" /></svg>`;

/** What a form does instead of being sent by the browser: `act` gets the form. */
export const submitted = (act) => (event) => {
  event.preventDefault();
  act(event.currentTarget);
};

/** A hostname whose zone is greyed. */
export const Host = ({ name }) => {
  const dot = name.indexOf('.');
  return dot < 0 ? name : html`${name.slice(0, dot)}<em>${name.slice(dot)}</em>`;
};

/** A question that is answered before anything else: a dialog that closes with Escape. */
const opened = (dialog) => {
  if (dialog && !dialog.open) dialog.showModal();
};
export const Dialog = ({
  title,
  children,
  onClose,
}) => html`<dialog aria-labelledby="asked" onClose=${onClose} ref=${opened}>
  <h2 id="asked">${title}</h2>${children}</dialog>`;
export const closeDialog = (event) => event.currentTarget.closest('dialog').close();

export const Callout = ({ is = 'bad', children }) =>
  html`<div class=${`callout ${is}-soft`} role=${is === 'bad' ? 'alert' : 'status'}>${children}</div>`;

const PAGES = { 'index.html': 'Endpoints', 'setup.html': 'New endpoint', 'domains.html': 'Domains' };

const Top = ({ here }) => html`<a class="skip" href="#main">Skip to content</a><header class="top"><div>
  <a class="brand" href="index.html"><svg viewBox="0 0 24 24" class="line" aria-hidden="true">
    <circle cx="8" cy="12" r="5"/><circle cx="16" cy="12" r="5"/></svg>SSL Endpoint</a>
  <nav aria-label="Main">${Object.entries(PAGES).map(
    ([to, name]) => html`<a href=${to} aria-current=${to === here ? 'page' : null}>${name}</a>`,
  )}</nav>
  <span class="small hide mono">${location.host}</span></div></header>`;

const FACES = {
  0: ['The API does not answer', 'Your endpoints are served all the same: traffic does not depend on it.'],
  403: ['You may not see this', null],
  404: ['There is no such thing', null],
};

const Failure = ({ error, retry }) => {
  const [title, sentence] = FACES[error.status] ?? ['Something went wrong', null];
  const word = error.status === 0 ? 'No answer.' : `${error.status}.`;
  return html`<div class="face"><h1>${title}</h1>
    <p class="lead"><${State} is="bad">${word}<//> ${sentence ?? error.message}</p>
    <div class="actions"><button type="button" class="primary" onClick=${retry}>Try again</button>
      <a class="button" href="index.html">All endpoints</a></div></div>`;
};

const Refused = () => html`<${State} is="bad">The token was not accepted.<//> It may be revoked or over.`;

const SignIn = ({ refused, onToken }) => html`<div class="face"><h1>Sign in</h1>
  <p class="lead">${refused ? Refused() : 'This page needs a token of the API.'}</p>
  <form class="row" onSubmit=${submitted((form) => onToken(form.elements.token.value))}>
    <input name="username" autocomplete="username" value="SSL Endpoint" hidden /><label>Token${' '}
      <input id="token" name="token" type="password" autocomplete="current-password" required size="40" /></label>
    <button class="primary">Sign in</button></form>
  <p class="small">The local start prints a link that has it. It stays in this tab until you close it.</p></div>`;

const Skeleton = () => html`<div class="skeleton" role="status"><span class="visually-hidden">Loading</span>
  ${[1, 2, 3].map(() => html`<p aria-hidden="true"></p>`)}</div>`;

/**
 * Runs a page: `load()` gets what it is about, `view()` draws it, `heading` stands there from the first moment.
 * Returns {redraw, reload}. What load() throws has its own face; a call that fails later goes to `fail`.
 */
export function page({ here, heading, load, view }) {
  let face = 'waiting';
  let error = null;
  function redraw() {
    const held = document.activeElement;
    const drawn = html`<${Top} here=${here} /><main id="main" tabindex="-1">${shown()}</main>
      <p id="said" class="visually-hidden" role="status"></p>`;
    render(drawn, document.getElementById('app'));
    // Else the keyboard would begin at the top again.
    if (!held.isConnected) document.getElementById('main').focus({ preventScroll: true });
  }
  function shown() {
    if (face === 'failed' && error.status === 401) return html`<${SignIn} refused=${isSignedIn()} onToken=${enter} />`;
    if (face === 'failed') return html`<${Failure} error=${error} retry=${reload} />`;
    if (face === 'there') return view();
    return html`${heading && html`<div class="head"><div><h1>${heading}</h1></div></div>`}${face === 'slow' && html`<${Skeleton} />`}`;
  }
  function enter(token) {
    signIn(token);
    reload();
  }
  function show(next, what = null) {
    [face, error] = [next, what];
    redraw();
  }
  function fail(what) {
    if (what.status === undefined) throw what;
    show('failed', what);
  }
  async function reload() {
    show('waiting');
    const slow = setTimeout(() => show('slow'), PATIENCE);
    try {
      await load();
      clearTimeout(slow);
      show('there');
    } catch (what) {
      clearTimeout(slow);
      fail(what);
    }
  }
  addEventListener('hashchange', () => adoptToken() && reload()); // a link followed from the page that it leads to
  adoptToken();
  reload();
  return { redraw, reload, fail };
}

/**
 * Asks again and again while the page is looked at: in as many milliseconds as `ask` says, else ever more slowly.
 * Returns {now()}.
 */
export function poll(ask, from = 5_000, to = 60_000) {
  let wait = from;
  let timer = null;
  const next = () => {
    clearTimeout(timer);
    timer = setTimeout(turn, wait);
  };
  async function turn() {
    if (document.hidden) return next();
    wait = (await ask()) || Math.min(to, Math.max(from, wait * 1.5));
    return next();
  }
  const now = () => {
    wait = from;
    clearTimeout(timer);
    return turn();
  };
  document.addEventListener('visibilitychange', () => !document.hidden && timer && now());
  return { now };
}
