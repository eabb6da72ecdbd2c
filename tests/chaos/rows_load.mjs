// Rows 93 and 94: more work than there are threads.
import assert from 'node:assert/strict';
import {setTimeout as pause} from 'node:timers/promises';
import {request} from '../support/daemon.mjs';
import * as cases from './cases.mjs';
import {slowness, until, withDaemon} from './daemon.mjs';
import {goodFigures, withGood} from './limits.mjs';

const GOODPUT = 0.9; // of the peak, at OVERLOAD times the peak's requests
const OVERLOAD = 4;
const REFUSED_MS = 100 * slowness;
const ROUNDS = 3; // one must do: a machine may be busy with something else for a moment
const threads = 2;

/** A request that is long to calculate and small both ways, so that clients take little of the processor. */
function stepping(steps) {
  const body = JSON.stringify({...cases.network([20, 20, 10], 1), learning_rate: 1e-6, steps, include: []});
  return {path: '/step', body, expected: cases.answer('/step', body)};
}
const short = stepping(10000); // some 10 ms
const lengthy = stepping(100000);

async function ask(daemon, tally, heavy = short) {
  const begin = performance.now();
  const reply = await request(daemon.port, 'POST', heavy.path, heavy.body).catch(error => ({error}));
  const took = performance.now() - begin;
  if (reply.status === 200) {
    assert.ok(reply.text === heavy.expected, 'other bytes than expected');
    tally.good++;
  } else if (reply.status === 503) {
    assert.equal(reply.json.code, 'overloaded');
    assert.match(reply.headers['retry-after'], /^[1-9]\d*$/);
    tally.refusedMs.push(took);
  } else {
    tally.wrong.push(reply.error?.code ?? reply.status);
  }
}

const newTally = () => ({good: 0, refusedMs: [], wrong: []});

/** Answers in a second when there are always a few more requests than threads. */
async function peakOf(daemon, seconds) {
  const tally = newTally();
  const end = performance.now() + 1000 * seconds;
  await Promise.all(Array.from({length: 2 * threads}, async () => {
    while (performance.now() < end) await ask(daemon, tally);
  }));
  return tally.good / seconds;
}

/** The same when requests come at a rate, whether or not they are answered. */
async function overloaded(daemon, rate, seconds) {
  const tally = newTally();
  const begin = performance.now();
  const asked = [];
  let atStart;
  for (let elapsed = 0; elapsed < 1 + seconds; elapsed = (performance.now() - begin) / 1000) {
    while (asked.length < elapsed * rate) asked.push(ask(daemon, tally));
    if (elapsed >= 1) atStart ??= {good: tally.good, at: elapsed}; // the queue is full by then
    await pause(2);
  }
  const goodput = (tally.good - atStart.good) / ((performance.now() - begin) / 1000 - atStart.at);
  await Promise.all(asked);
  return {...tally, goodput, asked: asked.length};
}

async function overload({long, say}) {
  const seconds = long ? 20 : 3;
  await withDaemon({args: ['--threads', String(threads), '--max-queue', '16']}, async daemon => {
    const told = [];
    for (let round = 0; round < ROUNDS; round++) {
      const before = await peakOf(daemon, seconds / 2);
      const run = await overloaded(daemon, OVERLOAD * before, seconds);
      const peak = (before + await peakOf(daemon, seconds / 2)) / 2;
      const refused = Float64Array.from(run.refusedMs).sort();
      const p99 = refused[Math.floor(0.99 * refused.length)];
      assert.deepEqual(run.wrong, [], 'all are answered');
      assert.ok(refused.length > run.asked / 3, `${refused.length} of ${run.asked} refused: it was no overload`);
      told.push(`peak ${peak.toFixed()}/s, ${run.goodput.toFixed()}/s when ${(OVERLOAD * before).toFixed()}/s ask, ${refused.length} refused, p99 ${p99.toFixed(1)} ms`);
      if (run.goodput >= GOODPUT * peak && p99 < REFUSED_MS) return say(told.at(-1));
    }
    return assert.fail(told.join('; '));
  });
}

const livez = {name: 'livez', method: 'GET', path: '/livez', body: '', isLight: true, expected: cases.answer('/livez', '')};

/** The service says that it lives, and answers small requests, while all threads of the pool are busy and the queue is full. */
async function busy({long, say}) {
  await withDaemon({args: ['--threads', String(threads)]}, async daemon => {
    const {figures} = await withGood(daemon, async () => {
      const end = performance.now() + (long ? 20000 : 3000);
      await Promise.all(Array.from({length: 20}, async () => {
        const tally = newTally();
        while (performance.now() < end) await ask(daemon, tally, lengthy);
        assert.deepEqual(tally.wrong, []);
      }));
    }, {cases: [livez, cases.forward], p99: 10});
    await until(async () => await daemon.metric('backpropd_http_requests_in_flight') === 1, 'nothing is in flight');
    say(goodFigures(figures));
  });
}

export default [
  {row: 93, name: '/livez and small requests while all threads calculate', run: busy},
  {row: 94, name: `${OVERLOAD} times the requests that can be answered`, run: overload},
];
