// One client wants all: connections, the queue, the threads, the memory. Another, from an address of its own, sends a large
// request at the same time, and must get its answer. The attacker comes from 127.0.0.1, the other from 127.0.0.2.
import assert from 'node:assert/strict';
import {once} from 'node:events';
import net from 'node:net';
import {setTimeout as pause} from 'node:timers/promises';
import {longTimeouts} from '../../support/daemon.mjs';
import {connect, head} from '../../support/raw.mjs';
import {inPatience, until} from '../../support/until.mjs';
import * as cases from './cases.mjs';
import {assertClean, isSanitized, withDaemon} from './daemon.mjs';
import {inParallel, requestBytes} from './dialogue.mjs';
import {known} from './options.mjs';

const other = '127.0.0.2';
const defaults = [known.perClient.flag, String(known.perClient.standard)]; // the other rows' daemons have no shares
const live = head('GET /livez HTTP/1.1', 'Host: a');

/** Hours of work in a small body: only a daemon that ends it is done with it. */
const endless = {path: '/step', body: JSON.stringify({...cases.network([20, 20, 10], 64), learning_rate: 1e-9, steps: 1e9, include: []})};
const noLimits = ['--max-steps', '1000000000000', '--max-work', '9007199254740992', '--max-reply-numbers', '9007199254740992', '--max-memory-bytes', '1000000000000'];

