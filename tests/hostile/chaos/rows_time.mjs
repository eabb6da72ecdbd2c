// Rows 95, 97 and 98: clocks that jump, a process that stands still, and the ways in which it ends.
import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {longTimeouts, request} from '../../support/daemon.mjs';
import {connect, head} from '../../support/raw.mjs';
import {inTime, until} from '../../support/until.mjs';
import * as cases from './cases.mjs';
import {crowd} from './crowd.mjs';
import {freePort} from '../../support/port.mjs';
import {launch, withDaemon} from './daemon.mjs';
import {inParallel, plansFor, converse, requestBytes} from './dialogue.mjs';
import {goodFigures, withGood} from './limits.mjs';
import {startProxy} from './proxy.mjs';

const live = head('GET /livez HTTP/1.1', 'Host: a');

// ---- Clocks ----

/** Debian's place for the library; it differs by architecture. */
const fakeTime = (() => {
  for (const folder of readdirSync('/usr/lib')) {
    try {
      const library = join('/usr/lib', folder, 'faketime/libfaketimeMT.so.1');
      readFileSync(library);
      return library;
    } catch { /* not here */ }
  }
  return undefined;
})();

/** Connections that rest while the wall clock jumps are still there after it, and good clients notice nothing. */
async function clockJumps({say}) {
  const folder = mkdtempSync(join(tmpdir(), 'backpropd-chaos-'));
  const file = join(folder, 'offset');
  const log = join(folder, 'log');
  const jump = offset => { // in one step: the library reads at any moment
    writeFileSync(`${file}.new`, offset);
    renameSync(`${file}.new`, file);
  };
  jump('+0');
  const bytes = requestBytes(cases.backward);
  // CLOCK_MONOTONIC stays the machine's, as it does when an administrator or NTP sets the clock
  const env = {...longTimeouts, LD_PRELOAD: fakeTime, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1'};
  try {
    await withDaemon({env, log: 'json', wrapper: ['bash', '-c', `exec "$0" "$@" 2>${log}`]}, async daemon => {
      const resting = await crowd(daemon.port, 200, {first: live});
      const {figures} = await withGood(daemon, async () => {
        for (const offset of ['+3600', '-3600', '+86400', '+0']) {
          const line = await connect(daemon.port); // while a request is on its way
          await line.send(bytes.subarray(0, 200));
          await pause(250);
          jump(offset);
          await pause(250);
          await line.send(bytes.subarray(200));
          assert.equal((await line.reply()).text, cases.backward.expected);
          line.destroy();
        }
      });
      const told = await resting.tell();
      assert.equal(told.open, 200, `all that rested are open: ${JSON.stringify(told)}`);
      resting.end();
      const times = readFileSync(log, 'utf8').trim().split('\n').map(line => Date.parse(JSON.parse(line).ts));
      const [first, last] = [Math.min(...times), Math.max(...times)];
      assert.ok(last - first > 86400000, `the daemon saw the clock jump: ${new Date(first).toISOString()} to ${new Date(last).toISOString()}`);
      for (const line of readFileSync(log, 'utf8').trim().split('\n')) {
        const {dur_ms: took} = JSON.parse(line);
        assert.ok(took >= 0 && took < 3600000 - 600000, `no request takes as long as the clock jumps: ${line}`);
      }
      assertStopped(await daemon.stop());
      say(`jumps of an hour and a day, both ways; 200 resting connections kept; ${goodFigures(figures)}`);
    });
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

/** What arrived while the process stood still is answered when it goes on, and nothing is stuck. */
async function standsStill({say}) {
  const seconds = 10;
  await withDaemon({}, async daemon => {
    const before = daemon.observe();
    const kept = await Promise.all(Array.from({length: 50}, () => connect(daemon.port)));
    for (const line of kept) {
      await line.send(live);
      await line.reply();
    }
    daemon.child.kill('SIGSTOP');
    await pause(200);
    const asked = inParallel(kept.slice(0, 25), 25, async line => { // half of them ask while it stands
      await line.send(requestBytes(cases.backward));
      return line.reply().then(reply => { assert.equal(reply.text, cases.backward.expected); return 'answered'; }, () => 'closed');
    });
    const fresh = inParallel(Array(50).fill(cases.backward), 50, async one => {
      const reply = await request(daemon.port, 'POST', one.path, one.body);
      assert.equal(reply.text, one.expected);
    });
    await pause(seconds * 1000);
    daemon.child.kill('SIGCONT');
    const begin = performance.now();
    await fresh;
    const outcomes = await asked;
    const took = performance.now() - begin;
    const answered = outcomes.filter(one => one === 'answered').length;
    const {figures} = await withGood(daemon, () => pause(1500));
    for (const line of kept) line.destroy();
    await until(() => daemon.observe().fds <= before.fds, 'nothing is stuck');
    say(`${seconds} s: 50 of 50 new ones and ${answered} of 25 kept ones answered ${took.toFixed()} ms after it went on; ${goodFigures(figures)}`);
  });
}

// ---- Ends ----

/** By itself, whatever its clients did not do. */
const assertStopped = ({code, signal}) => assert.deepEqual([code, signal], [0, null]);

const stopIdle = async ({say}) => {
  await withDaemon({}, async daemon => {
    const resting = await crowd(daemon.port, 200, {first: live});
    const end = await daemon.stop();
    assertStopped(end);
    await until(async () => (await resting.tell()).open === 0, 'the connections have ended');
    resting.end();
    say(`${(1000 * end.seconds).toFixed()} ms with 200 resting connections`);
  });
};

/** Replies that began are complete, and all are right; clients that came too late were refused or not let in. */
const stopLoaded = signals => ({say}) => inTime(async () => {
  await withDaemon({env: longTimeouts}, async daemon => {
    let stopping = false;
    const counts = {good: 0, late: 0, cut: 0};
    const clients = inParallel(Array.from({length: 40}, (_, i) => i), 40, async i => {
      for (let n = i; ; n++) {
        const one = cases.all[n % cases.all.length];
        const line = await connect(daemon.port).catch(() => undefined);
        if (!line) { counts.late++; return; }
        await line.send(requestBytes(one));
        const reply = await line.reply().catch(() => undefined);
        line.destroy();
        if (reply?.status === 200 && reply.text === one.expected) counts.good++;
        else if (reply) assert.equal(reply.status, 503, reply.text);
        else if (line.all.length > 0) counts.cut++;
        else if (stopping) counts.late++;
        else assert.fail('closed without an answer before the stop');
        if (!reply) return;
      }
    });
    await until(() => counts.good > 100, 'the load is there');
    stopping = true;
    for (let i = 1; i < signals; i++) { daemon.child.kill('SIGTERM'); await pause(5); }
    const end = await daemon.stop();
    await clients;
    assertStopped(end);
    assert.equal(counts.cut, 0, `answers were cut off: ${JSON.stringify(counts)}`);
    say(`${(1000 * end.seconds).toFixed()} ms, ${JSON.stringify(counts)}`);
  });
});

const stopUpload = ({say}) => inTime(async () => {
  await withDaemon({}, async daemon => {
    const body = cases.upload.body.padEnd(1 << 20);
    const bytes = requestBytes({path: cases.upload.path, body});
    const line = await connect(daemon.port);
    await line.send(bytes.subarray(0, 300000));
    await until(async () => await daemon.metric('backpropd_http_requests_in_flight') === 2, 'the upload is in flight');
    const stopped = daemon.stop();
    for (let at = 300000; at < bytes.length; at += 100000) {
      await line.send(bytes.subarray(at, at + 100000));
      await pause(50);
    }
    assert.equal((await line.reply()).text, cases.upload.expected);
    const end = await stopped;
    assertStopped(end);
    say(`an upload of 1 MiB was finished, ${(1000 * end.seconds).toFixed()} ms`);
  });
});

/** Slow heads, slow bodies, readers that do not read and bad networks do not keep it from ending. */
const stopHostile = async ({random, say}) => {
  await withDaemon({}, async daemon => {
    const slow = await crowd(daemon.port, 200, {first: live.slice(0, -2), more: 'X-A: b\r\n', everyMs: 300});
    const bodies = await crowd(daemon.port, 200, {first: head('POST /forward HTTP/1.1', 'Host: a', 'Content-Length: 100000').slice(0, -2), more: ' ', everyMs: 300});
    const blind = await crowd(daemon.port, 20, {first: requestBytes({path: '/backward', body: JSON.stringify(cases.network([300, 200, 10], 13))}).toString('latin1'), reads: false});
    const proxy = await startProxy(daemon.port);
    const broken = inParallel(plansFor([cases.backward], random), 20, ({one, plan}) => converse(proxy, one, plan).catch(() => {}));
    await pause(500);
    const end = await daemon.stop();
    for (const group of [slow, bodies, blind]) group.end();
    proxy.stop();
    await broken;
    assertStopped(end);
    say(`${(1000 * end.seconds).toFixed()} ms with 420 slow clients and a bad network`);
  });
};

/** After kill -9 a new process answers on the same port, though connections of the old one linger. */
async function killed({long, say}) {
  const port = await freePort();
  const times = [];
  for (let i = 0; i < (long ? 20 : 5); i++) {
    const begin = performance.now();
    const daemon = await launch({port});
    times.push(performance.now() - begin);
    assert.equal((await request(port, 'POST', '/backward', cases.backward.body)).text, cases.backward.expected);
    const line = await connect(port);
    await line.send(live);
    await line.reply();
    await daemon.stop('SIGKILL');
    line.destroy();
  }
  const median = times.sort((x, y) => x - y)[Math.floor(times.length / 2)];
  say(`${times.length} times, ${median.toFixed()} ms from the start of the process to the first answer`);
}

export default [
  {row: 95, name: 'SIGTERM while idle', run: stopIdle},
  {row: 95, name: 'SIGTERM under load', run: stopLoaded(1)},
  {row: 95, name: 'SIGTERM twice under load', run: stopLoaded(2)},
  {row: 95, name: 'SIGTERM during an upload of 1 MiB', run: stopUpload},
  {row: 95, name: 'SIGTERM among hostile clients', run: stopHostile},
  {row: 97, name: 'kill -9 and a new start', run: killed},
  {row: 98, name: 'the wall clock jumps', missing: fakeTime ? undefined : 'libfaketime is not installed (make chaos-deps)', run: clockJumps},
  {row: 98, name: 'the process stands still for 10 s', run: standsStill},
];
