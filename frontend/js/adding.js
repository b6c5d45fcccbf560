/** Adds a name to an app; when another account has it, shows the record that proves whose it is where it was typed. */

import { at, post } from './api.js';
import { Record } from './domain-table.js';
import { Callout, State, html, say, submitted } from './ui.js';

const REFUSAL = /^(.*?) If it is yours, set a TXT record.*repeat this call\.(.*)$/s;

/**
 * Why a name is refused that another account has, and what is known of its record: the API's words without the record,
 * which is drawn beside them.
 */
export const inWords = (message) =>
  REFUSAL.exec(message)
    ?.slice(1)
    .map((part) => part.trim()) ?? [message, ''];

/** A name that another account has: why, what to set, and how to go on. `refusal` is the API's, with its `record`. */
export const Taken = ({ refusal, isBusy, onRetry }) => {
  const [why, now] = inWords(refusal.message);
  return html`<div class="taken" role="alert"><p><${State} is="bad">Taken.<//> ${why}</p>
    <p>If it is yours, set this record in the zone ${refusal.record.zone}, and try again. It can go once the name is here.</p>
    <p><${Record} record=${refusal.record} /></p>
    ${now && html`<p class="why">${now}</p>`}
    <p><button type="button" class="primary" aria-disabled=${isBusy} onClick=${onRetry}>Try again</button></p></div>`;
};

/** Adds names to an app. Returns {toggle(), isOpen(), view}; `onAdded()` is called, and waited for, when there is one more. */
export function adding({ app, redraw, onAdded, onSignedOut }) {
  let isOpen = false;
  let isBusy = false;
  let refusal = null; // of the last name
  let last = '';

  async function add(hostname) {
    if (isBusy) return;
    const before = refusal?.message;
    [isBusy, last] = [true, hostname];
    redraw();
    try {
      await post(at('apps', app, 'domains'), { hostname });
      [isOpen, refusal] = [false, null];
      say(`${hostname} is added`);
      await onAdded();
    } catch (error) {
      if (error.status === 401) onSignedOut(error);
      else refusal = error;
      if (error.message === before) say('Not yet'); // a screen reader does not repeat what stands there already
    }
    isBusy = false;
    redraw();
  }

  function toggle() {
    [isOpen, refusal] = [!isOpen, null];
    redraw();
  }

  const Refused = () =>
    refusal.record
      ? html`<${Taken} refusal=${refusal} isBusy=${isBusy} onRetry=${() => add(last)} />`
      : html`<${Callout}><p>${refusal.message}</p><//>`;

  const view = () =>
    isOpen &&
    html`<form class="row" onSubmit=${submitted((form) => add(form.elements.hostname.value.trim()))}>
      <label>Name<input name="hostname" required placeholder="www.example.com" autocapitalize="off" spellcheck=${false} />
      </label><button class="primary" aria-disabled=${isBusy}>Add</button></form>
    ${refusal && html`<${Refused} />`}`;
  return { toggle, isOpen: () => isOpen, view };
}
