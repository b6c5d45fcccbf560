/** Names of hosts: their written form, which certificate's names cover them, and the record that points one here. Pure. */

const LONGEST = 253; // RFC 1035 section 2.3.4
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const IPV4 = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;

/** Cuts what people type or paste into names: by spaces, commas and lines. */
export const split = (text) => text.split(/[\s,;]+/).filter(Boolean);

/** Reads one name for a certificate: {type: 'dns' | 'ip', value} in A-labels, or {problem}. A wildcard may stand in front. */
export function read(text) {
  const typed = text.trim();
  const bare = typed.replace(/^\*\./, '');
  if (IPV4.test(typed)) return { type: 'ip', value: typed };
  const address = typed.replace(/^\[|\]$/g, '');
  if (/^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(address)) return ipv6(address, typed);
  if (/[/:@]/.test(typed)) return { problem: `${typed} is not a hostname: leave out the scheme, port and path.` };
  if (typed.endsWith('.')) return { problem: `${typed} ends with a dot; write it without.` };
  if (bare.includes('*'))
    return { problem: `${typed}: a wildcard stands for the whole first part, as in *.example.com.` };
  const ascii = aLabels(bare);
  if (!ascii || ascii.length > LONGEST || !ascii.split('.').every((label) => LABEL.test(label)))
    return { problem: `${typed} is not a hostname.` };
  if (!ascii.includes('.')) return { problem: `${typed} is not a full name: write one such as www.example.com.` };
  if (/^\d+$/.test(ascii.split('.').at(-1))) return { problem: `${typed} is not a hostname.` };
  return { type: 'dns', value: (typed.startsWith('*.') ? '*.' : '') + ascii };
}

/** IDN → A-labels by the browser's own rules (UTS #46); empty for what is no name. */
function aLabels(name) {
  try {
    return new URL(`https://${name}`).hostname;
  } catch {
    return '';
  }
}

function ipv6(address, typed) {
  try {
    return { type: 'ip', value: new URL(`https://[${address}]`).hostname.slice(1, -1) };
  } catch {
    return { problem: `${typed} is not an address.` };
  }
}

/** Tells whether a certificate's name covers a host's (RFC 6125 section 6.4.3): a wildcard is exactly one label. */
export function covers(pattern, name) {
  const [by, host] = [pattern.toLowerCase(), name.toLowerCase()];
  if (by === host) return true;
  if (!by.startsWith('*.') || host.includes('*')) return false;
  return host.includes('.') && host.slice(host.indexOf('.') + 1) === by.slice(2);
}

/** The hosts that none of a certificate's names covers. */
export const uncovered = (names, hosts) => hosts.filter((host) => !names.some((name) => covers(name, host)));

/** What a wildcard, a root domain and a sub-domain certificate do not cover: the article's advice about the names typed. */
export function advice(names) {
  const wild = names.filter((name) => name.startsWith('*.'));
  const root = wild.map((name) => name.slice(2)).find((name) => !names.includes(name));
  if (root) return `*.${root} covers one level below ${root}, and not ${root} itself: add it if you serve it.`;
  const bare = names.find((name) => name.split('.').length === 2);
  if (bare && !names.includes(`www.${bare}`) && !names.includes(`*.${bare}`))
    return `${bare} does not cover www.${bare}: add it if you serve it.`;
  const www = names.find((name) => name.startsWith('www.') && !names.includes(name.slice(4)));
  if (www) return `${www} does not cover ${www.slice(4)}: add it if you serve it.`;
  return '';
}

/** What providers call a record that works like a CNAME at a zone's root. */
export const APEX_NAMES = [
  ['Cloudflare', 'CNAME (flattened)'],
  ['Amazon Route 53', 'Alias A record'],
  ['DNSimple', 'ALIAS'],
  ['DNS Made Easy', 'ANAME'],
  ['Namecheap', 'ALIAS'],
  ['Gandi', 'ALIAS'],
  ['Porkbun', 'ALIAS'],
  ['Azure DNS', 'Alias record set'],
  ['OVHcloud', 'none: use another provider for the root'],
];
