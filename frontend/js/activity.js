/** Who changed what of an app, and when. */

import { exact, stamp } from './time.js';
import { html } from './ui.js';
import { happened } from './words.js';

const MOST = 20; // entries that are drawn

/** Fingerprints are for the facts: a log shows their beginning. */
const shortened = (detail) => detail.replace(/\b([0-9a-f]{8})[0-9a-f]{56}\b/g, '$1…');

const Entry = ({ each, now }) => html`<li><time datetime=${each.created_at} title=${exact(each.created_at)}>${stamp(each.created_at, now)}</time><span>${happened(each.action)}${each.detail && html`<span class="small"> ${shortened(each.detail)}</span>`}</span></li>`;

/** Draws the API's activity of an app, the latest first; nothing where there is none. */
export const Activity = ({ activity, now }) => activity.length > 0 && html`<section class="panel" aria-labelledby="log"><header><h2 id="log">Activity</h2></header>
  <ol class="log">${activity.slice(0, MOST).map((each) => html`<${Entry} key=${each.id} each=${each} now=${now} />`)}</ol></section>`;
