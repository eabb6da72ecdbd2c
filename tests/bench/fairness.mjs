// Small requests beside large ones, the service as it starts by default, on both processors: two clients
// keep all its threads busy with jobs of about a second, others post the textbook and ask whether it lives.
import { readFileSync } from 'node:fs';
import { body, fourDecimals, save } from './bodies.mjs';
import { cpu, post, serveDefault } from './servers.mjs';
import { figure, markdown } from './table.mjs';
import { RUNS, folder, median, pause, probe, say, startProbe, textbook } from './tools.mjs';

const JOB_SECONDS = 1;
const SMALL = { connections: 4, pauseMs: 20 };
const ALIVE = { connections: 1, pauseMs: 5 };

/** Steps that a request may have: the limit allows 100,000, and no more work than a refusal tells. */
async function mostSteps(server, fields) {
  const reply = await fetch(`${server.url}/step`, { method: 'POST', body: JSON.stringify({ ...fields, steps: 100000 }), headers: { 'content-type': 'application/json' } });
  const { errors: [{ expected, got }] = [{ expected: 1, got: 1 }] } = await reply.json();
  return Math.floor(100000 * Math.min(1, 0.99 * expected / got));
}

/** The file of a /step body whose steps take about so many seconds, as far as the limits allow. */
export async function makeJob(server, name, sizes, samples, seconds) {
  const fields = body(sizes, samples, { learning_rate: 1e-6, include: [] }, fourDecimals);
  const most = await mostSteps(server, fields), trial = Math.ceil(most / 20);
  const spent = [];
  for (let turn = 0; turn < 3; turn++) {
    const before = cpu(server);
    await post(server, '/step', JSON.stringify({ ...fields, steps: trial }));
    spent.push((cpu(server) - before) / 1e6);
  }
  const steps = Math.round((trial * seconds) / median(spent));
  return save(folder, name, { ...fields, steps: Math.max(1, Math.min(most, steps)) });
}

async function beside(server, heavy) {
  const small = startProbe(server, '/backward', { body: textbook, ...SMALL });
  const alive = startProbe(server, '/livez', ALIVE);
  const jobs = heavy && await probe(server, '/step', heavy);
  if (!heavy) await pause(1500);
  return { jobs, small: await small.end(), alive: await alive.end() };
}

export async function measure() {
  say('fairness');
  const server = await serveDefault();
  const heavy = { body: await makeJob(server, 'job', [4, 3, 4], 200, JOB_SECONDS), connections: 2, requests: 2 };
  const seen = [];
  for (let turn = 0; turn < RUNS; turn++)
    seen.push({ idle: await beside(server), alone: await probe(server, '/step', heavy), both: await beside(server, heavy) });
  await server.stop();
  const middle = (pick) => median(seen.map(pick));
  const row = (name, kind) => [name, ...['idle', 'both'].flatMap((when) =>
    ['p50', 'p99'].map((quantile) => figure.ms(middle((turn) => turn[when][kind].good[quantile]))))];
  const share = middle(({ alone, both }) => both.jobs.good_per_second / alone.good_per_second);
  const rate = middle(({ both }) => both.small.good_per_second);
  return {
    sections: [`${markdown(['beside two clients with long jobs', 'p50, no jobs', 'p99, no jobs', 'p50, with jobs', 'p99, with jobs'],
      [row('textbook `/backward`', 'small'), row('`/livez`', 'alive')])}

The jobs are \`/step\` of ${figure.ms(middle(({ alone }) => alone.good.p50))} each, two at any time. Beside them come ${rate.toFixed(0)} textbook requests a second from
${SMALL.connections} connections. The jobs get done at ${figure.percent(share)} of the rate they have alone.`],
  };
}
