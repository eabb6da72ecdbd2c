// A small Debian below build/packaging, to install into, and to boot where the kernel lets us.
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, renameSync, rmSync, rmdirSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {until} from '../../support/until.mjs';

export const here = dirname(fileURLToPath(import.meta.url));
export const root = resolve(here, '../../..');
export const build = join(root, 'build/packaging');
export const version = /^ {2}version: *(\S+)/m.exec(readFileSync(join(root, 'openapi.yaml'), 'utf8'))[1];

/** What a command prints; its own streams are not mixed. Fails with what it complained of. */
export function run(command, ...args) {
  const {status, stdout, stderr, error} = spawnSync(command, args, {encoding: 'utf8', cwd: root, env: cleanEnvironment(), maxBuffer: 1 << 26});
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}

/** What a make above has set is not meant for a make below. */
export const cleanEnvironment = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(MAKE|MFLAGS|SOURCE_DATE_EPOCH|CONFIG|NODE_TEST)/.test(name)));

const has = tool => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;

/** Why this cannot be tested here, or false; loud, since what is skipped is not passed. */
export function lacking(...tools) {
  const missing = tools.filter(tool => !has(tool));
  return skipped(missing.length > 0 && `${missing.join(', ')} not installed (make packaging-deps)`);
}

export function skipped(why) {
  if (why) console.log(`SKIPPED: ${why}`);
  return why && `SKIPPED: ${why}`;
}

export const isRoot = process.getuid() === 0;

/** A fresh root with what the package depends on, and systemd. The archive that it comes from is kept. */
export function makeRoot() {
  const archive = join(build, 'base.tar');
  const path = join(build, 'root');
  mkdirSync(build, {recursive: true});
  if (!existsSync(archive)) {
    run('mmdebstrap', '--quiet', '--variant=minbase', '--include=libmicrohttpd12,libjansson4,systemd,systemd-sysv', 'bookworm', `${archive}.new`, '--format=tar');
    renameSync(`${archive}.new`, archive);
  }
  rmSync(path, {recursive: true, force: true});
  mkdirSync(path);
  run('tar', '-xf', archive, '-C', path);
  return path;
}

/** Boots it; null where that cannot be done, with the reason. */
export async function boot(path) {
  const name = `backpropd-test-${process.pid}`;
  const child = spawn('sh', [join(here, 'boot.sh'), path, name], {stdio: ['ignore', 'ignore', 'pipe']});
  let stderr = '';
  child.stderr.on('data', piece => { stderr += piece; });
  const gone = new Promise(done => { child.on('close', done); });
  const pid = () => readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')[0];
  const inside = (...command) => run('nsenter', '-t', pid(), '-a', ...command);
  const state = () => { try { return inside('systemctl', 'is-system-running').trim(); } catch (error) { return String(error); } };

  async function stop() {
    child.kill('SIGKILL');
    await gone;
    await removeGroup(name);
  }

  const isRunning = () => state() === 'running';
  await until(() => child.exitCode !== null || isRunning(), 'it runs').catch(() => {});
  if (isRunning()) return {inside, stop, pid: pid()};
  const last = state();
  await stop();
  return {why: `systemd cannot be process 1 here: ${stderr.trim()} ${last}`.slice(0, 600)};
}

/** Removes the group, once its last process is gone. */
async function removeGroup(name) {
  const [groups] = execFileSync('findmnt', ['-n', '-t', 'cgroup2', '-o', 'TARGET'], {encoding: 'utf8'}).split('\n');
  const path = join(groups, name);
  await until(() => {
    for (const one of run('find', path, '-depth', '-type', 'd').trim().split('\n')) try { rmdirSync(one); } catch { /* busy: the next round may do it */ }
    return !existsSync(path);
  }, `${path} stays behind`);
}
