// The list of endpoints, from the API beside this page. Data goes into the page as text, never as HTML.

const TOKEN = 'token';
const state = document.querySelector('#state');
const form = document.querySelector('#sign-in');
const table = document.querySelector('#endpoints');

/** Takes the token out of the address, where the local start puts it, so that it is neither kept nor shared. */
function adoptToken() {
  const handed = new URLSearchParams(location.hash.slice(1)).get(TOKEN);
  if (!handed) return;
  sessionStorage.setItem(TOKEN, handed);
  history.replaceState(null, '', location.pathname);
}

/** Returns the JSON at a path of the API; throws an Error with `status` and the API's own sentence. */
async function get(path) {
  const headers = { Authorization: `Bearer ${sessionStorage.getItem(TOKEN) ?? ''}` };
  const answer = await fetch(new URL(`api/${path}`, document.baseURI), { headers });
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.message), { status: answer.status });
  return body;
}

/** Returns one row per app: its endpoint, or the sentence that it has none yet. */
async function rows() {
  const apps = await get('apps');
  return Promise.all(apps.map(async (app) => {
    const [endpoint] = await get(`apps/${encodeURIComponent(app.name)}/ssl-endpoints`);
    if (!endpoint) return [app.name, '', 'no certificate yet', '', ''];
    const { cert_domains: names, expires_at: expires, trusted } = endpoint.ssl_cert;
    return [app.name, endpoint.cname, names.join(', '), expires, trusted ? 'True' : 'False'];
  }));
}

function show(list) {
  table.tBodies[0].replaceChildren(...list.map((cells) => {
    const row = document.createElement('tr');
    row.append(...cells.map((text) => Object.assign(document.createElement('td'), { textContent: text })));
    return row;
  }));
  table.hidden = list.length === 0;
  state.textContent = list.length ? '' : 'No app yet. The README has the lines that make one.';
}

async function render() {
  form.hidden = true;
  table.hidden = true;
  try {
    show(await rows());
  } catch (error) {
    form.hidden = error.status !== 401;
    state.textContent = error.status ? error.message : 'The API does not answer. Reload this page to try again.';
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN, form.elements.token.value);
  render();
});

adoptToken();
render();
