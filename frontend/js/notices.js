/** Who is told when the certificate of an endpoint is about to expire, by which channels, and what was sent. */

import { KINDS, VERIFY, deliveryState, kindName, news, stageName } from './channels.js';
import { MOST, deliveries, noticing, stateOf } from './notices-state.js';
import { day, exact, stamp } from './time.js';
import { Callout, Command, Cross, Dialog, State, closeDialog, html, say, submitted } from './ui.js';

const named = (channel) => `${kindName(channel.kind)} to ${channel.target}`;
const focus = (id) => document.getElementById(id)?.focus();

/**
 * Returns {load(), look(), view({now}), callout(), reminders()}.
 *
 * `app` is its name, `endpoint()` what the API says of its endpoint; `onChange()` loads anew what the page is about, this
 * included; `onSignedOut(refusal)` gets a 401.
 */
export function notices({ app, endpoint, ...more }) {
  const state = noticing({ app, endpoint, ...more });
  const actions = actionsOf(state);
  /** The reminders that are still to come; none where nobody is told. */
  const reminders = () => (state.get().channels.length ? (endpoint().reminders ?? []) : []);
  const about = () => ({ app, muted: endpoint().muted, next: reminders()[0] });
  const view = ({ now }) => html`<${Notices} of=${{ ...state.get(), ...about() }} actions=${actions} now=${now} />`;
  const callout = () => html`<${Failing} channels=${state.get().channels.filter((each) => each.failing)} />`;
  return { load: state.load, look: state.look, view, callout, reminders };
}

/** What the buttons do: the state's actions, after which the focus is put where one goes on, and what was done is said. */
function actionsOf({ get, change, ...state }) {
  function toggle() {
    const isAdding = !get().isAdding;
    change({ isAdding, problem: '', kind: 'email' });
    focus(isAdding ? 'kind' : 'add-channel');
  }
  async function add({ elements: { target, scope } }) {
    const added = await state.add(get().kind, target.value.trim(), scope.value);
    if (!added) return;
    say('Added');
    focus(added.secret ? 'secret' : `test-${added.id}`);
  }
  async function take() {
    if (!(await state.take())) return;
    document.querySelector('dialog')?.close();
    stay();
    say('Removed');
    focus('add-channel');
  }
  async function test(channel) {
    const isSent = await state.test(channel);
    const { word, why } = stateOf(get(), channel, new Date());
    if (isSent || get().refused) say(`${word}. ${why}`);
  }
  async function mute(muted) {
    if (await state.mute(muted)) say(muted ? 'Muted' : 'No longer muted');
  }
  function keep() {
    change({ made: null });
    focus('add-channel');
  }
  const ask = (leaving) => change({ leaving, problem: '' });
  const stay = () => change({ leaving: null });
  return { toggle, choose: (kind) => change({ kind }), add, take, test, mute, keep, ask, stay };
}

function Notices({ of, actions, now }) {
  const isEmpty = !of.channels.length;
  return html`<section class="panel notices" aria-labelledby="notices">
    <${Head} of=${of} actions=${actions} isEmpty=${isEmpty} />
    ${of.muted && html`<${Muted} />`}
    ${isEmpty && !of.muted && html`<p class="small">Nobody is told when this certificate is about to expire.</p>`}
    ${of.isAdding && html`<${Add} of=${of} actions=${actions} />`}
    ${!of.leaving && html`<${Problem} problem=${of.problem} />`}
    ${of.made && html`<${Secret} made=${of.made} onKept=${actions.keep} />`}
    ${!isEmpty && html`<${Channels} of=${of} actions=${actions} now=${now} />`}<${Log} of=${of} now=${now} />
    ${of.leaving && html`<${Leave} of=${of} actions=${actions} />`}</section>`;
}

const Problem = ({ problem }) => problem && html`<${Callout}><p>${problem}</p><//>`;

function Head({ of: { muted, busy, isAdding, next }, actions, isEmpty }) {
  function switched(event) {
    event.currentTarget.checked = muted; // it shows what is so, not what is asked for
    actions.mute(!muted);
  }
  const coming = next && `The next one goes out on ${day(next.at)}: ${stageName(next.stage)}.`;
  return html`<header><h2 id="notices" tabindex="-1">Notices</h2><p>${coming}</p>
    <label class="switch"><input type="checkbox" role="switch" checked=${muted} aria-disabled=${Boolean(busy)}
      onChange=${switched} /> Mute</label>
    <button type="button" id="add-channel" class=${isEmpty && !isAdding ? '' : 'quiet'} aria-expanded=${isAdding}
      onClick=${actions.toggle}>Add a channel</button></header>`;
}

const Muted = () => html`<${Callout} is="soon"><p><${State} is="soon">Muted.<//> Nobody is told when this certificate,
  or a later one here, is about to expire. Other news still goes out.</p><//>`;

