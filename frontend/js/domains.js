/** Domains: the names of all apps, the record that each needs, and its state. */

import { at, find, get } from './api.js';
import { DomainTable, byName } from './domain-table.js';
import { plural } from './time.js';
import { html, page, poll } from './ui.js';
import { certificateOf } from './words.js';

const AT_ONCE = 4; // apps that are looked at
const STEADY = 15_000; // milliseconds
const MOST_APPS = 40; // looked at by themselves; the others' states are on their own pages

let domains = [];
let certs = new Map();
let sought = '';
const checks = new Map();
const watch = poll(look, STEADY);

async function load() {
  const [rows, endpoints] = await Promise.all([get('domains'), get('endpoints')]);
  domains = rows.sort((a, b) => a.records[0].zone.localeCompare(b.records[0].zone) || a.hostname.localeCompare(b.hostname));
  certs = new Map(endpoints.map((each) => [each.app.name, each.endpoint && certificateOf(each.endpoint)]));
  watch.now();
}

/** Looks at each app that has domains, a few at a time. */
async function look() {
  const apps = [...new Set(domains.map((domain) => domain.app.name))].slice(0, MOST_APPS);
  const before = JSON.stringify([...checks.values()]);
  async function worker() {
    for (let app = apps.shift(); app; app = apps.shift()) {
      const found = await find(at('apps', app, 'checks')).catch(() => null);
      if (found) for (const [hostname, check] of byName(found)) checks.set(hostname, check);
      redraw();
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return before !== JSON.stringify([...checks.values()]) && STEADY;
}

function view() {
  if (!domains.length) {
    return html`<div class="head"><div><h1>Domains</h1><p>None yet.</p></div></div><div class="empty"><p class="lead">A domain is a name of your own that leads to one of your apps. Add it on the page of an endpoint.</p><a class="button primary" href="index.html">Endpoints</a></div>`;
  }
  const found = domains.filter((domain) => `${domain.hostname} ${domain.app.name}`.includes(sought));
  return html`<div class="head"><div><h1>Domains</h1><p role="status">${sought ? `${found.length} of ${plural(domains.length, 'name')}.` : `${plural(domains.length, 'name')}.`}</p></div>
    <div class="tools"><input type="search" aria-label="Filter domains" placeholder="Filter by name or app" onInput=${(event) => { sought = event.currentTarget.value.trim().toLowerCase(); redraw(); }} /></div></div>
    ${found.length ? html`<${DomainTable} domains=${found} checks=${checks} certOf=${(domain) => certs.get(domain.app.name)} hasApp=${true} />` : html`<p class="lead">No domain has that in its name.</p>`}`;
}

const { redraw } = page({ here: 'domains.html', heading: 'Domains', load, view });
