// `make soak`: good and hostile clients at once for SOAK_SECONDS. Good clients keep to /forward and /backward and compare
// every byte; hostile ones, through the bad network of tests/hostile/chaos, keep to /step, so that /metrics can be held to what
// either saw. Once a second the process is looked at: memory, descriptors and threads have to stay where they are.
import assert from 'node:assert/strict';
import {setTimeout as pause} from 'node:timers/promises';
import {request} from '../../support/daemon.mjs';
import {readMetrics, valueOf} from '../../support/metrics.mjs';
import * as cases from '../chaos/cases.mjs';
import {assertClean, isSanitized, launch} from '../chaos/daemon.mjs';
import {converse, plansFor} from '../chaos/dialogue.mjs';
import {assertGood} from '../chaos/limits.mjs';
import {goodClients} from '../chaos/good.mjs';
import {startProxy} from '../chaos/proxy.mjs';
import {makeRandom, seed} from '../chaos/random.mjs';
import {assertFlat} from './flat.mjs';

const seconds = Number(process.env.SOAK_SECONDS ?? 60);
assert.ok(seconds >= 30, 'SOAK_SECONDS is at least 30');
const good = [cases.forward, cases.backward, cases.upload, cases.reply];
const random = makeRandom();
console.log(`CHAOS_SEED=${seed} SOAK_SECONDS=${seconds}`);

const daemon = await launch();
const fresh = daemon.observe();
const proxy = await startProxy(daemon.port);
const clients = await goodClients(daemon.port, good, {clients: 6, pauseMs: 40});
const end = performance.now() + 1000 * seconds;
const hostile = {dialogues: 0, answered: 0, wrong: 0};

/** Exchanges that are cut, reset, half-closed, stalled and dripped, at all phases. */
async function badNetwork() {
  while (performance.now() < end) {
    for (const {one, plan} of plansFor([cases.step], random)) {
      if (performance.now() >= end) return;
      hostile.dialogues++;
      if (await converse(proxy, one, plan) === 'answered') hostile.answered++;
    }
  }
}

/** Bodies that are wrong in small ways: a piece of a good one with some bytes changed, cut or doubled. */
function spoiled(text) {
  const bytes = Buffer.from(text);
  for (let i = random.between(1, 4); i > 0; i--) bytes[random.below(bytes.length)] = random.pick([0, 34, 44, 45, 48, 91, 93, 101, 123, 125, 255]);
  const from = random.below(3) ? 0 : random.below(bytes.length);
  return Buffer.concat([bytes.subarray(from), random.below(3) ? Buffer.alloc(0) : bytes.subarray(0, random.below(bytes.length))]);
}

async function wrongBodies() {
  while (performance.now() < end) {
    const {status, json, text} = await request(daemon.port, 'POST', '/step', spoiled(cases.step.body));
    hostile.wrong++;
    assert.ok(status === 200 || ([400, 422].includes(status) && json?.code), `${status} ${text.slice(0, 300)}`); // a number may have become another
    await pause(random.between(0, 10));
  }
}

const samples = [];
async function watch() {
  for (let second = 0; performance.now() < end; second++) {
    samples.push({second, ...daemon.observe()});
    await pause(1000);
  }
}

try {
  await Promise.all([watch(), wrongBodies(), wrongBodies(), ...Array.from({length: 8}, badNetwork)]);
  proxy.stop();
  const figures = await clients.stop();
  assertGood(figures);
  assert.ok(daemon.isAlive(), 'the daemon lives');
  assert.ok(hostile.answered > 0 && hostile.answered < hostile.dialogues);
  await assertClean(daemon, {fds: fresh.fds + 1});

  const families = readMetrics((await request(daemon.port, 'GET', '/metrics')).text);
  const counted = labels => valueOf(families, 'backpropd_http_requests_total', labels);
  for (const path of ['/forward', '/backward']) {
    assert.equal(counted({route: path}), figures.counts[path], `${path}: all that was counted, and what clients saw`);
    assert.equal(counted({route: path, code: '200'}), figures.counts[path]);
    assert.equal(valueOf(families, 'backpropd_http_request_duration_seconds_count', {route: path}), figures.counts[path]);
  }
  const steps = counted({route: '/step'});
  assert.ok(steps >= hostile.answered + hostile.wrong, `/step: ${steps} counted, ${hostile.answered + hostile.wrong} answers were seen`);
  assert.ok(steps <= hostile.dialogues + hostile.wrong, `/step: ${steps} counted, ${hostile.dialogues + hostile.wrong} were sent`);
  assert.equal(counted({code: '500'}), 0);

  const flat = assertFlat(samples, isSanitized ? ['threads'] : undefined);
  const {code, signal} = await daemon.stop();
  assert.deepEqual([code, signal], [0, null]);
  console.log(`soak: ${seconds} s, ${figures.requests} good requests, ${figures.failed} failed, p99 ${figures.p99.toFixed(1)} ms (bare server: ${figures.control.p99.toFixed(1)}), `
    + `${hostile.dialogues} broken exchanges, ${hostile.wrong} spoiled bodies; ${flat}`);
} finally {
  clients.kill();
  daemon.child.kill('SIGKILL');
}
process.exit(0);
