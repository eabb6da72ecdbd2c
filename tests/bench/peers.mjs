// Who the service is compared with. A peer that cannot run here is named, and not measured.
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { folder, has, say, tool } from './tools.mjs';

const here = 'tests/bench/peers';
const python = process.env.PYTHON ?? '/usr/bin/python3';
process.env.PYTHONPYCACHEPREFIX = resolve(folder, 'pycache'); // and not beside the sources

function runs(command, ...words) {
  try {
    execFileSync(command, words, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
const imports = (modules) => runs(python, '-c', `import ${modules}`);

/** Go that is there must build it: a mistake in the peer is no missing package. */
function goBuilds() {
  if (!has('go')) return false;
  process.env.GOCACHE = resolve(folder, 'go-cache');
  execFileSync('go', ['build', '-o', `${folder}/net_http`, `${here}/net_http.go`]);
  return true;
}

/** name; needs: the Debian packages; isThere(); command(bytes of the reply); calculates: it answers the question. */
const all = [
  { name: 'bare libmicrohttpd', command: (bytes) => [tool('bare'), bytes, 1] },
  { name: 'bare libmicrohttpd, keeping', command: (bytes) => [tool('bare'), bytes, 1, 'keep'] },
  { name: 'C: libmicrohttpd, jansson', calculates: true, command: () => [tool('peers/jansson'), 1] },
  { name: 'Go: net/http, encoding/json', calculates: true, needs: 'golang-go', isThere: goBuilds, command: () => [`${folder}/net_http`] },
  { name: 'Node: http, JSON', calculates: true, command: () => ['node', `${here}/node.mjs`] },
  {
    name: 'Python: uvicorn, NumPy', calculates: true, needs: 'python3-uvicorn python3-numpy',
    isThere: () => imports('uvicorn, numpy'), command: () => [python, `${here}/numpy_asgi.py`],
  },
  {
    name: 'Python: FastAPI, NumPy', calculates: true, needs: 'python3-fastapi python3-uvicorn python3-numpy',
    isThere: () => imports('fastapi, uvicorn, numpy'), command: () => [python, `${here}/fastapi_app.py`],
  },
];

const missing = all.filter(({ isThere }) => isThere && !isThere());
export const peers = all.filter((peer) => !missing.includes(peer));
export const notMeasured = missing.map(({ name, needs }) => `NOT MEASURED: ${name} (needs ${needs}: make bench-deps)`);
notMeasured.forEach((line) => say(`SKIPPED: ${line}`));

export const hasNumpy = () => imports('numpy');
export const numpyArithmetic = [python, `${here}/arithmetic.py`];
