// A TCP proxy that does to a connection what bad networks do, at a chosen phase of the exchange: stall, cut (FIN both
// ways), reset (RST both ways), half-close (FIN to the daemon alone), and in either direction let the bytes drip.
//
//   const proxy = await startProxy(port);
//   const socket = await proxy.dial({phase: 'body', action: 'reset', drip: {up: {size: 100, ms: 5}}});
import {once} from 'node:events';
import net from 'node:net';
import {setTimeout as pause} from 'node:timers/promises';

/** Phases of an exchange, in its order, by the direction in which bytes move then. */
export const phases = {
  up: ['connected', 'request line', 'request head', 'request body', 'asked'],
  down: ['status line', 'reply head', 'reply body', 'answered'],
};
export const actions = ['stall', 'cut', 'reset', 'half-close'];

const lengthOf = head => Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);

/** How many bytes of a message go through before a phase of it, or undefined while that is unknown. */
function bytesBefore(phase, seen) {
  const text = seen.toString('latin1', 0, 65536);
  const head = text.indexOf('\r\n\r\n') + 4;
  if (phase === 'connected') return 0;
  if (phase === 'request line' || phase === 'status line') return 5;
  if (head < 4) return undefined;
  const length = lengthOf(text.slice(0, head));
  switch (phase) {
    case 'request head': case 'reply head': return text.indexOf('\r\n') + 9;
    case 'request body': case 'reply body': return head + Math.floor(length / 2);
    default: return head + length; // asked, answered
  }
}

function act(action, client, daemon) {
  switch (action) {
    case 'cut': client.end(); daemon.end(); setTimeout(() => { client.destroy(); daemon.destroy(); }, 50); return;
    case 'reset': client.resetAndDestroy(); daemon.resetAndDestroy(); return;
    default: daemon.end(); // half-close
  }
}

/** Moves bytes one way until that side ends, with the plan's fault when its phase comes. */
async function pump(from, to, direction, plan, breakLine) {
  const drip = plan.drip?.[direction];
  let due = phases[direction].includes(plan.phase) ? plan.phase : undefined;
  let seen = Buffer.alloc(0); // what is needed to know where phases begin
  let moved = 0;
  const move = async bytes => {
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + (drip?.size ?? bytes.length));
      if (to.destroyed || !to.writable) return;
      if (!to.write(piece)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
      at += piece.length;
      moved += piece.length;
      if (drip) await pause(drip.ms);
    }
  };
  const fault = async () => {
    due = undefined;
    if (plan.action === 'stall') await pause(plan.stallMs);
    else breakLine();
  };
  for await (const bytes of from) {
    let rest = bytes;
    if (due) {
      seen = Buffer.concat([seen, bytes]);
      const before = bytesBefore(due, seen);
      if (before !== undefined && before <= moved + rest.length) {
        await move(rest.subarray(0, before - moved));
        rest = seen.subarray(moved);
        await fault();
      }
    }
    await move(rest);
  }
  if (to.writable) to.end();
}

export async function startProxy(port) {
  const plans = new Map(); // by the client's port; the second one to arrive finds the other there
  const sockets = new Set();
  const meet = (key, value) => {
    const other = plans.get(key);
    if (other) plans.delete(key);
    else plans.set(key, value);
    return other;
  };
  const keep = socket => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    return socket;
  };

  async function join(client, plan) {
    const daemon = keep(net.connect({host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true}));
    await once(daemon, 'connect');
    const fault = () => act(plan.action, client, daemon);
    if (plan.phase === 'connected' && plan.action !== 'stall') fault();
    // a stream that is destroyed under its reader throws there: what it fed ends, too
    pump(client, daemon, 'up', plan, fault).catch(() => daemon.destroy());
    pump(daemon, client, 'down', plan, fault).catch(() => client.destroy());
    client.on('close', () => daemon.destroy());
  }

  const server = net.createServer({allowHalfOpen: true, noDelay: true}, client => {
    keep(client);
    const start = plan => join(client, plan).catch(() => client.destroy());
    const plan = meet(client.remotePort, start);
    if (plan) start(plan);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    async dial(plan = {}) {
      const socket = keep(net.connect({host: '127.0.0.1', port: server.address().port, allowHalfOpen: true, noDelay: true}));
      await once(socket, 'connect');
      meet(socket.localPort, plan)?.(plan);
      return socket;
    },
    stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
