// Processor time a request, on one processor, against the floor and the peers under the same load.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { body, save } from './bodies.mjs';
import { notMeasured, peers } from './peers.mjs';
import { cpu, post, servePinned, serviceCommand } from './servers.mjs';
import { RUNS, folder, median, probe, say, textbook } from './tools.mjs';

const near = (a, b) => Math.abs(a - b) <= 1e-9;
const flat = (value) => (Array.isArray(value) ? value.flat(Infinity) : [value]);

/** The loss and every gradient, or there would be nothing to compare. */
function assertSame(peer, ours, theirs) {
  const pairs = { loss: ours.loss, dL_dW1: ours.gradients.W1, dL_db1: ours.gradients.b1, dL_dW2: ours.gradients.W2, dL_db2: ours.gradients.b2 };
  for (const [name, expected] of Object.entries(pairs)) {
    const [a, b] = [flat(expected), flat(theirs[name])];
    assert.equal(a.length, b.length, `${peer}: the size of ${name}`);
    assert.ok(a.every((value, i) => near(value, b[i])), `${peer}: ${name} differs by more than 1e-9`);
  }
}

async function costOf(server, load, path = '/backward') {
  const before = cpu(server);
  const { requests } = await probe(server, path, { ...load, pinned: true });
  return (cpu(server) - before) / requests;
}

/** All take turns; returns {name of a server: median of the microseconds a request}. */
async function compare(file, load) {
  const text = readFileSync(file);
  const contenders = [{ name: 'backpropd', command: () => serviceCommand('--threads', 1) }, ...peers];
  const servers = [];
  let reply;
  for (const { name, command, calculates } of contenders) {
    const server = await servePinned(command(reply?.length));
    const theirs = await post(server, '/backward', text);
    reply ??= theirs;
    if (calculates) assertSame(name, JSON.parse(reply), JSON.parse(theirs));
    servers.push(server);
  }
  const costs = servers.map(() => []);
  for (const server of servers) await costOf(server, { ...load, body: file, seconds: 0.7 }); // warm up
  for (let turn = 0; turn < RUNS; turn++)
    for (const [i, server] of servers.entries()) costs[i].push(await costOf(server, { ...load, body: file }));
  for (const server of servers) await server.stop();
  return {
    bytes: [statSync(file).size, reply.length],
    cost: Object.fromEntries(contenders.map(({ name }, i) => [name, median(costs[i])])),
  };
}

/** What /explain takes of the textbook request, as a multiple of /backward. */
async function explained() {
  const load = { connections: 16, seconds: 0.8, body: textbook };
  const server = await servePinned(serviceCommand('--threads', 1));
  const costs = { '/backward': [], '/explain': [] };
  for (let turn = 0; turn < RUNS; turn++)
    for (const path of Object.keys(costs)) costs[path].push(await costOf(server, load, path));
  await server.stop();
  return (median(costs['/explain']) / median(costs['/backward'])).toFixed(1);
}

export async function measure() {
  say('cost: the textbook request');
  const small = await compare(textbook, { connections: 16, seconds: 0.8 });
  say('cost: 784-128-10, one sample');
  const file = save(folder, 'large', { ...body([784, 128, 10], 1), include: [] });
  const large = await compare(file, { connections: 2, seconds: 0.8 });
  say('cost: /explain');
  const multiple = await explained();
  const kilobytes = (bytes) => bytes.map((n) => `${(n / 1000).toFixed(n < 10000 ? 1 : 0)} kB`);
  const [[smallIn, smallOut], [largeIn, largeOut]] = [kilobytes(small.bytes), kilobytes(large.bytes)];
  return {
    columns: [
      { title: 'textbook request', unit: 'us', values: small.cost },
      { title: '784-128-10 request', unit: 'us', values: large.cost },
    ],
    notes: [
      `textbook request, 784-128-10 request: processor time of one \`/backward\` on one processor, with 16 and 2 connections
  (in ${smallIn}, out ${smallOut}; in ${largeIn}, out ${largeOut}). The service replies more to the textbook request than the
  peers do: their reply has each intermediate once, without the reasons of zeros and the samples' own gradients. The large request has
  \`include: []\`, which asks all for the loss and the gradients alone. The service checks all it reads; the peers check nothing
  (FastAPI: the types). Loss and gradients of all agree to 1e-9.`,
      'bare: libmicrohttpd that throws the body away and replies as many bytes as the service; keeping: it copies the body into one block, and replies from a fresh one.',
      ...notMeasured,
    ],
    facts: [`\`/explain\` of the textbook request, as JSON, takes ${multiple} times the processor time of \`/backward\`.`],
  };
}
