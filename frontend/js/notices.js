/** Who is told when the certificate of an endpoint is about to expire, by which channels, and what was sent. */

import { at, first, get, patch, post, remove } from './api.js';
import { KINDS, VERIFY, channelState, deliveryState, kindName, news, stageName } from './channels.js';
import { day, exact, stamp } from './time.js';
import { Callout, Command, Dialog, State, closeDialog, html, say } from './ui.js';

const MOST = 50; // deliveries that are shown

/** Where a channel is in the API: with its app, or with the account. */
const placeOf = (app, channel, ...more) => channel.app ? at('apps', app, 'channels', channel.id, ...more) : at('account', 'channels', channel.id, ...more);
const named = (channel) => `${kindName(channel.kind)} to ${channel.target}`;
const focus = (id) => document.getElementById(id)?.focus();

/**
 * Returns {load(), look(), view({now}), callout(), reminders()}.
 *
 * `app` is its name, `endpoint()` what the API tells of its endpoint; `onChange()` loads anew what the page is about, this
 * included; `onSignedOut(refusal)` gets a 401.
 */
export function notices({ app, endpoint, redraw, onChange, onSignedOut }) {
  let channels = [];
  let log = []; // what was sent of the app, the latest first
  let tests = []; // that this page sent: those of the account's channels are in no log of the app
  let kind = 'email';
  let isAdding = false;
  let busy = ''; // what is being done: a word, or the id of the channel that is tried
  let problem = '';
  let refused = null; // {id, message}: the test that was not sent
  let made = null; // a webhook with its secret, until one has it
  let asked = null; // the channel that is to be removed

  async function load() {
    [channels, log] = await Promise.all([get(at('apps', app, 'channels')), first(at('apps', app, 'deliveries'), MOST)]);
  }

  const deliveries = () => [...tests.filter((test) => !log.some((each) => each.id === test.id)), ...log].sort((a, b) => new Date(b.created_at) - new Date(a.created_at));

  /** Looks what came of what was on its way. */
  async function look() {
    if (busy || !log.some((each) => each.state === 'pending')) return;
    await load().catch(() => null); // the page's own looks tell when the API does not answer
    redraw();
  }

  /** Does one thing at a time; tells whether it was done. */
  async function attempt(what, action, onRefusal = (error) => { problem = error.message; }) {
    if (busy) return false;
    [busy, problem] = [what, ''];
    redraw();
    let isDone = true;
    try {
      await action();
    } catch (error) {
      isDone = false;
      if (error.status === 401) onSignedOut(error);
      else onRefusal(error);
    }
    busy = '';
    redraw();
    return isDone;
  }

  function toggle() {
    [isAdding, problem, kind] = [!isAdding, '', 'email'];
    redraw();
    if (isAdding) focus('kind');
  }

  async function add(form) {
    const body = { kind, target: form.elements.target.value.trim() };
    const path = form.elements.scope.value === 'account' ? at('account', 'channels') : at('apps', app, 'channels');
    let added;
    if (!await attempt('add', async () => { added = await post(path, body); isAdding = false; await onChange(); })) return;
    made = added.secret ? added : made;
    redraw();
    say('Added');
    focus(added.secret ? 'secret' : `test-${added.id}`);
  }

  async function take() {
    const channel = asked;
    if (!await attempt('remove', async () => { await remove(placeOf(app, channel)); await onChange(); })) return;
    if (made?.id === channel.id) made = null;
    document.querySelector('dialog')?.close();
    asked = null;
    redraw();
    say('Removed');
    focus('add-channel');
  }

  async function test(channel) {
    refused = null;
    const onRefusal = (error) => { refused = { id: channel.id, message: error.message }; };
    const isDone = await attempt(channel.id, async () => {
      const sent = await post(placeOf(app, channel, 'test'));
      channels = await get(at('apps', app, 'channels'));
      tests = [sent, ...tests];
    }, onRefusal);
    const { word, why } = isDone ? stateOf(channel, new Date()) : { word: 'Not sent.', why: refused?.message };
    if (isDone || refused) say(`${word}. ${why}`);
  }

  const mute = (muted) => attempt('mute', async () => { await patch(at('apps', app, 'ssl-endpoints', endpoint().name), { muted }); await onChange(); say(muted ? 'Muted' : 'No longer muted'); });

  function stateOf(channel, now) {
    if (busy === channel.id) return { is: 'wait', word: 'Sending a test', why: '' };
    if (refused?.id === channel.id) return { is: 'bad', word: 'Test not sent', why: refused.message };
    return channelState(channels.find((each) => each.id === channel.id) ?? channel, deliveries(), now);
  }

  const Problem = () => problem && html`<${Callout}><p>${problem}</p><//>`;

  const Channel = ({ channel, now }) => {
    const { is, word, why } = stateOf(channel, now);
    return html`<tr><td>${kindName(channel.kind)}${!channel.app && html`<span class="small">for all apps</span>`}</td>
      <td class="mono">${channel.target}</td>
      <td><${State} is=${is}>${word}<//>${why && html`<p class="why">${why}</p>`}</td>
      <td class="act"><button type="button" id=${`test-${channel.id}`} aria-label=${`Send a test: ${named(channel)}`} aria-disabled=${Boolean(busy)} onClick=${() => test(channel)}>Send a test</button>
        <button type="button" class="copy gone" aria-label=${`Remove ${named(channel)}`} title="Remove" onClick=${() => { [asked, problem] = [channel, '']; redraw(); }}><svg viewBox="0 0 16 16" class="line" aria-hidden="true"><path d="M4 4l8 8m0-8l-8 8" /></svg></button></td></tr>`;
  };

  const Channels = ({ now }) => html`<table class="channels"><caption class="visually-hidden">Channels by which people are told</caption>
    <thead><tr><th scope="col">Channel</th><th scope="col">To</th><th scope="col">Last notice</th><th class="act"><span class="visually-hidden">Test and remove</span></th></tr></thead>
    <tbody>${channels.map((channel) => html`<${Channel} key=${channel.id} channel=${channel} now=${now} />`)}</tbody></table>`;

  const Add = () => html`<form class="row" aria-label="Add a channel" onSubmit=${(event) => { event.preventDefault(); add(event.currentTarget); }}>
    <label>Channel<select id="kind" name="kind" value=${kind} onChange=${(event) => { kind = event.currentTarget.value; redraw(); }}>${Object.entries(KINDS).map(([each, { name }]) => html`<option value=${each}>${name}</option>`)}</select></label>
    <label class="wide">${KINDS[kind].target}<input name="target" required placeholder=${KINDS[kind].example} inputmode=${KINDS[kind].mode} autocomplete="off" autocapitalize="off" spellcheck=${false} /></label>
    <label>Told of<select name="scope"><option value="app">${app} only</option><option value="account">all apps of the account</option></select></label>
    <div class="actions"><button class="primary" aria-disabled=${Boolean(busy)}>Add</button><button type="button" onClick=${() => { toggle(); focus('add-channel'); }}>Cancel</button></div></form>`;

  const Secret = () => html`<div class="callout idle-soft secret"><div><h3 id="secret" tabindex="-1">The webhook’s secret is shown only now</h3>
    <p>Keep it where the receiver at ${made.target} reads it: every notice is signed with it.</p><${Command} text=${made.secret} what="secret" />
    <details class="terminal"><summary>How to verify a notice</summary><p class="small">Each notice has the headers <code>webhook-id</code>, <code>webhook-timestamp</code> and <code>webhook-signature</code> of Standard Webhooks; a repetition has the same id. Libraries for it take the secret as it is. In Python:</p><pre tabindex="0">${VERIFY}</pre></details></div>
    <button type="button" onClick=${() => { made = null; redraw(); focus('add-channel'); }}>I have kept it</button></div>`;

  const Sent = ({ each, now }) => {
    const { is, word, why } = deliveryState(each, now);
    return html`<li><time datetime=${each.created_at} title=${exact(each.created_at)}>${stamp(each.created_at, now)}</time>
      <div><span>${news(each)}</span> <span class="small">${kindName(each.channel.kind)} to <span class="mono">${each.channel.target}</span></span>
        ${each.attempts.map((tried) => html`<p class="why">${stamp(tried.at, now)}: ${tried.outcome}</p>`)}</div>
      <div><${State} is=${is}>${word}<//>${why && html`<p class="why">${why}</p>`}</div></li>`;
  };

  const Log = ({ now }) => deliveries().length > 0 && html`<details class="terminal sent"><summary>What was sent</summary>
    <ol class="deliveries">${deliveries().map((each) => html`<${Sent} key=${each.id} each=${each} now=${now} />`)}</ol>${log.length >= MOST && html`<p class="small">These are the latest ${log.length}.</p>`}</details>`;

  function coming() {
    const [next] = reminders();
    return next ? `The next one goes out on ${day(next.at)}: ${stageName(next.stage)}.` : '';
  }

  const Ask = () => html`<${Dialog} title=${`Remove ${named(asked)}`} onClose=${() => { asked = null; redraw(); }}><p>${asked.app ? `Nobody is told by it any more what happens to ${app}.` : 'It is for all apps of the account: nobody is told by it any more what happens to any of them.'}</p><${Problem} />
    <div class="actions"><button type="button" class="danger" aria-disabled=${Boolean(busy)} onClick=${take}>Remove</button><button type="button" onClick=${closeDialog}>Keep it</button></div><//>`;

  function view({ now }) {
    const { muted } = endpoint();
    const isEmpty = !channels.length;
    return html`<section class="panel notices" aria-labelledby="notices"><header><h2 id="notices" tabindex="-1">Notices</h2><p>${coming()}</p>
        <label class="switch"><input type="checkbox" role="switch" checked=${muted} aria-disabled=${Boolean(busy)} onChange=${(event) => { event.currentTarget.checked = muted; mute(!muted); }} /> Mute</label>
        <button type="button" id="add-channel" class=${isEmpty && !isAdding ? '' : 'quiet'} aria-expanded=${isAdding} onClick=${toggle}>Add a channel</button></header>
      ${muted && html`<${Callout} is="soon"><p><${State} is="soon">Muted.<//> Nobody is told when this certificate, or a later one here, is about to expire. Other news still goes out.</p><//>`}
      ${isEmpty && !muted && html`<p class="small">Nobody is told when this certificate is about to expire.</p>`}
      ${isAdding && html`<${Add} />`}${!asked && html`<${Problem} />`}${made && html`<${Secret} />`}
      ${!isEmpty && html`<${Channels} now=${now} />`}<${Log} now=${now} />${asked && html`<${Ask} />`}</section>`;
  }

  /** What has to be known at the top of the page: channels that cannot be reached. */
  function callout() {
    const failing = channels.filter((each) => each.failing);
    return failing.length > 0 && html`<div class="failing"><${Callout}><div class="lines">${failing.map((each) => html`<p key=${each.id}><${State} is="bad">Notices do not arrive.<//> ${named(each)}: ${each.failing}</p>`)}</div><a class="button" href="#notices">See notices</a><//></div>`;
  }

  /** The reminders that are still to come; none where nobody is told. */
  const reminders = () => channels.length ? endpoint().reminders ?? [] : [];

  return { load, look, view, callout, reminders };
}
