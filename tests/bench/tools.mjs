// What all parts use: where things are, medians, pinned commands, and the load of probe.c.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const RUNS = 5;
export const folder = 'build/bench';
export const textbook = 'src/examples/textbook.json';
mkdirSync(folder, { recursive: true });

/** Servers that are compared have the first processor for themselves; load comes from the second. */
export const SERVER = '0';
export const CLIENT = '1';

export const tool = (name) => `build/release/bench/${name}`;
export const say = (line) => console.error(line);
export const times = (n, make) => Array.from({ length: n }, (_, i) => make(i));
export const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

export function median(values) {
  const sorted = values.slice().sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

export function has(command) {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A tool of ours on the client's processor, which prints JSON. */
export const alone = (...command) =>
  JSON.parse(execFileSync('taskset', ['-c', CLIENT, ...command.map(String)], { encoding: 'utf8' }));

const probeWords = (server, path, { body, connections = 1, seconds, requests, pauseMs, rate }) => [tool('probe'),
  server.port, path, ...(body ? ['-b', body] : []), '-c', connections, ...(seconds ? ['-t', seconds] : []),
  ...(requests ? ['-n', requests] : []), ...(pauseMs ? ['-p', pauseMs] : []), ...(rate ? ['-r', rate] : [])].map(String);

/** Runs probe.c to its end. Of what it tells, `good` is about the 200s. */
export async function probe(server, path, options) {
  const [command, ...words] = probeWords(server, path, options);
  const { stdout } = await run(...(options.pinned ? ['taskset', ['-c', CLIENT, command, ...words]] : [command, words]));
  return readProbe(stdout, options);
}

/** Starts probe.c; `end()` stops it and tells what it saw. */
export function startProbe(server, path, options) {
  const [command, ...words] = probeWords(server, path, options);
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (text) => { out += text; });
  const ended = new Promise((done) => { child.on('close', done); });
  return { async end() { child.kill('SIGTERM'); await ended; return readProbe(out, options); } };
}

function readProbe(text, { allowed = ['200'] }) {
  const seen = JSON.parse(text);
  for (const status of Object.keys(seen.statuses))
    assert.ok(allowed.includes(status), `${status === '0' ? 'a request got no reply' : `a reply is ${status}`}: ${text}`);
  return { ...seen, good: seen.statuses['200'] ?? { count: 0 }, refused: seen.statuses['503'] ?? { count: 0 } };
}
