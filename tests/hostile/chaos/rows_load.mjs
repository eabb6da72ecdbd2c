// Rows 93 and 94: more work than there are threads. What is promised is an order, not a time: a small or refused request
// has an answer while the long calculations before it go on, which are made longer until they do.
import assert from 'node:assert/strict';
import {setTimeout as pause} from 'node:timers/promises';
import {request} from '../../support/daemon.mjs';
import {growing, long, roomy} from '../../support/heavy.mjs';
import {until} from '../../support/until.mjs';
import * as cases from './cases.mjs';
import {withDaemon} from './daemon.mjs';
import {goodFigures, withGood} from './limits.mjs';

const threads = 2;
const queue = 2;
const asked = [...cases.small, {name: 'livez', method: 'GET', path: '/livez', body: '', expected: cases.answer('/livez', '')}];

/** Fills all threads and the queue with calculations of so many steps, acts, and tells whether all of them went on
 * while it did; each is answered in the end. */
async function whileFull(daemon, steps, act) {
  let ended = 0;
  const body = long(steps);
  const calculate = async () => {
    const reply = await request(daemon.port, 'POST', '/step', body);
    if (reply.status === 503) return calculate(); // a thread had not yet taken its first
    ended++;
    return reply;
  };
  const running = Array.from({length: threads + queue}, calculate);
  await until(async () => await daemon.metric('backpropd_http_requests_in_flight') === running.length + 1 || ended > 0, 'all are in flight');
  await act();
  const wasFull = ended === 0;
  for (const {status, json} of await Promise.all(running)) assert.deepEqual([status, json.losses.length], [200, steps + 1]);
  return wasFull;
}

const options = {args: ['--threads', String(threads), '--max-queue', String(queue), ...roomy]};

/** The service says that it lives, and answers small requests, while all threads of the pool are busy and the queue is full. */
async function busy({say}) {
  await withDaemon(options, async daemon => {
    const {figures} = await withGood(daemon, () => growing(steps => whileFull(daemon, steps, async () => {
      for (const {method, path, body, expected} of asked) assert.equal((await request(daemon.port, method ?? 'POST', path, body)).text, expected);
    })), {cases: asked});
    say(goodFigures(figures));
  });
}

async function refused({say}) {
  await withDaemon(options, async daemon => {
    const n = 10;
    await growing(async steps => {
      let told = 0;
      const wasFull = await whileFull(daemon, steps, async () => {
        const replies = await Promise.all(Array.from({length: n}, () => request(daemon.port, 'POST', '/step', long(steps))));
        for (const {status, json, headers} of replies.filter(({status: one}) => one !== 200)) {
          assert.deepEqual([status, json.code], [503, 'overloaded']);
          assert.match(headers['retry-after'], /^[1-9]\d*$/);
          told++;
        }
      });
      return wasFull && told === n; // each was refused while none of those before it had ended
    });
    say(`${n} refused while ${threads + queue} went on, which were all answered`);
  });
}

// ---- Figures of an overload ----

const OVERLOAD = 4; // times the requests that can be answered

/** A request that is long to calculate and small both ways, so that clients take little of the processor. */
const body = JSON.stringify({...cases.network([20, 20, 10], 1), learning_rate: 1e-6, steps: 10000, include: []});
const expected = cases.answer('/step', body);

async function ask(daemon, tally) {
  const begin = performance.now();
  const reply = await request(daemon.port, 'POST', '/step', body);
  if (reply.status === 200) {
    assert.ok(reply.text === expected, 'other bytes than expected');
    tally.good++;
  } else {
    assert.deepEqual([reply.status, reply.json?.code], [503, 'overloaded']);
    assert.match(reply.headers['retry-after'], /^[1-9]\d*$/);
    tally.refusedMs.push(performance.now() - begin);
  }
}

/** Answers in a second when there are always a few more requests than threads. */
async function peakOf(daemon, seconds) {
  const tally = {good: 0, refusedMs: []};
  const end = performance.now() + 1000 * seconds;
  await Promise.all(Array.from({length: 2 * threads}, async () => {
    do await ask(daemon, tally); while (performance.now() < end);
  }));
  return tally.good / seconds;
}

/** What becomes of requests that come at a rate, whether or not they are answered: each has an answer that is right. The
 * rates are the machine's. */
async function overload({long: takesLong, say}) {
  const seconds = takesLong ? 20 : 3;
  await withDaemon({args: ['--threads', String(threads), '--max-queue', '16']}, async daemon => {
    const peak = await peakOf(daemon, seconds / 2);
    const tally = {good: 0, refusedMs: []};
    const all = [];
    const begin = performance.now();
    for (let elapsed = 0; elapsed < seconds; elapsed = (performance.now() - begin) / 1000) {
      while (all.length < elapsed * OVERLOAD * peak) all.push(ask(daemon, tally));
      await pause(2);
    }
    const goodput = tally.good / seconds;
    await Promise.all(all);
    const refusals = Float64Array.from(tally.refusedMs).sort();
    const p99 = refusals[Math.floor(0.99 * refusals.length)] ?? NaN;
    say(`peak ${peak.toFixed()}/s, ${goodput.toFixed()}/s when ${(OVERLOAD * peak).toFixed()}/s ask, ${refusals.length} of ${all.length} refused, p99 ${p99.toFixed(1)} ms`);
  });
}

export default [
  {row: 93, name: '/livez and small requests while all threads calculate', run: busy},
  {row: 94, name: 'requests beyond the queue', run: refused},
  {row: 94, name: `${OVERLOAD} times the requests that can be answered`, run: overload},
];
