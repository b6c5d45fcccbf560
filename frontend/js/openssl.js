/** openssl command lines for the fields of the form. Pure. */

export const SYSTEMS = [
  { id: 'mac', name: 'macOS', install: 'brew install openssl' },
  { id: 'debian', name: 'Debian, Ubuntu', install: 'sudo apt-get install openssl' },
  { id: 'fedora', name: 'Fedora', install: 'sudo dnf install openssl' },
  {
    id: 'windows',
    name: 'Windows',
    install: 'winget install Git.Git',
    note: 'Git for Windows brings openssl along: use its Git Bash.',
  },
];

export const KEY_TYPES = [
  {
    id: 'P-256',
    name: 'ECDSA P-256',
    why: 'small, fast, taken by every authority',
    newkey: 'ec -pkeyopt ec_paramgen_curve:P-256',
  },
  { id: 'RSA-2048', name: 'RSA 2048', why: 'for very old clients', newkey: 'rsa:2048' },
  { id: 'P-384', name: 'ECDSA P-384', why: 'where a rule asks for it', newkey: 'ec -pkeyopt ec_paramgen_curve:P-384' },
  { id: 'RSA-4096', name: 'RSA 4096', why: 'slow: each handshake costs several times more', newkey: 'rsa:4096' },
];

/** Which system a browser runs on, to begin with. */
export function likelySystem(platform) {
  if (/mac|iphone|ipad/i.test(platform)) return 'mac';
  return /win/i.test(platform) ? 'windows' : 'debian';
}

/** Quotes for a POSIX shell, if there is need. */
export const quote = (text) => (/^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** -subj wants / and \ and + escaped. */
const escaped = (value) => value.replace(/[\\/+]/g, '\\$&');

/** Returns the subject's fields in the order in which openssl writes them: [['C', 'US'], …, ['CN', …]]. */
export function subject({ country, state, city, organisation, unit }, commonName) {
  const fields = [
    ['C', country?.toUpperCase()],
    ['ST', state],
    ['L', city],
    ['O', organisation],
    ['OU', unit],
    ['CN', commonName],
  ];
  return fields.map(([name, value]) => [name, value?.trim()]).filter(([, value]) => value);
}

/** The command that makes a key and a request (or, for staging, a self-signed certificate) for names {type, value}. */
export function request({ names, organisation = {}, keyType = 'P-256', days = null, system = 'debian' }) {
  const { newkey } = KEY_TYPES.find((each) => each.id === keyType);
  const subj = subject(organisation, names[0]?.value ?? '')
    .map(([name, value]) => `/${name}=${escaped(value)}`)
    .join('');
  const san = names.map(({ type, value }) => `${type === 'ip' ? 'IP' : 'DNS'}:${value}`).join(',');
  const how = days ? `-x509 -days ${days}` : '-new';
  const out = days ? 'server.crt' : 'server.csr';
  const shell = system === 'windows' ? 'MSYS_NO_PATHCONV=1 ' : ''; // or Git Bash takes /C=US for a path
  const files = `-nodes -keyout server.key -out ${out}`;
  const fields = `-subj ${quote(subj)} -addext ${quote(`subjectAltName=${san}`)}`;
  return `${shell}openssl req ${how} -newkey ${newkey} ${files} ${fields}`;
}

/** The command that takes a password off a key. */
export const unlock = (file) => `openssl pkey -in ${quote(file)} -out server.key`;

/** The commands that take a PKCS#12 file apart. */
export const takeApart = (file) => `openssl pkcs12 -in ${quote(file)} -nodes -out server.pem`;
