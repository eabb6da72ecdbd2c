// Containers of the image under test, started as the README says to.
//
//   const box = await start({env: {BACKPROPD_THREADS: '1'}, args: ['--max-steps', '5']});
//   box.call('POST', '/forward', body)     // judged by openapi.yaml
//   box.host, box.port                     // the container's own address, without Docker's proxy
//   box.state()                            // {Status, ExitCode, OOMKilled, Health...}
//   box.remove();
import {execFile, execFileSync} from 'node:child_process';
import {promisify} from 'node:util';
import {client, request} from '../../support/daemon.mjs';
import {freePort} from '../../support/port.mjs';
import {until} from '../../support/until.mjs';

/** Why tests that need an engine are skipped, or false. The runner starts the engine. */
export const skip = process.env.CONTAINER_ENGINE ? false : process.env.CONTAINER_NO_ENGINE ?? 'no engine: run make container';
export const image = 'backpropd';
export const restrictions = ['--read-only', '--cap-drop=ALL', '--security-opt', 'no-new-privileges', '--memory=128m', '--memory-swap=128m', '--pids-limit=32'];

export const docker = (...args) => execFileSync('docker', args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26}).trim();
export const dockerLater = promisify(execFile).bind(null, 'docker');
export const inspect = (id, kind = 'container') => JSON.parse(docker(kind, 'inspect', id))[0];

/** Where there is no bridge, containers share the machine's network, each on a port of its own. */
let bridged;
function hasBridge() {
  try {
    bridged ??= docker('run', '--rm', '--entrypoint=/backpropd', '-p', '127.0.0.1::8080', image, '--version') !== '';
  } catch {
    bridged = false;
  }
  return bridged;
}

async function place() {
  if (hasBridge()) return {options: ['-p', '127.0.0.1::8080'], address: id => {
    const {Networks, Ports} = inspect(id).NetworkSettings;
    return {host: Networks.bridge.IPAddress, port: 8080, published: Number(Ports['8080/tcp'][0].HostPort)};
  }};
  const port = await freePort();
  return {options: ['--network=host', '-e', `BACKPROPD_LISTEN=127.0.0.1:${port}`], address: () => ({host: '127.0.0.1', port, published: port})};
}

const answers = port => request(port, 'GET', '/livez').then(({status}) => status === 200, () => false);

export async function start({args = [], env = {}, limits = restrictions} = {}) {
  const {options, address} = await place();
  const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const id = docker('run', '-d', ...limits, ...options, ...variables, image, ...args);
  const {host, port, published} = address(id);
  await until(() => answers(published), () => `the container answers: ${docker('logs', id)}`);
  return {id, host, port, published, ...client(published),
    inspect: () => inspect(id), state: () => inspect(id).State, remove: () => docker('rm', '-f', id)};
}
