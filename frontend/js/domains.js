/** Domains: the names of all apps, the record that each needs, and its state. */

import { at, find, get } from './api.js';
import { DomainTable, byName } from './domain-table.js';
import { plural } from './time.js';
import { State, html, page, poll } from './ui.js';
import { certificateOf } from './words.js';

const AT_ONCE = 4; // apps that are looked at
const STEADY = 15_000; // milliseconds
const MOST_APPS = 40; // looked at in one round; those that were looked at longest ago come first

let domains = [];
let certs = new Map();
let sought = '';
let missed = ''; // why the last round found less than all
const looked = new Map(); // when each app was
const checks = new Map();
const watch = poll(look, STEADY);

async function load() {
  const [rows, endpoints] = await Promise.all([get('domains'), get('endpoints')]);
  const zone = (domain) => domain.records[0].zone;
  domains = rows.sort((a, b) => zone(a).localeCompare(zone(b)) || a.hostname.localeCompare(b.hostname));
  certs = new Map(endpoints.map((each) => [each.app.name, each.endpoint && certificateOf(each.endpoint)]));
  watch.now();
}

/** Looks at the apps that have domains, a few at a time. */
async function look() {
  const all = [...new Set(domains.map((domain) => domain.app.name))];
  const apps = all.sort((a, b) => (looked.get(a) ?? 0) - (looked.get(b) ?? 0)).slice(0, MOST_APPS);
  const before = JSON.stringify([...checks.values()]);
  missed = '';
  async function worker() {
    for (let app = apps.shift(); app; app = apps.shift()) {
      looked.set(app, Date.now());
      const found = await find(at('apps', app, 'checks')).catch(miss);
      if (found) for (const [hostname, check] of byName(found)) checks.set(hostname, check);
      redraw();
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return (looked.size < all.length || before !== JSON.stringify([...checks.values()])) && STEADY;
}

function miss(error) {
  if (error.status === 401) fail(error);
  missed = error.message;
}

const Empty = () => html`<div class="head"><div><h1>Domains</h1><p>None yet.</p></div></div>
  <div class="empty"><p class="lead">A domain is a name of your own that leads to one of your apps.
    Add it on the page of an endpoint.</p><a class="button primary" href="index.html">Endpoints</a></div>`;

function seek(event) {
  sought = event.currentTarget.value.trim().toLowerCase();
  redraw();
}

const Head = ({ found }) => html`<div class="head"><div><h1>Domains</h1>
    <p role="status">${sought ? `${found.length} of ${plural(domains.length, 'name')}.` : `${plural(domains.length, 'name')}.`}
      ${missed && html` <${State} is="wait">No answer.<//> ${missed} This page tries again by itself.`}</p></div>
  <div class="tools"><input type="search" aria-label="Filter domains" placeholder="Filter by name or app"
    onInput=${seek} /></div></div>`;

const Table = ({ found }) => html`<${DomainTable} domains=${found} checks=${checks} hasApp=${true}
  certOf=${(domain) => certs.get(domain.app.name)} />`;

function view() {
  if (!domains.length) return html`<${Empty} />`;
  const found = domains.filter((domain) => `${domain.hostname} ${domain.app.name}`.includes(sought));
  return html`<${Head} found=${found} />
    ${found.length ? html`<${Table} found=${found} />` : html`<p class="lead">No domain has that in its name.</p>`}`;
}

const { redraw, fail } = page({ here: 'domains.html', heading: 'Domains', load, view });
