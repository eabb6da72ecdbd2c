// Rows 81 to 88: clients that are slow, idle, too many, or gone.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {once} from 'node:events';
import net from 'node:net';
import {setTimeout as pause} from 'node:timers/promises';
import {promisify} from 'node:util';
import {longTimeouts} from '../../support/daemon.mjs';
import {connect, head, uploadingFast} from '../../support/raw.mjs';
import {until} from '../../support/until.mjs';
import * as cases from './cases.mjs';
import {crowd} from './crowd.mjs';
import {assertClean, isSanitized, withDaemon} from './daemon.mjs';
import {converse, inParallel, plansFor, requestBytes} from './dialogue.mjs';
import {goodFigures, withGood} from './limits.mjs';
import {deadlines, known} from './options.mjs';
import {startProxy} from './proxy.mjs';

const MIB = 1 << 20;
const KIB = 1 << 10;
const live = head('GET /livez HTTP/1.1', 'Host: a');

// ---- Bad networks ----

async function badNetwork({long, random, say}) {
  const kinds = long ? cases.all : [cases.backward, cases.upload, cases.reply];
  await withDaemon({}, async daemon => {
    const before = daemon.observe();
    const proxy = await startProxy(daemon.port);
    const plans = Array.from({length: long ? 10 : 1}, () => plansFor(kinds, random)).flat();
    const {result, figures} = await withGood(daemon, () => inParallel(plans, 40, ({one, plan}) => converse(proxy, one, plan)));
    proxy.stop();
    const answered = result.filter(outcome => outcome === 'answered').length;
    assert.ok(answered > 0 && answered < result.length, 'some were answered, some were broken off');
    await assertClean(daemon, before);
    say(`${result.length} broken or slow exchanges, ${answered} of them answered; ${goodFigures(figures)}`);
  });
}

// ---- slowhttptest ----

const slowConnections = 1000;

