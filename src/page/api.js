// API: asks the service, aborts what is out of date, waits where it is busy or gone, and gives problem documents as they are.
const RETRY_SECONDS = [1, 2, 4, 5];
let token = null;

/** Keeps the token in memory, and nowhere else. */
export const useToken = text => { token = text; };

const pause = (seconds, signal) => new Promise((done, failed) => {
  const timer = setTimeout(done, seconds * 1000);
  signal?.addEventListener('abort', () => { clearTimeout(timer); failed(signal.reason); });
});

export class Problem extends Error {
  constructor(document, status) {
    super(document.detail ?? document.title);
    this.document = {...document, status};
  }
}

function headersOf(accept, text) {
  const headers = {Accept: accept};
  if (text !== undefined) headers['Content-Type'] = 'application/json';
  if (token) headers.Authorization = `Bearer ${token}`;
  return headers;
}

async function readProblem(response) {
  try {
    return new Problem(await response.json(), response.status);
  } catch {
    return new Problem({code: 'unknown', title: response.statusText, detail: `status ${response.status}`}, response.status);
  }
}

/** One try: {text}, or {wait: {why, seconds}}; throws a Problem, or the reason of an abort. */
async function tryOnce(path, text, accept, signal, tries) {
  let response;
  try {
    response = await fetch(path, {method: text === undefined ? 'GET' : 'POST', headers: headersOf(accept, text), body: text, signal, credentials: 'omit'});
    if (response.ok) return {text: await response.text()};
  } catch (error) {
    if (signal?.aborted) throw error;
    return {wait: {why: 'gone', seconds: RETRY_SECONDS[Math.min(tries, RETRY_SECONDS.length - 1)]}};
  }
  if (response.status === 503) return {wait: {why: 'busy', seconds: Number(response.headers.get('Retry-After') ?? 1)}};
  if ([502, 504].includes(response.status)) return {wait: {why: 'gone', seconds: RETRY_SECONDS[Math.min(tries, RETRY_SECONDS.length - 1)]}};
  throw await readProblem(response);
}

/**
 * Asks a path, relative to the page, until there is a reply: its text. `onWait` gets {why, seconds} while the page waits,
 * then null. Throws a Problem that waiting does not help.
 */
export async function ask(path, {text, accept = 'application/json', signal, onWait = () => {}} = {}) {
  for (let tries = 0; ; tries++) {
    const result = await tryOnce(path, text, accept, signal, tries);
    if (result.text !== undefined) {
      if (tries > 0) onWait(null);
      return result.text;
    }
    onWait(result.wait);
    await pause(result.wait.seconds, signal);
  }
}

export const askJson = async (path, options) => JSON.parse(await ask(path, options));
