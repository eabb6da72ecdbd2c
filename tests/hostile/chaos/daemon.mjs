// The daemon as a process among processes: started by a wrapper if a row wants one, watched through /proc.
import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync, readdirSync, readlinkSync} from 'node:fs';
import {binary, request} from '../../support/daemon.mjs';
import {readMetrics, valueOf} from '../../support/metrics.mjs';
import {manyFromOne} from './options.mjs';
import {freePort} from '../../support/port.mjs';
import {inPatience, until} from '../../support/until.mjs';

export const isSanitized = /__(asan|tsan)_init/.test(readFileSync(binary, 'latin1'));

/** What Linux says of a process: bytes resident now and at most, threads, descriptors, seconds of processor. */
export function observe(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const number = name => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)[1]);
  const times = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return {rss: 1024 * number('VmRSS'), peak: 1024 * number('VmHWM'), threads: number('Threads'),
    fds: readdirSync(`/proc/${pid}/fd`).length, cpu: (Number(times[11]) + Number(times[12])) / 100};
}

/** What a descriptor of the process stands for, as `socket:[1]` or `/dev/null`; undefined if it is closed. */
export function descriptor(pid, fd) {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return undefined;
  }
}

const descriptors = pid => readdirSync(`/proc/${pid}/fd`).map(fd => `${fd} ${descriptor(pid, fd)}`).join(', ');

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A program that ends with this one at the latest. */
export function spawnTied(command, args, options) {
  const child = spawn(command, args, options);
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.on('error', () => running.delete(child));
  return child;
}

/**
 * Starts the daemon; `wrapper` is a command that becomes it (prlimit, strace -D). Where its standard output is a pipe it
 * has said that it is ready: the first of its threads may answer before the others have what they need.
 */
export async function launch({args = [], wrapper = [], env = {}, stdio = ['ignore', 'pipe', 'inherit'], port, log = 'off'} = {}) {
  const own = port ?? await freePort();
  const [command, ...words] = [...wrapper, binary, '--listen', `127.0.0.1:${own}`, '--log-format', log, ...manyFromOne, ...args];
  const child = spawnTied(command, words, {env: {...process.env, ...env}, stdio});
  const exited = once(child, 'exit');
  let said = '';
  child.stdout?.on('data', piece => { said += piece; });
  await until(() => {
    assert.ok(child.exitCode === null && child.signalCode === null, `backpropd ended with ${child.exitCode} ${child.signalCode}`);
    return (!child.stdout || said.endsWith('\n')) && request(own, 'GET', '/livez').then(() => true, () => false);
  }, 'the daemon answers');

  const metric = async (name, labels) => valueOf(readMetrics((await request(own, 'GET', '/metrics')).text), name, labels);
  return {
    port: own, pid: child.pid, child, metric,
    observe: () => observe(child.pid),
    isAlive: () => child.exitCode === null && child.signalCode === null,
    /** {code, signal, seconds} of its end. */
    async stop(signal = 'SIGTERM') {
      const begin = performance.now();
      child.kill(signal);
      const [code, by] = await inPatience(exited, 'the daemon stops');
      return {code, signal: by, seconds: (performance.now() - begin) / 1000};
    },
  };
}

/** As withDaemon everywhere: it ends whatever happens, and must not have ended before. */
export async function withDaemon(options, act) {
  const daemon = await launch(options);
  try {
    const result = await act(daemon);
    return result;
  } finally {
    daemon.child.kill('SIGKILL');
  }
}

/** Nothing of what hostile clients did is left: requests, their memory, descriptors. */
export async function assertClean(daemon, before) {
  const spare = isSanitized ? 2 : 0; // what the sanitizer opens for itself
  await until(() => daemon.observe().fds <= before.fds + spare, () => `descriptors go back to ${before.fds}: ${descriptors(daemon.pid)}`);
  await until(async () => await daemon.metric('backpropd_http_requests_in_flight') === 1, 'nothing is in flight');
  await until(async () => await daemon.metric('backpropd_memory_bytes') === 0, 'no request holds memory');
}

export function hasTool(name) {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], {stdio: 'ignore'});
    return true;
  } catch {
    return false;
  }
}