/** Whether its probe found the service available in the end: YES or NO. */
async function slowhttptest(daemon, path, ...args) {
  const {stdout} = await promisify(execFile)('slowhttptest', ['-c', String(slowConnections), '-r', '500', '-p', '100', '-v', '1', ...args, '-u', `http://127.0.0.1:${daemon.port}${path}`]);
  return [...stdout.replace(/\x1b\[[0-9;]*m/g, '').matchAll(/^service available: +(\S+)/gm)].pop()?.[1];
}

const attack = (path, ...args) => async ({say}) => {
  await withDaemon({}, async daemon => {
    const before = daemon.observe();
    let most = 0;
    const watch = setInterval(() => { most = Math.max(most, daemon.observe().fds - before.fds); }, 50);
    const {figures} = await withGood(daemon, async () => {
      for (let seconds = 8; most < slowConnections / 2; seconds *= 2) { // until the attack took place
        assert.ok(seconds < 200, `${most} connections at once`);
        assert.equal(await slowhttptest(daemon, path, '-l', String(seconds), ...args), 'YES', 'slowhttptest found the service to answer');
      }
    }).finally(() => clearInterval(watch));
    await assertClean(daemon, before);
    say(`${most} connections at once; ${goodFigures(figures)}`);
  });
};

// ---- Deadlines ----

const DEADLINE = 10; // seconds, given by flag: good clients beside are never so late
const coarseMs = 20; // steps of the daemon's clock

/** Clients that send something every half second and so are never idle; each must be closed at the deadline. */
const dripping = (name, first, more) => async ({long, say}) => {
  const n = long ? 1000 : 300;
  await withDaemon({args: ['--max-connections', '2000', ...deadlines({[name]: DEADLINE})]}, async daemon => {
    const before = daemon.observe();
    const {result, figures} = await withGood(daemon, async () => {
      const slow = await crowd(daemon.port, n, {first, more, everyMs: 500});
      let told;
      await until(async () => (told = await slow.tell()).closed === n, () => `all are closed: ${JSON.stringify(told)}`);
      slow.end();
      return told;
    });
    assert.ok(result.closedFirst >= DEADLINE * 1000 - coarseMs, `none too early: ${result.closedFirst} ms`);
    await assertClean(daemon, before);
    say(`${n} closed after ${result.closedFirst.toFixed()} to ${result.closedLast.toFixed()} ms; ${goodFigures(figures)}`);
  });
};

/** An answer of some 15 MB, more than sockets buffer. */
const large = {path: '/backward', body: JSON.stringify(cases.network([300, 200, 10], 13))};

const answersOf = (daemon, {path}) => daemon.metric('backpropd_http_requests_total', {route: path});

async function slowReaders({say}) {
  await withDaemon({args: deadlines({reply: DEADLINE})}, async daemon => {
    const before = daemon.observe();
    const {result, figures} = await withGood(daemon, async () => {
      const readers = await Promise.all(Array.from({length: 20}, async () => {
        const socket = net.connect({host: '127.0.0.1', port: daemon.port});
        socket.on('error', () => {});
        await once(socket, 'connect');
        socket.pause();
        socket.write(requestBytes(large));
        return socket;
      }));
      let held = 0;
      await until(async () => {
        held = Math.max(held, await daemon.metric('backpropd_memory_bytes'));
        return await answersOf(daemon, large) === readers.length;
      }, 'all are answered');
      await until(async () => await daemon.metric('backpropd_memory_bytes') === 0, 'the daemon gives up those that do not read');
      for (const socket of readers) socket.destroy();
      return held;
    }, {cases: [cases.forward, cases.step]});
    await assertClean(daemon, before);
    say(`20 answers given up, which held ${(result / MIB).toFixed()} MiB at once; ${goodFigures(figures)}`);
  });
}

/** A reader that takes a little now and then is never idle; the reply's deadline ends it. */
async function drippingReader({say}) {
  const expected = cases.answer(large.path, large.body);
  await withDaemon({args: deadlines({reply: DEADLINE})}, async daemon => {
    const socket = net.connect({host: '127.0.0.1', port: daemon.port});
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.pause();
    socket.write(requestBytes(large));
    const begin = performance.now();
    let read = 0;
    const timer = setInterval(() => { read += socket.read(65536)?.length ?? 0; }, 200);
    await until(async () => await answersOf(daemon, large) === 1, 'it is answered');
    await until(async () => await daemon.metric('backpropd_memory_bytes') === 0, 'the answer is given up');
    clearInterval(timer);
    socket.destroy();
    assert.ok(read < expected.length, `${read} bytes of ${expected.length} were read by then`);
    say(`given up after ${((performance.now() - begin) / 1000).toFixed(1)} s, and ${read} bytes of ${expected.length}`);
  });
}

// ---- Idle, and too many ----

async function idle({say}) {
  const n = 10000;
  await withDaemon({wrapper: ['prlimit', '--nofile=20000:20000'], args: ['--max-connections', '12000'], env: longTimeouts}, async daemon => {
    const {result, figures} = await withGood(daemon, async () => {
      const before = daemon.observe();
      const group = await crowd(daemon.port, n, {processes: 4, first: live});
      const during = daemon.observe();
      group.first.statuses[200] ??= 0;
      assert.equal(group.first.statuses[200], n, `every one was answered: ${JSON.stringify(group.first)}`);
      assert.ok(during.fds >= n, `${during.fds} descriptors: the connections are open at once`);
      await pause(2000); // good clients among them
      await group.leave();
      group.end();
      await until(() => daemon.observe().fds < before.fds + 20, 'the connections are gone');
      const left = () => daemon.observe().rss;
      if (!isSanitized) await until(() => left() <= 20 * MIB, () => `${(left() / MIB).toFixed(1)} MiB are left`);
      return {each: (during.rss - before.rss) / n, after: left()};
    });
    if (!isSanitized) assert.ok(result.each <= 40 * KIB, `${(result.each / KIB).toFixed(1)} KiB for each connection`);
    say(`${n} idle connections, ${(result.each / KIB).toFixed(1)} KiB each, ${(result.after / MIB).toFixed(1)} MiB after them; ${goodFigures(figures)}`);
  });
}

/** The answer to one request, which a client that was too late does not get: where connections are short it has a second. */
const answer = daemon => until(async () => {
  const line = await connect(daemon.port);
  await line.send(requestBytes(cases.backward, 'Connection: close'));
  return line.reply().catch(() => undefined).finally(() => line.destroy());
}, 'an answer');

async function tooMany({say}) {
  const limit = 200;
  await withDaemon({args: ['--max-connections', String(limit)], env: longTimeouts}, async daemon => {
    const before = daemon.observe();
    const first = head('POST /forward HTTP/1.1', 'Host: a', 'Content-Length: 8000000', 'Expect: 100-continue') + ' '.repeat(20000);
    const most = await crowd(daemon.port, 0.9 * limit, {first, more: ' '.repeat(4000), everyMs: 200});
    const statuses = async () => (await most.tell()).statuses;
    await until(async () => (await statuses())[100] === 0.9 * limit, 'all are in'); // none is slow and would make room
    const rest = [];
    while (rest.length < 0.1 * limit) rest.push(await uploadingFast(daemon.port));
    for (let i = 0; i < 20; i++) {
      const {status, json, headers} = await answer(daemon);
      assert.deepEqual([status, json.code], [503, 'overloaded']);
      assert.match(headers['retry-after'], /^[1-9]\d*$/);
    }
    assert.equal((await most.tell()).open, 0.9 * limit, 'who was in stays');
    assert.ok(rest.every(line => !line.ended));
    for (const line of rest) line.destroy();
    await most.leave();
    most.end();
    await until(async () => (await answer(daemon)).status === 200, 'there is room again');
    await assertClean(daemon, before);
    say(`${limit} in, 20 beyond got 503, then there was room again`);
  });
}

async function descriptors({say}) {
  await withDaemon({wrapper: ['prlimit', '--nofile=64:64'], args: ['--threads', '2']}, async daemon => {
    const kept = await connect(daemon.port);
    await kept.send(live);
    await kept.reply();
    const full = await crowd(daemon.port, 150, {first: head('GET /livez HTTP/1.1', 'Host: a').slice(0, -2)}); // heads that lack their end
    await until(() => daemon.observe().fds >= 63, 'it runs out of descriptors');
    const before = daemon.observe();
    for (let i = 0; i < 10; i++) {
      await kept.send(live);
      assert.equal((await kept.reply()).status, 200, 'who is in is served');
      await pause(100);
    }
    const spent = daemon.observe().cpu - before.cpu; // its own, however busy the machine is
    if (!isSanitized) assert.ok(spent < 0.3, `${spent.toFixed(2)} s of processor for ten requests: it spins`);
    kept.destroy();
    await full.leave();
    full.end();
    await until(async () => {
      const line = await connect(daemon.port);
      await line.send(requestBytes(cases.backward));
      const good = await line.reply().then(reply => reply.text === cases.backward.expected, () => false);
      line.destroy();
      return good;
    }, 'new clients are served again'); // libmicrohttpd may see only at their deadline who has left
    assert.ok(daemon.isAlive());
    say(`${before.fds} descriptors of 64, ${spent.toFixed(2)} s of processor in 1 s, then served again`);
  });
}

// ---- Gone ----

const textbook = requestBytes(cases.backward);
const uploads = requestBytes(cases.upload);
/** What is sent before the reset, and whether the first bytes of the answer are waited for. */
const resetPhases = [
  ['connected', Buffer.alloc(0)], ['request line', textbook.subarray(0, 7)], ['request head', textbook.subarray(0, 40)],
  ['head', textbook.subarray(0, textbook.indexOf('\r\n\r\n') + 4)], ['request body', textbook.subarray(0, textbook.length - 20)], ['asked', textbook],
  ['asked twice', Buffer.concat([textbook, textbook])], ['answered', textbook, true], ['large body', uploads.subarray(0, 100000)],
  ['refused', Buffer.from('POST /forward HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n')], ['garbage', Buffer.from('\x01\x02\r\n\r\n')],
];

function resetOnce(port, [, bytes, waits]) {
  return new Promise(done => {
    const socket = net.connect({host: '127.0.0.1', port, noDelay: true});
    const reset = () => socket.resetAndDestroy();
    socket.on('error', done).on('close', done);
    socket.on('connect', () => {
      if (bytes.length === 0) reset();
      else if (waits) socket.once('data', reset).write(bytes);
      else socket.write(bytes, () => setImmediate(reset));
    });
  });
}

async function resets({long, random, say}) {
  const n = long ? 40000 : 12000;
  await withDaemon({}, async daemon => {
    const some = count => inParallel(Array.from({length: count}, () => random.pick(resetPhases)), 64, phase => resetOnce(daemon.port, phase));
    await some(3000); // threads have their heaps
    await assertClean(daemon, {fds: 64});
    const before = daemon.observe();
    const {figures} = await withGood(daemon, () => some(n));
    await assertClean(daemon, before);
    const after = daemon.observe();
    assert.equal(after.threads, before.threads);
    if (!isSanitized) assert.ok(after.rss - before.rss <= 2 * MIB, `${((after.rss - before.rss) / MIB).toFixed(1)} MiB more`);
    say(`${n} resets in ${resetPhases.length} phases, ${((after.rss - before.rss) / KIB).toFixed()} KiB more; ${goodFigures(figures)}`);
  });
}

async function halfClosed({long, say}) {
  const each = long ? 100 : 20;
  await withDaemon({}, async daemon => {
    const before = daemon.observe();
    const jobs = resetPhases.flatMap(phase => Array(each).fill(phase));
    const {result, figures} = await withGood(daemon, () => inParallel(jobs, 80, async ([name, bytes]) => {
      const line = await connect(daemon.port);
      await line.send(bytes);
      line.finish();
      const begin = performance.now();
      await line.closed();
      const took = performance.now() - begin;
      const whole = name.startsWith('asked') || name === 'answered';
      if (whole) assert.equal(line.all.split('\r\n\r\n')[1]?.startsWith(cases.backward.expected), true, `${name}: ${line.all.slice(0, 300)}`);
      line.destroy();
      return took;
    }));
    await assertClean(daemon, before);
    say(`${jobs.length} half-closed clients, the slowest ended after ${(Math.max(...result) / 1000).toFixed(1)} s; ${goodFigures(figures)}`);
  });
}

const slowHead = head('GET /livez HTTP/1.1', 'Host: a').slice(0, -2);
const slowBody = head('POST /forward HTTP/1.1', 'Host: a', 'Content-Length: 100000');

export default [
  {row: '81-88', name: 'bad networks: every action at every phase', run: badNetwork},
  {row: 81, name: 'slow heads (slowhttptest -H)', tool: 'slowhttptest', run: attack('/livez', '-H', '-i', '1')},
  {row: 81, name: 'slow heads end at their deadline', option: 'headDeadline', run: dripping('head', slowHead, 'X-A: b\r\n')},
  {row: 82, name: 'slow bodies (slowhttptest -B)', tool: 'slowhttptest', run: attack('/forward', '-B', '-i', '1', '-s', '8192', '-x', '10', '-t', 'POST')},
  {row: 82, name: 'slow bodies end at their deadline', option: 'bodyDeadline', run: dripping('body', slowBody, ' ')},
  {row: 83, name: 'slow readers (slowhttptest -X)', tool: 'slowhttptest', run: attack('/openapi.yaml', '-X', '-k', '3', '-w', '1', '-y', '2', '-n', '1', '-z', '8')},
  {row: 83, name: 'clients that do not read a large answer', run: slowReaders},
  {row: 83, name: 'a client that drips a large answer ends at the deadline', option: 'replyDeadline', run: drippingReader},
  {row: 84, name: '10,000 idle connections', tool: 'prlimit', run: idle},
  {row: 85, name: 'more connections than the limit', run: tooMany},
  {row: 86, name: 'no descriptors left', tool: 'prlimit', run: descriptors},
  {row: 87, name: 'resets in all phases', run: resets},
  {row: 88, name: 'half-closed clients', run: halfClosed},
].map(row => ({...row, missing: row.option && !known[row.option] ? `backpropd has no such option (${row.option})` : undefined}));
