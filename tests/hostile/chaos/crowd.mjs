// A crowd of connections in a process of its own, from several loopback addresses so that ports do not run out: each
// may send some bytes at first, some more now and then, and is then left open. Started by `crowd`.
import {fork} from 'node:child_process';
import {once} from 'node:events';
import net from 'node:net';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {patience} from '../../support/until.mjs';

const running = new Set();

/** Those that a row which failed has left behind: they would keep the test alive. */
export function endAll() {
  for (const child of running) child.kill();
}

const self = fileURLToPath(import.meta.url);
const perAddress = 200; // fewer than a limit for each client would have it
const atOnce = 100;

async function open({port, first, index, reads = true}, member) {
  member.since = performance.now(); // before the daemon's own time begins
  const socket = net.connect({host: '127.0.0.1', port, localAddress: `127.1.${Math.floor(index / perAddress / 250)}.${Math.floor(index / perAddress) % 250 + 1}`});
  member.socket = socket;
  socket.on('error', () => { member.failed = true; });
  socket.on('close', () => { member.closedAfter = performance.now() - member.since; });
  await once(socket, 'connect');
  if (first) socket.write(first);
  if (!reads) {
    socket.pause();
    return;
  }
  const answered = first?.endsWith('\r\n\r\n') ? once(socket, 'data') : undefined;
  socket.on('data', bytes => { member.bytes += bytes.length; member.text ??= bytes.toString('latin1', 0, 200); });
  await Promise.race([answered, once(socket, 'close'), pause(answered ? patience : 0, undefined, {ref: false})]);
}

function tell(members) {
  const closed = members.filter(one => one.closedAfter !== undefined).map(one => one.closedAfter);
  const statuses = {};
  for (const {text} of members) if (text) statuses[text.slice(9, 12)] = (statuses[text.slice(9, 12)] ?? 0) + 1;
  return {open: members.filter(one => one.socket && !one.socket.destroyed).length, failed: members.filter(one => one.failed).length,
    closed: closed.length, closedFirst: Math.min(...closed), closedLast: Math.max(...closed), statuses};
}

async function work() {
  process.on('disconnect', () => process.exit());
  const [wish] = await once(process, 'message');
  const members = Array.from({length: wish.n}, () => ({bytes: 0}));
  process.on('message', ask => {
    if (ask === 'leave') for (const {socket} of members) socket?.destroy();
    process.send(tell(members));
  });
  let next = 0;
  await Promise.all(Array.from({length: atOnce}, async () => {
    while (next < wish.n) {
      const i = next++;
      await open({...wish, index: wish.from + i}, members[i]).catch(() => { members[i].failed = true; });
    }
  }));
  process.send(tell(members));
  const drip = () => members.forEach(({socket}) => { if (socket?.writable) socket.write(wish.more); });
  if (wish.more) setInterval(drip, wish.everyMs);
}

/**
 * Opens n connections in some processes; resolves once each has its first answer, if `first` is a whole request.
 * `tell()` and `leave()` give {open, failed, closed, closedFirst, closedLast, statuses}.
 */
export async function crowd(port, n, {processes = 1, ...wish} = {}) {
  const share = Math.ceil(n / processes);
  const children = Array.from({length: processes}, (_, i) => {
    const child = fork(self);
    running.add(child);
    child.once('exit', () => running.delete(child));
    child.send({port, n: Math.min(share, n - i * share), from: i * share, ...wish});
    return child;
  });
  const hear = async () => (await Promise.all(children.map(child => once(child, 'message')))).map(([told]) => told);
  const sum = told => told.reduce((a, b) => ({
    open: a.open + b.open, failed: a.failed + b.failed, closed: a.closed + b.closed,
    closedFirst: Math.min(a.closedFirst ?? Infinity, b.closedFirst ?? Infinity), closedLast: Math.max(a.closedLast ?? 0, b.closedLast ?? 0),
    statuses: Object.fromEntries([...new Set([...Object.keys(a.statuses), ...Object.keys(b.statuses)])].map(key => [key, (a.statuses[key] ?? 0) + (b.statuses[key] ?? 0)])),
  }));
  const first = sum(await hear());
  const ask = async word => {
    const heard = hear();
    for (const child of children) child.send(word);
    return sum(await heard);
  };
  return {first, tell: () => ask('tell'), leave: () => ask('leave'), end: () => { for (const child of children) child.kill(); }};
}

if (process.argv[1] === self) await work();
