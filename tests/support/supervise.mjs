// The real binary under a supervisor that holds its listening socket, as systemd does.
//
//   const supervisor = await supervise({socket: 'tcp', args: ['--threads', '2']});   // or 'unix:PATH', 'none'
//   await supervisor.start();               // READY=1 has come; gives {at, ready, said}
//   await supervisor.stop('term');          // or 'kill'; gives {status}
//   await supervisor.end();
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {binary, longTimeouts} from './daemon.mjs';
import {inPatience} from './until.mjs';

const script = fileURLToPath(new URL('supervise.py', import.meta.url));

export async function supervise({socket = 'tcp', args = [], env = {}} = {}) {
  const child = spawn('/usr/bin/python3', [script, socket, binary, ...args], {env: {...longTimeouts, ...process.env, ...env}});
  const events = [];
  const waiting = new Set();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', piece => { stderr += piece; });
  child.stdin.on('error', () => {});
  createInterface({input: child.stdout}).on('line', line => {
    const event = {...JSON.parse(line), n: events.length};
    events.push(event);
    for (const one of waiting) one(event);
  });
  const ended = once(child, 'close');

  /** The first event from number `from` on that is wanted. */
  function event(from, isWanted) {
    const past = events.slice(from).find(isWanted);
    if (past) return Promise.resolve(past);
    let look;
    const come = new Promise(done => {
      look = one => isWanted(one) && done(one);
      waiting.add(look);
    });
    return inPatience(come, () => `an event after ${JSON.stringify(events.slice(from))} ${stderr}`).finally(() => waiting.delete(look));
  }

  const {port} = await event(0, one => one.event === 'listening');

  async function start() {
    const from = events.length;
    child.stdin.write('start\n');
    const {at} = await event(from, one => one.event === 'started');
    const next = await event(from, one => one.event === 'exited' || (one.event === 'notified' && one.state === 'READY=1'));
    if (next.event === 'exited') await pause(100); // what it said of it is on its way
    if (next.event === 'exited') throw new Error(`ended with ${next.status}: ${stderr}`);
    return {at, ready: next.at};
  }

  async function stop(how = 'term') {
    const from = events.length;
    child.stdin.write(`${how}\n`);
    return event(from, one => one.event === 'exited');
  }

  async function end() {
    child.stdin.end();
    await ended;
  }

  const said = () => events.filter(one => one.event === 'said').map(one => one.text).join('');
  const notified = () => events.filter(one => one.event === 'notified').map(one => one.state);
  return {port, start, stop, end, said, notified, log: () => stderr};
}