/** A socket that the test has all to itself. */
async function dial(port, from = '127.0.0.1') {
  const socket = net.connect({host: '127.0.0.1', port, localAddress: from, noDelay: true, allowHalfOpen: true});
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** One exchange of the other client, which must be right. */
async function askOne(port, one) {
  const line = await connect(port, '127.0.0.1', other);
  try {
    await line.send(requestBytes(one));
    const reply = await line.reply();
    assert.deepEqual([reply.status, reply.text === one.expected], [200, true], reply.text.slice(0, 300));
  } finally {
    line.destroy();
  }
}

/** The other client asks for all kinds, large ones among them, and for the service's health, on connections of its own. */
async function askAll(port) {
  for (const one of [cases.upload, cases.reply, ...cases.small]) await askOne(port, one);
  const line = await connect(port, '127.0.0.1', other);
  await line.send(live);
  assert.equal((await line.reply()).status, 200);
  line.destroy();
}

// ---- Those that are gone ----

const textbook = requestBytes(cases.backward);
const uploads = requestBytes(cases.upload);
const phases = {
  'nothing': Buffer.alloc(0), 'half a head': textbook.subarray(0, 40), 'a head': textbook.subarray(0, textbook.indexOf('\r\n\r\n') + 4),
  'half a body': textbook.subarray(0, -20), 'a large body, half': uploads.subarray(0, 100000), 'a request and half a head': Buffer.concat([textbook, textbook.subarray(0, 20)]),
  'a whole request': textbook, 'a large request': uploads, 'many requests': Buffer.concat(Array(50).fill(textbook)),
};

/** Bytes and the end of the connection go out at once, and no timeout is near: all are let go. */
const gone = end => async ({say}) => {
  await withDaemon({env: longTimeouts}, async daemon => {
    const before = daemon.observe();
    const jobs = Object.entries(phases).flatMap(one => Array(40).fill(one));
    await inParallel(jobs, 60, async ([, bytes]) => {
      const socket = await dial(daemon.port);
      socket.resume();
      socket.cork();
      if (bytes.length > 0) socket.write(bytes);
      end(socket);
      socket.uncork();
    });
    await assertClean(daemon, before);
    say(`${jobs.length} clients in ${Object.keys(phases).length} phases`);
  });
};

/** Whole requests behind which the sending ends are answered, each of them, and then the connection is closed. */
async function halfClosed({say}) {
  await withDaemon({env: longTimeouts}, async daemon => {
    const before = daemon.observe();
    const all = [...cases.all, cases.upload];
    await inParallel(all.flatMap(one => Array(20).fill(one)), 20, async one => {
      const line = await connect(daemon.port);
      await line.send(requestBytes(one));
      line.finish();
      let reply = await line.reply();
      if (reply.status === 100) reply = await line.reply();
      assert.equal(reply.text, one.expected);
      assert.equal(await line.closed(), '');
      line.destroy();
    });
    await assertClean(daemon, before);
    say(`${20 * all.length} requests, of ${all.length} kinds`);
  });
}

// ---- Work ----

const leave = {
  reset: socket => socket.resetAndDestroy(),
  close: socket => socket.destroy(),
};

/** More endless work than threads and queue take, of clients that leave: all of it is ended, and others are answered. */
const leftWork = way => async ({say}) => {
  await withDaemon({args: ['--threads', '2', '--max-queue', '64', ...defaults, ...noLimits]}, async daemon => {
    const before = daemon.observe();
    const bytes = requestBytes(endless);
    const n = 66;
    for (let i = 0; i < n; i++) {
      const socket = await dial(daemon.port);
      socket.write(bytes);
      await pause(2);
      leave[way](socket);
    }
    await until(async () => {
      try { await askOne(daemon.port, cases.upload); return true; } catch (error) { if (!/overloaded/.test(error.message)) throw error; }
    }, 'another is answered');
    await askAll(daemon.port);
    if (way === 'reset') await assertClean(daemon, before);
    say(`${n} endless requests of ${bytes.length} bytes are ended`);
  });
};

/** Work of clients that stay: one address has its share of the queue, another has room and its turn. */
async function queueShare({say}) {
  const steps = 3000;
  const dear = {path: '/step', body: JSON.stringify({...cases.network([20, 20, 10], 64), learning_rate: 1e-9, steps, include: []})};
  await withDaemon({args: ['--threads', '2', '--max-queue', '8', ...defaults]}, async daemon => {
    const counts = {200: 0, 503: 0};
    const lines = await Promise.all(Array.from({length: 60}, () => connect(daemon.port)));
    let stop = false;
    const flood = Promise.all(lines.map(async line => {
      while (!stop) {
        await line.send(requestBytes(dear));
        const {status} = await line.reply();
        counts[status]++;
        if (status === 503) await pause(50);
      }
    }));
    await until(() => counts[503] > 0 && counts[200] > 0, 'the attacker has had its share, and no more');
    for (let i = 0; i < 5; i++) await askAll(daemon.port);
    stop = true;
    await inPatience(flood, 'the flood ends');
    for (const line of lines) line.destroy();
    say(`${counts[200]} answered and ${counts[503]} refused of the attacker, none of the other's`);
  });
}

/** Hundreds of connections that ask for light work all the time: another's bodies get in, and its work has its turn. */
async function lightFlood({say}) {
  const light = {path: '/step', body: JSON.stringify({...cases.network([4, 4, 2], 8), learning_rate: 1e-6, steps: 750, include: []})};
  await withDaemon({args: ['--threads', '2', ...defaults]}, async daemon => {
    let n = 0, stop = false;
    const lines = await Promise.all(Array.from({length: 300}, () => connect(daemon.port)));
    const flood = Promise.all(lines.map(async line => {
      while (!stop) {
        await line.send(requestBytes(light));
        const {status} = await line.reply();
        if (status === 200) n++; else await pause(50);
      }
    }));
    await until(() => n > lines.length, 'all ask');
    const before = n;
    for (let i = 0; i < 3; i++) await askAll(daemon.port);
    const after = n;
    // where each piece of a body waited for all of them, it was twice that
    assert.ok(after - before < 20 * lines.length, `${after - before} of the attacker's were answered first`);
    stop = true;
    await inPatience(flood, 'the flood ends');
    for (const line of lines) line.destroy();
    say(`18 requests of another were answered beside ${after - before} of ${lines.length} connections`);
  });
}

// ---- Connections ----

/** More than all connections are within slow heads, bodies or replies: others are let in, the service tells how it is. */
const crowded = (first, most = 200) => async ({say}) => {
  const n = most + 30;
  await withDaemon({args: ['--max-connections', String(most), known.perClient.flag, String(most / 2)], env: longTimeouts}, async daemon => {
    const lines = await inParallel(Array.from({length: n}, (_, i) => `127.1.0.${1 + i % 10}`), n, async from => {
      const socket = await dial(daemon.port, from);
      socket.pause();
      socket.write(first);
      return socket;
    });
    for (let i = 0; i < 3; i++) {
      await until(() => askAll(daemon.port).then(() => true, () => false), 'another is answered');
      const line = await connect(daemon.port, '127.0.0.1', other);
      await line.send(live);
      assert.equal((await line.reply()).status, 200);
      line.destroy();
    }
    for (const socket of lines) socket.destroy();
    say(`${lines.length} slow connections, of ${most}`);
  });
};

// ---- Memory ----

/** A reply of some 15 MB for a small body. */
const large = {path: '/forward', body: JSON.stringify({network: {W1: [Array.from({length: 4000}, (_, i) => 1 / (i + 3))], b1: Array(4000).fill(0.1)}, samples: Array.from({length: 90}, (_, i) => ({x: [1 / (i + 7)]}))})};

/** Of 7 MB: more than sockets buffer, and yet there is memory for forty. */
const unread = {path: '/forward', body: large.body.replace(/("samples":\[)(?:\{[^{]*\},){50}/, '$1')};

/** Clients of one address that take nothing of large replies hold their share, for some seconds: no timeout is near. */
async function stuckReaders({say}) {
  await withDaemon({args: ['--threads', '2', '--max-memory-bytes', '200000000', ...defaults], env: longTimeouts}, async daemon => {
    const sockets = await inParallel(Array(60).fill(large), 60, async one => {
      const socket = await dial(daemon.port);
      socket.pause();
      socket.write(requestBytes(one));
      return socket;
    });
    let most = 0;
    for (let i = 0; i < 5; i++) {
      await askAll(daemon.port);
      most = Math.max(most, await daemon.metric('backpropd_memory_bytes'));
      await pause(200);
    }
    await until(async () => await daemon.metric('backpropd_memory_bytes') === 0, 'who takes nothing is let go');
    for (const socket of sockets) socket.destroy();
    if (!isSanitized) assert.ok(most > 50e6, `${most} bytes were held`);
    say(`60 of them held ${(most / 1e6).toFixed()} MB of 200; all of another's were answered`);
  });
}

/** Bodies that are announced, and begun, take memory as they come. */
async function announced({say}) {
  await withDaemon({args: ['--threads', '2', '--max-memory-bytes', '100000000', ...defaults], env: longTimeouts}, async daemon => {
    const bytes = head('POST /forward HTTP/1.1', 'Host: a', 'Content-Length: 8388608') + ' '.repeat(270000);
    const sockets = [];
    for (let i = 0; i < 135; i++) {
      const socket = await dial(daemon.port);
      socket.on('data', () => {});
      socket.write(bytes);
      sockets.push(socket);
    }
    await until(async () => await daemon.metric('backpropd_http_requests_in_flight') > 100, 'the bodies have begun');
    await askAll(daemon.port);
    const held = await daemon.metric('backpropd_memory_bytes');
    assert.ok(held <= 51e6, `${held} bytes: one address has half`);
    for (const socket of sockets) socket.destroy();
    say(`135 bodies of 8 MiB, begun, hold ${(held / 1e6).toFixed()} MB`);
  });
}

// ---- The end ----

/** Endless work, queued or begun, of clients that wait for it, and half a body: 503 for all, and exit 0. */
async function stopAmidWork({say}) {
  await withDaemon({args: ['--threads', '2', '--max-queue', '64', '--drain-timeout', '2', ...noLimits], env: longTimeouts}, async daemon => {
    const lines = await Promise.all(Array.from({length: 12}, () => connect(daemon.port)));
    for (const line of lines) await line.send(requestBytes(endless));
    const half = await connect(daemon.port);
    await half.send(textbook.subarray(0, -20));
    await until(async () => await daemon.metric('backpropd_http_requests_in_flight') === 14, 'all are there');
    const stopped = daemon.stop();
    for (const line of [...lines, half]) {
      const {status, json, headers} = await line.reply();
      assert.deepEqual([status, json.code, headers.connection.toLowerCase().includes('close')], [503, 'overloaded', true]);
      assert.match(headers['retry-after'], /^[1-9]\d*$/);
      assert.equal(await line.closed(), '');
      line.destroy();
    }
    const {code, signal, seconds} = await stopped;
    assert.deepEqual([code, signal], [0, null]);
    say(`12 endless requests and half a body are told 503, ${seconds.toFixed(1)} s with --drain-timeout 2`);
  });
}

const slowBody = `${head('POST /forward HTTP/1.1', 'Host: a', 'Content-Length: 100')} `;

export default [
  {row: '81-88', name: 'clients that send and close at once are let go', run: gone(socket => socket.destroySoon())},
  {row: '81-88', name: 'clients that send and half-close at once are let go', run: gone(socket => socket.end())},
  {row: 88, name: 'who half-closes behind a whole request, small or large, is answered', run: halfClosed},
  {row: 93, name: 'work of clients that have reset is ended', run: leftWork('reset')},
  {row: 93, name: 'work of clients that have closed is ended where others wait', run: leftWork('close')},
  {row: 94, name: 'one client has a share of the queue, and others their turn', run: queueShare},
  {row: 93, name: 'light work of hundreds of connections', run: lightFlood},
  {row: 85, name: 'a crowd within heads', run: crowded(live.slice(0, -2))},
  {row: 85, name: 'a crowd within bodies', run: crowded(slowBody)},
  {row: 85, name: 'a crowd that does not read', run: crowded(requestBytes(unread), 40)},
  {row: 84, name: 'readers that take nothing hold a share, and go', run: stuckReaders},
  {row: 84, name: 'bodies that are announced take memory as they come', run: announced},
  {row: 95, name: 'SIGTERM amid endless work', run: stopAmidWork},
];
