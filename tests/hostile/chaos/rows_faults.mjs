// Rows 89 to 92 and 99: the system refuses memory, calls and places to write to.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {request} from '../../support/daemon.mjs';
import {until} from '../../support/until.mjs';
import * as cases from './cases.mjs';
import {assertClean, descriptor, isSanitized, withDaemon} from './daemon.mjs';
import {inParallel} from './dialogue.mjs';
import {assertGood, goodFigures} from './limits.mjs';
import {goodClients} from './good.mjs';

const MIB = 1 << 20;

async function withFolder(act) {
  const folder = mkdtempSync(join(tmpdir(), 'backpropd-chaos-'));
  try {
    return await act(folder);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

const post = (daemon, {path, body}) => request(daemon.port, 'POST', path, body, {'content-length': Buffer.byteLength(body)});

/** 'good', 'refused' for lack of memory or room, or 'closed'; throws at anything else. Where there is no memory for
 * headers, a reply goes out without them. */
async function outcome(daemon, one, mayLackHeaders = false) {
  const reply = await post(daemon, one).catch(() => undefined);
  if (!reply) return 'closed';
  if (reply.status === 200) {
    assert.ok(reply.text === one.expected, `${one.name}: other bytes: ${reply.text.slice(0, 200)}`);
    return 'good';
  }
  assert.ok(reply.status === 503 && ['out_of_memory', 'overloaded'].includes(reply.json?.code), `${one.name}: ${reply.status} ${reply.text.slice(0, 200)}`);
  if (!mayLackHeaders) assert.match(reply.headers['retry-after'] ?? '', /^[1-9]\d*$/);
  return 'refused';
}

async function tally(daemon, jobs, width, mayLackHeaders) {
  const counts = {good: 0, refused: 0, closed: 0};
  for (const result of await inParallel(jobs, width, one => outcome(daemon, one, mayLackHeaders))) counts[result]++;
  return counts;
}

// ---- Memory ----

/** The library in build/chaos, and the words of its file. */
async function withFailingMalloc(act) {
  await withFolder(async folder => {
    const library = join(folder, 'fail_malloc.so');
    const file = join(folder, 'control');
    execFileSync(process.env.CC ?? 'gcc', ['-std=c11', '-D_GNU_SOURCE', '-O2', '-fPIC', '-shared', '-o', library, fileURLToPath(new URL('fail_malloc.c', import.meta.url))]);
    const fd = openSync(file, 'w+');
    writeSync(fd, Buffer.alloc(16), 0, 16, 0);
    const set = (word, value) => { const bytes = Buffer.alloc(4); bytes.writeUInt32LE(value); writeSync(fd, bytes, 0, 4, 4 * word); };
    const get = word => { const bytes = Buffer.alloc(4); readSync(fd, bytes, 0, 4, 4 * word); return bytes.readUInt32LE(); };
    const control = {failAfter: n => set(0, n), failEvery: n => set(1, n), seen: () => get(2), failed: () => get(3)};
    await withDaemon({env: {LD_PRELOAD: library, FAIL_MALLOC: file}, args: ['--threads', '2']}, daemon => act(daemon, control));
    closeSync(fd);
  });
}

/** The k-th allocation of a request fails, for every k there is. */
async function eachAllocation({say}) {
  await withFailingMalloc(async (daemon, control) => {
    const told = [];
    for (const one of [cases.backward, cases.step, cases.upload, cases.reply]) {
      assert.equal(await outcome(daemon, one), 'good');
      const counts = {good: 0, refused: 0, closed: 0};
      let k = 1;
      for (let over = false; !over && k < 5000; k++) {
        const before = control.failed();
        control.failAfter(k);
        counts[await outcome(daemon, one)]++;
        over = control.failed() === before;
        control.failAfter(0);
        await until(async () => await outcome(daemon, one) === 'good', `the request after allocation ${k} of ${one.name} failed`);
      }
      assert.ok(counts.refused > 0, `${one.name}: some failures are told: ${JSON.stringify(counts)}`);
      told.push(`${one.name} ${k - 2} allocations ${JSON.stringify(counts)}`);
    }
    await assertClean(daemon, {fds: 64});
    assert.equal((await daemon.stop()).code, 0);
    say(told.join(', '));
  });
}

async function manyAllocations({say}) {
  await withFailingMalloc(async (daemon, control) => {
    const told = [];
    for (const every of [2, 3, 5, 11]) {
      const before = control.failed();
      control.failEvery(every);
      const counts = await tally(daemon, Array.from({length: 300}, (_, i) => cases.all[i % cases.all.length]), 4, true);
      control.failEvery(0);
      const failed = control.failed() - before;
      assert.ok(failed > 100, `${failed} allocations failed`);
      for (const one of cases.all) assert.equal(await outcome(daemon, one), 'good', `after every ${every}th has failed`);
      told.push(`each ${every}th: ${JSON.stringify(counts)}, ${failed} failed`);
    }
    await assertClean(daemon, {fds: 64});
    say(`${told.join('; ')}; all good after each`);
  });
}

const heavyJobs = n => Array.from({length: n}, (_, i) => i % 2 ? cases.upload : cases.reply);

async function budget({say}) {
  const bytes = 5 * MIB; // of which one takes up to 4, so that a few at once are too many however fast they are done
  await withDaemon({args: ['--max-memory-bytes', String(bytes)]}, async daemon => {
    assert.equal(await outcome(daemon, cases.upload), 'good');
    const counts = await tally(daemon, heavyJobs(400), 60);
    assert.ok(counts.good > 0 && counts.refused > 0 && counts.closed === 0, JSON.stringify(counts));
    const {peak} = daemon.observe();
    if (!isSanitized) assert.ok(peak <= bytes + 24 * MIB, `${(peak / MIB).toFixed()} MiB at most`);
    await assertClean(daemon, {fds: 64});
    for (const one of cases.all) assert.equal(await outcome(daemon, one), 'good');
    say(`${JSON.stringify(counts)}, ${(peak / MIB).toFixed(1)} MiB at most with a budget of ${bytes / MIB} MiB`);
  });
}

async function addressSpace({say}) {
  const size = await withDaemon({}, daemon => 1024 * Number(/^VmSize:\s+(\d+)/m.exec(readFileSync(`/proc/${daemon.pid}/status`, 'utf8'))[1]));
  const limit = size + 18 * MIB;
  await withDaemon({wrapper: ['prlimit', `--as=${limit}:${limit}`]}, async daemon => {
    let counts;
    await until(async () => {
      counts = await tally(daemon, heavyJobs(400), 100, true);
      return counts.good > 0 && counts.refused + counts.closed > 0;
    }, () => `the limit was met: ${JSON.stringify(counts)}`);
    await assertClean(daemon, {fds: 64});
    for (const one of cases.all) await until(async () => await outcome(daemon, one) === 'good', `${one.name} is answered again`);
    assert.ok(daemon.isAlive());
    say(`${JSON.stringify(counts)} with an address space of ${(limit / MIB).toFixed()} MiB, then all good`);
  });
}

// ---- Calls ----

/** A call, the error, which calls of a thread get it, and whether a client may notice. What is not here: epoll_ctl, for
 * the library ends the process when it cannot take a descriptor out of its set, and futex, for the C library does so. */
const injections = [
  ['accept4', 'EMFILE', '3+5'], ['accept4', 'ECONNABORTED', '3+5'], ['accept4', 'ENOMEM', '3+5'], ['accept4', 'EINTR', '3+5'],
  ['epoll_wait', 'EINTR', '3+5'], ['setsockopt', 'ENOMEM', '5+3'], ['shutdown', 'ENOTCONN', '3+5'],
  ['mmap', 'ENOMEM', '90+5', true], ['recvfrom', 'ECONNRESET', '5+9', true], ['recvfrom', 'ENOMEM', '5+9', true], ['recvfrom', 'EINTR', '5+9'],
  ['sendmsg', 'EPIPE', '5+9', true], ['sendmsg', 'ENOBUFS', '5+9', true], ['sendmsg', 'EINTR', '5+9'], ['sendmsg', 'EAGAIN', '5+9'],
];

async function inject([call, error, when, isNoticed], {long}) {
  const n = long ? 2000 : 200;
  return withFolder(async folder => {
    const trace = join(folder, 'trace');
    const wrapper = ['strace', '-D', '-f', '-qq', '-o', trace, '-e', `trace=${call}`, '-e', `inject=${call}:error=${error}:when=${when}`];
    return withDaemon({wrapper}, async daemon => {
      const begin = performance.now();
      const counts = await tally(daemon, Array.from({length: n}, (_, i) => cases.all[i % 5]), 4);
      await until(async () => await outcome(daemon, cases.backward) === 'good', 'answered in the end');
      const injected = readFileSync(trace, 'utf8').split('(INJECTED)').length - 1;
      const told = `${call} ${error}: ${JSON.stringify(counts)}, ${injected} injected, ${(performance.now() - begin).toFixed()} ms`;
      assert.ok(daemon.isAlive(), told);
      assert.ok(injected > 0, `nothing was injected: ${told}`);
      assert.ok(counts.closed + counts.refused <= (isNoticed ? injected : 0), told);
      return told;
    });
  });
}

const injected = injection => async context => context.say(await inject(injection, context));

// ---- Places to write to ----

const places = {
  'stdout closed': 'exec "$0" "$@" >&-',
  'stderr closed': 'exec "$0" "$@" >/dev/null 2>&-',
  'all three closed': 'exec "$0" "$@" <&- >&- 2>&-',
  'stdout and stderr full': 'exec "$0" "$@" >/dev/full 2>/dev/full',
  'a full pipe that nobody reads': 'exec "$0" "$@" >/dev/null 2> >(exec sleep 60)',
  'a pipe whose reader has gone': 'exec "$0" "$@" >/dev/null 2> >(exec true)',
};

const place = script => async ({say}) => {
  await withDaemon({wrapper: ['bash', '-c', script], log: 'json', stdio: ['ignore', 'ignore', 'ignore']}, async daemon => {
    for (const fd of [0, 1, 2]) assert.doesNotMatch(descriptor(daemon.pid, fd) ?? '', /socket|eventpoll|eventfd/, `descriptor ${fd} is a connection, and logs go there`);
    const good = await goodClients(daemon.port, cases.small, {clients: 8, pauseMs: 2});
    await until(async () => await daemon.metric('backpropd_http_requests_total') > 1000, '64 KiB of log, which fill a pipe');
    const figures = await good.stop();
    assertGood(figures);
    const {code, signal} = await daemon.stop();
    assert.deepEqual([code, signal], [0, null]);
    say(goodFigures(figures));
  });
};

const ownMalloc = 'a sanitizer has its own malloc';

export default [
  {row: 89, name: 'each allocation of a request fails once', missing: isSanitized ? ownMalloc : undefined, run: eachAllocation},
  {row: 90, name: 'every 2nd, 3rd, 5th and 11th allocation fails', missing: isSanitized ? ownMalloc : undefined, run: manyAllocations},
  ...injections.map(injection => ({row: 91, name: `${injection[0]} fails with ${injection[1]}`, tool: 'strace', missing: isSanitized ? 'slow enough' : undefined, run: injected(injection)})),
  {row: 92, name: 'a small budget of memory', run: budget},
  {row: 92, name: 'a small address space', tool: 'prlimit', missing: isSanitized ? 'a sanitizer takes it all' : undefined, run: addressSpace},
  ...Object.entries(places).map(([name, script]) => ({row: 99, name, run: place(script)})),
];
