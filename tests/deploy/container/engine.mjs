// A container engine for the tests: the one that DOCKER_HOST names, or Debian's dockerd with everything it
// writes in a folder of its own, which leaves the machine as it found it.
//
//   const engine = await startEngine();     // throws NoEngine with the reason where none can run
//   engine.env                              // for child processes: docker, docker-compose
//   await engine.stop();
import {execFileSync, spawn} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, renameSync, writeFileSync} from 'node:fs';
import {networkInterfaces, tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {patience, until} from '../../support/until.mjs';

export const base = 'debian:bookworm-slim';
const cache = fileURLToPath(new URL('../../../build/container/', import.meta.url));

export class NoEngine extends Error {}

/** Debian's docker has BuildKit built in; another one on the PATH may not. */
const common = {...process.env, PATH: `/usr/bin:/usr/sbin:${process.env.PATH}`, DOCKER_BUILDKIT: '1', COMPOSE_DOCKER_CLI_BUILD: '1'};

const quiet = {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26, env: common};
const has = program => existsSync(`/usr/bin/${program}`) || existsSync(`/usr/sbin/${program}`) || existsSync(`/usr/local/bin/${program}`);

function works(program, args, env = common) {
  try {
    execFileSync(program, args, {...quiet, env, timeout: patience});
    return true;
  } catch {
    return false;
  }
}

// ---- What an engine leaves behind, and puts back ----

const tables = ['filter', 'nat', 'mangle', 'raw'];
const chains = {filter: ['INPUT', 'FORWARD', 'OUTPUT'], nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'], raw: ['PREROUTING', 'OUTPUT']};

/** The rules as text that iptables-restore takes; a table that did not exist is an empty one. */
function savedRules(program) {
  try {
    const text = execFileSync(`${program}-save`, [], quiet);
    const missing = tables.filter(name => !text.includes(`*${name}\n`));
    return text + missing.map(name => `*${name}\n${chains[name].map(chain => `:${chain} ACCEPT\n`).join('')}COMMIT\n`).join('');
  } catch {
    return undefined; // no iptables here, so none that an engine could change
  }
}

const forwarding = '/proc/sys/net/ipv4/ip_forward';
const bridges = () => Object.keys(networkInterfaces()).concat(execFileSync('ls', ['/sys/class/net'], quiet).split('\n'))
  .filter(name => /^(docker0|br-[0-9a-f]{12})$/.test(name));

/** Folders that dockerd makes and leaves, with only folders in them. */
const folders = () => ['/run/docker', '/sys/fs/cgroup/docker', ...readdirSync('/sys/fs/cgroup').map(name => `/sys/fs/cgroup/${name}/docker`)]
  .filter(path => existsSync(path));

function snapshot() {
  return {folders: new Set(folders()), rules: ['iptables', 'ip6tables'].map(program => [program, savedRules(program)]), forward: readFileSync(forwarding, 'utf8'), links: new Set(bridges())};
}

function attempt(act) {
  try {
    act();
  } catch { /* what is not there need not go */ }
}

function putBack({folders: old, rules, forward, links}) {
  for (const name of new Set(bridges())) if (!links.has(name)) attempt(() => execFileSync('ip', ['link', 'delete', name], quiet));
  for (const [program, text] of rules) if (text) attempt(() => execFileSync(`${program}-restore`, [], {...quiet, stdio: 'pipe', input: text}));
  attempt(() => writeFileSync(forwarding, forward));
  for (const path of folders()) if (!old.has(path)) attempt(() => execFileSync('find', [path, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', '+'], quiet));
}

/** Mounts below the folder, the innermost first; then the folder. */
function removeFolder(folder) {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n').map(line => line.split(' ')[1]).filter(at => at?.startsWith(`${folder}/`));
  for (const at of mounts.reverse()) attempt(() => execFileSync('umount', ['-l', at], quiet));
  execFileSync('rm', ['-rf', folder], quiet);
}

// ---- The engine ----

/** From what an engine wants to what it can do without. */
const ladder = [
  [],
  ['--storage-driver=vfs'],
  ['--iptables=false', '--ip6tables=false'],
  ['--storage-driver=vfs', '--iptables=false', '--ip6tables=false', '--bridge=none'],
];

function whyNot() {
  const missing = ['dockerd', 'docker', 'containerd', 'runc', 'mmdebstrap'].filter(name => !has(name));
  if (missing.length > 0) return `${missing.join(', ')} missing; make container-deps installs Debian's docker.io, docker-compose and mmdebstrap`;
  if (process.getuid() !== 0) return 'dockerd needs root, or DOCKER_HOST an engine that runs';
  if (works('pgrep', ['-x', 'dockerd'])) return 'another dockerd runs here; DOCKER_HOST=unix:///var/run/docker.sock would use it';
  return undefined;
}

async function tryFlags(folder, flags) {
  const socket = `unix://${folder}/d.sock`;
  const log = openSync(`${folder}/log`, 'a');
  const child = spawn('dockerd', ['--data-root', `${folder}/data`, '--exec-root', `${folder}/exec`, '-H', socket, '--pidfile', `${folder}/pid`, ...flags],
    {stdio: ['ignore', log, log], env: common, detached: true}); // Ctrl-C is for the tests, which then stop the engine
  const ended = new Promise(done => child.on('exit', done).on('error', done));
  const env = {...common, DOCKER_HOST: socket, DOCKER_CONFIG: `${folder}/config`};
  const stop = async () => {
    child.kill('SIGTERM');
    await Promise.race([ended, pause(patience, undefined, {ref: false}).then(() => child.kill('SIGKILL'))]);
    await ended;
  };
  const answers = () => works('docker', ['info'], env);
  await until(() => child.exitCode !== null || answers(), 'dockerd answers').catch(() => {});
  if (answers()) return {env, flags, stop};
  await stop();
  return undefined;
}

/** As Debian's own slim image has it: neither manuals nor a sync after each file. */
const slim = ['force-unsafe-io', ...['doc', 'info', 'locale', 'man'].map(name => `path-exclude=/usr/share/${name}/*`)].map(option => `--dpkgopt=${option}`);

/** Debian by mmdebstrap, kept from run to run; no registry is asked. */
function importBase(env) {
  const tar = join(cache, 'base.tar');
  if (works('docker', ['image', 'inspect', base], env)) return;
  if (!existsSync(tar)) {
    console.log('container: making the base image with mmdebstrap');
    mkdirSync(cache, {recursive: true});
    try {
      execFileSync('mmdebstrap', ['--quiet', '--variant=minbase', '--format=tar', ...slim, 'bookworm', `${tar}.new`], quiet);
    } catch (error) {
      throw new NoEngine(`mmdebstrap made no base image: ${error.stderr?.slice(-500)}`);
    }
    renameSync(`${tar}.new`, tar);
  }
  execFileSync('docker', ['import', tar, base], {...quiet, env});
}

async function startOwn() {
  const reason = whyNot();
  if (reason) throw new NoEngine(reason);
  const before = snapshot();
  let log = '';
  for (const flags of ladder) {
    const folder = mkdtempSync(join(tmpdir(), 'engine-'));
    const engine = await tryFlags(folder, flags);
    const clean = () => { log = readFileSync(`${folder}/log`, 'utf8'); removeFolder(folder); putBack(before); };
    if (!engine) { clean(); continue; }
    const stop = async () => { await engine.stop(); clean(); };
    try {
      importBase(engine.env);
    } catch (error) {
      await stop();
      throw error;
    }
    if (works('docker', ['run', '--rm', '--network=none', base, 'true'], engine.env)) return {...engine, stop};
    await stop();
  }
  throw new NoEngine(`dockerd starts with none of the flags tried:\n${log.split('\n').slice(-8).join('\n')}`);
}

export async function startEngine() {
  if (!process.env.DOCKER_HOST) return startOwn();
  if (!has('docker')) throw new NoEngine('DOCKER_HOST is set, but there is no docker');
  if (!works('docker', ['info'])) throw new NoEngine(`no engine answers at ${process.env.DOCKER_HOST}`);
  if (!works('docker', ['image', 'inspect', base]) && !works('docker', ['pull', '-q', base])) importBase(common);
  return {env: common, flags: ['(of DOCKER_HOST)'], stop: async () => {}};
}
