// Starts servers that print "... on URL" once they listen, and reads what they have cost.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { SERVER } from './tools.mjs';

export const serviceCommand = (...flags) =>
  ['build/release/backpropd', '--listen', '127.0.0.1:0', '--log-format', 'off', ...flags.map(String)];

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

async function start(command) {
  const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  const exited = once(child, 'exit').then(() => { running.delete(child); });
  const line = await Promise.race([once(child.stdout, 'data').then(([text]) => String(text)), exited]);
  if (!line) throw new Error(`${command.join(' ')} ends at once`);
  const port = Number(/:(\d+)\s*$/.exec(line)[1]);
  return {
    pid: child.pid, port, url: `http://127.0.0.1:${port}`,
    async stop() { child.kill('SIGTERM'); await exited; },
  };
}

/** On the first processor alone, so that each has as much. */
export const servePinned = (command) => start(['taskset', '-c', SERVER, ...command.map(String)]);

/** The service as it is started by default, on all processors. */
export const serveDefault = (...flags) => start(serviceCommand(...flags));

export async function post(server, path, body) {
  const reply = await fetch(server.url + path, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
  return reply.text();
}

/** Processor time of all threads so far, in microseconds. */
export function cpu({ pid }) {
  const spent = (task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
  return readdirSync(`/proc/${pid}/task`).reduce((sum, task) => sum + spent(task), 0) / 1000;
}

/** The most memory it ever had, in bytes. */
export function peakMemory({ pid }) {
  return 1024 * Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
}
