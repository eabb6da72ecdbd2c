// How time and memory grow from the textbook's 31 parameters to the limits of parameters, of a body and of
// a reply. Writes growth.json and growth.svg beside the report.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { body, fourDecimals, save } from './bodies.mjs';
import { cpu, peakMemory, post, serveDefault, servePinned, serviceCommand } from './servers.mjs';
import { fit } from './fit.mjs';
import { chart } from './svg.mjs';
import { figure, markdown } from './table.mjs';
import { RUNS, folder, median, probe, say } from './tools.mjs';

/** One sample through networks that grow: the last is at the limits of parameters, of a reply and nearly of a body. */
const NETWORKS = [[4, 3, 4], [10, 8, 5], [28, 15, 8], [64, 34, 8], [128, 83, 10], [392, 128, 10], [784, 286, 10], [1000, 988, 10]];
/** Samples and then steps that grow, of one network. */
const WORK = [[4, 1], [16, 1], [64, 1], [256, 1], [256, 6], [256, 37]];
const WORKER = [784, 128, 10];
const BUDGET = 60000; // microseconds of one measurement, about

const parametersOf = (sizes) => sizes.slice(1).reduce((sum, n, k) => sum + (sizes[k] + 1) * n, 0);
/** Of forward and backward: 3 P - P1 a sample, of P parameters, P1 of them in the first layer. */
const multiplyAddsOf = (sizes) => 3 * parametersOf(sizes) - (sizes[0] + 1) * sizes[1];

function makePoint({ path, sizes, samples = 1, steps }) {
  // Weights of four decimals: a body of a million of them is within the limit of 8 MiB.
  const rest = { include: [], ...(steps && { steps, learning_rate: 1e-6 }) };
  const file = save(folder, `growth-${sizes.join('-')}-${samples}-${steps ?? 0}`, body(sizes, samples, rest, fourDecimals));
  const multiplyAdds = (steps ?? 1) * samples * multiplyAddsOf(sizes) + (steps ? samples * parametersOf(sizes) : 0);
  return {
    path, network: sizes.join('-'), samples, steps, file, parameters: parametersOf(sizes), multiplyAdds,
    bodyBytes: statSync(file).size, cpu: [], wall: [], memory: [],
  };
}

async function measureTime(server, point, requests) {
  const before = cpu(server);
  const { good } = await probe(server, point.path, { body: point.file, requests, pinned: true });
  return { cpu: (cpu(server) - before) / requests, wall: good.p50 * 1000 };
}

/** What a fresh process needs for one such request beyond what it has when idle. */
async function measureMemory(point) {
  const server = await serveDefault();
  const idle = peakMemory(server);
  const reply = await post(server, point.path, readFileSync(point.file));
  const beyond = peakMemory(server) - idle;
  await server.stop();
  return { beyond, replyBytes: reply.length };
}

/** Each point's medians, in turns. */
async function measurePoints(points) {
  say('growth: memory');
  for (let turn = 0; turn < RUNS; turn++)
    for (const point of points) {
      const { beyond, replyBytes } = await measureMemory(point);
      point.memory.push(beyond);
      point.replyBytes = replyBytes;
    }
  say('growth: time');
  const server = await servePinned(serviceCommand('--threads', 1));
  for (const point of points) {
    const { cpu: first } = await measureTime(server, point, 2); // warm up
    point.requests = Math.max(1, Math.min(1000, Math.round(BUDGET / first)));
  }
  for (let turn = 0; turn < RUNS; turn++)
    for (const point of points) {
      const seen = await measureTime(server, point, point.requests);
      point.cpu.push(seen.cpu);
      point.wall.push(seen.wall);
    }
  await server.stop();
  for (const point of points) {
    for (const kind of ['cpu', 'wall', 'memory']) point[kind] = median(point[kind]);
    delete point.file;
  }
}

const bytes = (point) => point.bodyBytes + point.replyBytes;
const work = (point) => bytes(point) + point.multiplyAdds;

function draw(networks, steps) {
  const line = (points, x, y) => points.map((point) => [x(point), y(point)]);
  return chart([
    {
      title: 'Time of one request', x: 'bytes of body and reply + multiply-adds', y: 'microseconds',
      series: [
        { name: '/backward: processor time', points: line(networks, work, (point) => point.cpu) },
        { name: '/backward: latency, alone', points: line(networks, work, (point) => point.wall) },
        { name: '/step: processor time', points: line(steps, work, (point) => point.cpu) },
        { name: 'linear fit', line: true, points: line(networks, work, (point) => point.fit) },
        { name: '', line: true, points: line(steps, work, (point) => point.fit) },
      ],
    },
    {
      title: 'Peak memory for one /backward', x: 'bytes of body and reply', y: 'bytes beyond idle',
      series: [
        { name: 'peak memory beyond idle', points: line(networks, bytes, (point) => point.memory) },
        { name: 'bytes of body and reply', line: true, points: line(networks, bytes, bytes) },
      ],
    },
  ]);
}

const tableOf = (points) => markdown(
  ['request', 'parameters', 'multiply-adds', 'body', 'reply', 'processor time', 'linear fit', 'latency, alone', 'peak memory', 'over body and reply'],
  points.map((point) => [
    `${point.path} ${point.network}${point.samples > 1 ? `, ${point.samples} samples` : ''}${point.steps > 1 ? `, ${point.steps} steps` : ''}`,
    figure.count(point.parameters), figure.count(point.multiplyAdds), figure.B(point.bodyBytes), figure.B(point.replyBytes),
    figure.us(point.cpu), figure.us(point.fit), figure.us(point.wall), figure.B(point.memory), figure.times(point.memory / bytes(point)),
  ]));

export async function measure() {
  const networks = NETWORKS.map((sizes) => makePoint({ path: '/backward', sizes }));
  const steps = WORK.map(([samples, n]) => makePoint({ path: '/step', sizes: WORKER, samples, steps: n }));
  const points = [...networks, ...steps];
  await measurePoints(points);
  const line = fit(points.map((point) => ({ x: [1, bytes(point), point.multiplyAdds], y: point.cpu })));
  points.forEach((point, i) => { point.fit = line.values[i]; });
  writeFileSync(`${folder}/growth.json`, `${JSON.stringify({ points, fit: line }, null, 2)}\n`);
  writeFileSync(`${folder}/growth.svg`, draw(networks, steps));
  const [base, aByte, aMultiplyAdd] = line.factors;
  return {
    sections: [`${tableOf(points)}

All with \`include: []\`, on one processor. Linear fit: ${base.toFixed(0)} us + ${(aByte * 1000).toFixed(2)} ns for each byte of body and reply + ${(aMultiplyAdd * 1000).toFixed(3)} ns for each
multiply-add; it is off by ${figure.percent(line.worst)} at most. Peak memory: VmHWM of a fresh process after the one request, less VmHWM when idle.`],
  };
}
