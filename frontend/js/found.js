/** What a look at a domain found, as facts to show. Pure. */

import { lasting } from './time.js';

/** What DNS says: [what, lines that a machine reads, words beside them] of each fact. */
export function dnsFacts({ found, expected, ttl, zone, caa }) {
  const addresses = found.addresses.map((each) => (found.private.includes(each) ? `${each} (private)` : each));
  const there = [...found.aliases.map((each) => `CNAME ${each}`), ...addresses];
  return [
    ['Found', there, there.length ? '' : 'No record.'],
    ['Expected', [expected.target, ...expected.addresses], ''],
    ['Remembered', [], ttl ? `For up to ${lasting(ttl)} more.` : ''],
    ['Zone', zone ? [zone.name] : [], zone ? zone.provider && `at ${zone.provider}` : 'Nobody says.'],
    ['Servers', zone?.nameservers ?? [], ''],
    ['CAA', [], caa?.sentence ?? 'Nobody says.'],
  ].filter(([, lines, words]) => lines.length || words);
}

/** What the edge showed in a handshake: [what, is, words] of each fact, where `is` is a state or nothing. */
export function tlsFacts({ version, complete, covered, verified, protocol, cipher }) {
  if (!protocol) return [];
  return [
    ['Served', '', version ? `Version ${version}` : 'None of your versions'],
    ['Chain', complete ? 'ok' : 'bad', complete ? 'Complete' : 'An intermediate is missing'],
    ['Name', covered ? 'ok' : 'bad', covered ? 'Covered' : 'Not covered'],
    ['Trust', verified ? 'ok' : complete ? 'idle' : 'bad', verified ? 'Verified' : 'Not verified'],
    ['Protocol', '', `${protocol}, ${cipher}`],
  ];
}
