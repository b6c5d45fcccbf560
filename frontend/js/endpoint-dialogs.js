/** What one endpoint's page asks before it changes what is served. */

import { Callout, Dialog, closeDialog, html, submitted } from './ui.js';
import { difference } from './versions.js';
import { certificateOf, listed } from './words.js';

const Cancel = () => html`<button type="button" onClick=${closeDialog}>Keep it</button>`;

export const Problem = ({ problem }) => problem && html`<${Callout}><p>${problem}</p><//>`;

const Actions = ({ busy, name, is = 'danger', onDo }) => html`<div class="actions">
  <button type="button" class=${is} aria-disabled=${Boolean(busy)} onClick=${onDo}>${name}</button><${Cancel} /></div>`;

const RollBack = ({ of: { endpoint, dialog, problem, busy }, actions }) => {
  const differences = difference(certificateOf(endpoint), certificateOf(dialog.version));
  return html`<${Dialog} title=${`Roll back to version ${dialog.version.version}`} onClose=${actions.close}>
    <dl class="facts">${differences.map(([what, how]) => html`<dt>${what}</dt><dd>${how}</dd>`)}</dl>
    <${Problem} problem=${problem} />
    <${Actions} busy=${busy} name="Roll back" is="primary" onDo=${actions.rollBack} /><//>`;
};

const Remove = ({ of: { app, dialog, domains, addon, problem, busy }, actions }) => {
  const hosts = domains.map((each) => each.hostname);
  const who = hosts.length ? listed(hosts, 6) : dialog.cname;
  const isMeant = dialog.typed === app;
  const type = (event) => actions.type(event.currentTarget.value.trim());
  return html`<${Dialog} title="Remove the certificate" onClose=${actions.close}>
    <p>The edge stops serving it for ${who}. Their users get an error from then on.
      ${' '}The hostname stays reserved${addon && ', and costs go on, until the add-on is removed too'}.</p>
    <form onSubmit=${submitted(() => isMeant && actions.removeEndpoint())}>
      <div class="row"><label>Write ${app} to confirm<input name="app" autocomplete="off" autocapitalize="off"
        spellcheck=${false} onInput=${type} /></label></div>
      <${Problem} problem=${problem} />
      <div class="actions"><button class="danger" disabled=${!isMeant} aria-disabled=${Boolean(busy)}>Remove</button>
        <${Cancel} /></div></form><//>`;
};

const RemoveAddon = ({ of: { dialog, problem, busy }, actions }) => html`<${Dialog} title="Remove the add-on"
  onClose=${actions.close}><p>Its hostname ${dialog.hostname} is given up, and is never given out again.</p>
  <${Problem} problem=${problem} />
  <${Actions} busy=${busy} name="Remove the add-on" onDo=${actions.removeAddon} /><//>`;

const RemoveDomain = ({ of: { app, dialog, problem, busy }, actions }) => html`<${Dialog}
  title=${`Remove ${dialog.domain.hostname}`} onClose=${actions.close}>
  <p>The edge no longer passes its requests to ${app}.</p><${Problem} problem=${problem} />
  <${Actions} busy=${busy} name="Remove" onDo=${() => actions.removeDomain(dialog.domain)} /><//>`;

const DIALOGS = { rollback: RollBack, remove: Remove, addon: RemoveAddon, domain: RemoveDomain };

/** Draws the dialog of a page's state, if there is one. */
export const Question = ({ of, actions }) =>
  of.dialog && html`<${DIALOGS[of.dialog.kind]} of=${of} actions=${actions} />`;

/** Closes a dialog, which gives the focus back to where it was. */
export const closeAny = () => document.querySelector('dialog')?.close();
