// What the service does when asked for more than it can do: of large jobs, and of small requests.
import assert from 'node:assert/strict';
import { makeJob } from './fairness.mjs';
import { wrk } from './replica.mjs';
import { cpu, serveDefault } from './servers.mjs';
import { figure, markdown } from './table.mjs';
import { RUNS, folder, has, median, probe, say } from './tools.mjs';

const JOB_SECONDS = 0.01;
const CLIENTS = 160; // more than run and wait at once, so that no client is missing for a request that is due
const FACTORS = [1, 2, 4];
const CONNECTIONS = [16, 256, 1024, 2048, 4096]; // the limit is 1,024
const SECONDS = 1;

/** Requests come at 1, 2, 4 times the rate at which four clients get them done without a break. */
async function jobs() {
  const server = await serveDefault();
  const body = await makeJob(server, 'short-job', [28, 15, 8], 32, JOB_SECONDS);
  const peaks = [], seen = FACTORS.map(() => []);
  for (let turn = 0; turn < RUNS; turn++) {
    peaks.push((await probe(server, '/step', { body, connections: 4, seconds: 1 })).good_per_second);
    for (const [i, factor] of FACTORS.entries()) {
      const load = { body, connections: CLIENTS, seconds: 1.5, rate: factor * median(peaks), allowed: ['200', '503'] };
      const result = await probe(server, '/step', load);
      assert.equal(result.retry_after, result.refused.count, 'every 503 has Retry-After');
      seen[i].push({ ...result, share: result.good_per_second / peaks.at(-1) });
    }
  }
  await server.stop();
  const rows = FACTORS.map((factor, i) => {
    const middle = (pick) => median(seen[i].map(pick));
    const refusals = seen[i].map(({ refused }) => refused).filter(({ count }) => count);
    const refusal = (quantile) => (refusals.length ? figure.ms(median(refusals.map((refused) => refused[quantile]))) : '');
    return [`${factor} x ${median(peaks).toFixed(0)}/s`, figure.percent(middle(({ share }) => share)),
      figure.percent(middle(({ refused, requests }) => refused.count / requests)), refusal('p50'), refusal('p99')];
  });
  return `${markdown(['jobs asked for', 'done, of the peak', 'refused', '503, p50', '503, p99'], rows)}

Jobs are \`/step\` of about ${figure.us(JOB_SECONDS * 1e6)} that come at a fixed rate; the peak is what four clients get without a break. Each 503 has Retry-After, and its
time counts from when the request was due.`;
}

async function connections() {
  if (!has('wrk')) {
    say('SKIPPED: overload by connections: wrk is missing (make bench-deps)');
    return [];
  }
  const seen = CONNECTIONS.map(() => []);
  const server = await serveDefault('--max-client-connections', 1000000); // all come from one address
  for (let turn = 0; turn < RUNS; turn++)
    for (const [i, count] of CONNECTIONS.entries()) {
      const before = cpu(server);
      const { good, errors } = wrk(server, count, SECONDS);
      seen[i].push({ good, errors, cost: (cpu(server) - before) / (good * SECONDS) });
    }
  await server.stop();
  const middle = (i, pick) => median(seen[i].map(pick));
  const peak = Math.max(...CONNECTIONS.map((_, i) => middle(i, ({ good }) => good)));
  const rows = CONNECTIONS.map((count, i) => {
    const good = middle(i, (turn) => turn.good);
    return [figure.count(count), `${figure.count(good)}/s`, figure.percent(good / peak),
      figure.us(middle(i, ({ cost }) => cost)), `${figure.count(middle(i, ({ errors }) => errors))}/s`];
  });
  return `${markdown(['connections', 'textbook requests', 'of the peak', 'processor time each', 'refused or closed'], rows)}

All connections post the textbook without a break (wrk, which shares the processors and comes back at once when it is refused);
those beyond --max-connections get 503 and are closed, or wait. Processor time is the service's, refusals included.`;
}

export async function measure() {
  say('overload');
  return { sections: [await jobs(), await connections()].flat() };
}