const Add = ({ of: { app, kind, busy }, actions }) => html`<form class="row" aria-label="Add a channel"
  onSubmit=${submitted(actions.add)}>
  <label>Channel<select id="kind" name="kind" value=${kind} onChange=${(event) => actions.choose(event.currentTarget.value)}>
    ${Object.entries(KINDS).map(([each, { name }]) => html`<option value=${each}>${name}</option>`)}</select></label>
  <label class="wide">${KINDS[kind].target}<input name="target" required placeholder=${KINDS[kind].example}
    inputmode=${KINDS[kind].mode} autocomplete="off" autocapitalize="off" spellcheck=${false} /></label>
  <label>Told of<select name="scope"><option value="app">${app} only</option>
    <option value="account">all apps of the account</option></select></label>
  <div class="actions"><button class="primary" aria-disabled=${Boolean(busy)}>Add</button>
    <button type="button" onClick=${actions.toggle}>Cancel</button></div></form>`;

const Channels = ({ of, actions, now }) => html`<table class="channels">
  <caption class="visually-hidden">Channels by which people are told</caption>
  <thead><tr><th scope="col">Channel</th><th scope="col">To</th><th scope="col">Last notice</th>
    <th class="act"><span class="visually-hidden">Test and remove</span></th></tr></thead>
  <tbody>${of.channels.map(
    (each) => html`<${Channel} key=${each.id} channel=${each} busy=${of.busy} actions=${actions}
    state=${stateOf(of, each, now)} />`,
  )}</tbody></table>`;

const Channel = ({ channel, busy, state: { is, word, why }, actions }) => html`<tr>
  <td>${kindName(channel.kind)}${!channel.app && html`<span class="small">for all apps</span>`}</td>
  <td class="mono">${channel.target}</td>
  <td><${State} is=${is}>${word}<//>${why && html`<p class="why">${why}</p>`}</td>
  <td class="act"><button type="button" id=${`test-${channel.id}`} aria-label=${`Send a test: ${named(channel)}`}
      aria-disabled=${Boolean(busy)} onClick=${() => actions.test(channel)}>Send a test</button>
    <button type="button" class="copy gone" aria-label=${`Remove ${named(channel)}`} title="Remove"
      onClick=${() => actions.ask(channel)}><${Cross} /></button></td></tr>`;

const Verify = () => html`<details class="terminal"><summary>How to verify a notice</summary>
  <p class="small">Each notice has the headers <code>webhook-id</code>, <code>webhook-timestamp</code>
    ${' '}and <code>webhook-signature</code> of Standard Webhooks; a repetition has the same id.
    Libraries for it take the secret as it is. In Python:</p><pre tabindex="0">${VERIFY}</pre></details>`;

const Secret = ({ made: { target, secret }, onKept }) => html`<div class="callout idle-soft secret">
  <div><h3 id="secret" tabindex="-1">The webhook’s secret is shown only now</h3>
    <p>Keep it where the receiver at ${target} reads it: every notice is signed with it.</p>
    <${Command} text=${secret} what="secret" /><${Verify} /></div>
  <button type="button" onClick=${onKept}>I have kept it</button></div>`;

function Log({ of, now }) {
  const sent = deliveries(of);
  if (!sent.length) return null;
  return html`<details class="terminal sent"><summary>What was sent</summary>
    <ol class="deliveries">${sent.map((each) => html`<${Sent} key=${each.id} each=${each} now=${now} />`)}</ol>
    ${of.log.length >= MOST && html`<p class="small">These are the latest ${of.log.length}.</p>`}</details>`;
}

const To = ({ kind, target }) => html`${kindName(kind)} to <span class="mono">${target}</span>`;

const Sent = ({ each, now }) => {
  const { is, word, why } = deliveryState(each, now);
  const { created_at: when, channel, attempts } = each;
  return html`<li><time datetime=${when} title=${exact(when)}>${stamp(when, now)}</time>
    <div><span>${news(each)}</span> <span class="small"><${To} kind=${channel.kind} target=${channel.target} /></span>
      ${attempts.map((tried) => html`<p class="why">${stamp(tried.at, now)}: ${tried.outcome}</p>`)}</div>
    <div><${State} is=${is}>${word}<//>${why && html`<p class="why">${why}</p>`}</div></li>`;
};

const Leave = ({ of: { app, leaving, problem, busy }, actions }) => html`<${Dialog} title=${`Remove ${named(leaving)}`}
  onClose=${actions.stay}>
  <p>${
    leaving.app
      ? `Nobody is told by it any more what happens to ${app}.`
      : 'It is for all apps of the account: nobody is told by it any more what happens to any of them.'
  }</p>
  <${Problem} problem=${problem} />
  <div class="actions">
    <button type="button" class="danger" aria-disabled=${Boolean(busy)} onClick=${actions.take}>Remove</button>
    <button type="button" onClick=${closeDialog}>Keep it</button></div><//>`;

/** What has to be known at the top of the page: channels that cannot be reached. */
const Failing = ({ channels }) =>
  channels.length > 0 &&
  html`<div class="failing"><${Callout}><div class="lines">
  ${channels.map(
    (each) => html`<p key=${each.id}><${State} is="bad">Notices do not arrive.<//>${' '}
    ${named(each)}: ${each.failing}</p>`,
  )}</div><a class="button" href="#notices">See notices</a><//></div>`;
