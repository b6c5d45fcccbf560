/** The API beside this page, and the token that opens it: in sessionStorage, and nowhere else. */

const TOKEN = 'token';
const PATIENCE = 30_000; // milliseconds

/**
 * What the API refused: `status` (0 when it did not answer at all), `id`, a sentence as `message`, and the `record` that
 * would mend it, if one does.
 */
export class Refusal extends Error {
  constructor(status, id, message, record = null) {
    super(message);
    Object.assign(this, { status, id, record });
  }
}

/**
 * Takes the token out of the address, where the local start puts it, so that it is neither kept nor shared; returns
 * whether there was one.
 */
export function adoptToken() {
  const handed = new URLSearchParams(location.hash.slice(1)).get(TOKEN);
  if (!handed) return false;
  signIn(handed);
  history.replaceState(null, '', location.pathname + location.search);
  return true;
}

export const signIn = (token) => sessionStorage.setItem(TOKEN, token.trim());
export const isSignedIn = () => Boolean(sessionStorage.getItem(TOKEN));

/** Waits for a module that a page imports when it wants it; throws a Refusal if it does not come. */
export async function arrived(module) {
  try {
    return await module;
  } catch {
    throw new Refusal(0, 'unreachable', 'The server does not answer. Try again when it does.');
  }
}

/** Writes a path of the API: at('apps', 'docs') is apps/docs. */
export const at = (...parts) => parts.map(encodeURIComponent).join('/');

export const get = (path) => call('GET', path);
export const post = (path, body) => call('POST', path, body);
export const patch = (path, body) => call('PATCH', path, body);
export const remove = (path) => call('DELETE', path);

/** Returns the first rows of a list, at most so many. */
export const first = async (path, most) => (await read(await send('GET', path, undefined, `id ..; max=${most}`))).value;

/** Returns what is at a path, or undefined if there is no such thing. */
export async function find(path) {
  try {
    return await get(path);
  } catch (error) {
    if (error.status === 404) return undefined;
    throw error;
  }
}

/** Returns a piece of a list, and the range of the next one, or nothing if it is the last: {rows, next}. */
export async function piece(path, range) {
  const { value, next } = await read(await send('GET', path, undefined, range));
  return { rows: value, next };
}

/** Returns the JSON that the API answers; throws a Refusal. A list comes whole, in however many pieces. */
async function call(method, path, body) {
  const rows = [];
  for (let range = null; ;) {
    const { value, next } = await read(await send(method, path, body, range));
    range = next;
    if (!range && !rows.length) return value;
    rows.push(...value);
    if (!range) return rows;
  }
}

/** Returns what an answer says, and what range comes next in a list. */
async function read(answer) {
  const value = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    const message = value.message ?? `The API answered ${answer.status}.`;
    throw new Refusal(answer.status, value.id, message, value.record);
  }
  return { value, next: answer.status === 206 && answer.headers.get('Next-Range') };
}

async function send(method, path, body, range) {
  const headers = { Authorization: `Bearer ${sessionStorage.getItem(TOKEN) ?? ''}` };
  if (body) headers['Content-Type'] = 'application/json';
  if (range) headers.Range = range;
  try {
    return await fetch(new URL(`api/${path}`, document.baseURI), {
      method,
      headers,
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    throw new Refusal(0, 'unreachable', 'The API does not answer.');
  }
}
