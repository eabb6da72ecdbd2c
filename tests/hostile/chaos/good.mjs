// Good clients, in a process of their own so that hostile ones do not slow their clock: each keeps a connection, now
// and then takes a new one, asks, compares every byte, and waits a little. As many ask a bare Node server in yet another
// process, which nobody attacks: what they wait for is the machine. They go on until they have asked often enough to
// have met what is beside them. Started by `goodClients`.
import {fork} from 'node:child_process';
import {once} from 'node:events';
import http from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {patience} from '../../support/until.mjs';

const self = fileURLToPath(import.meta.url);
export const leastRequests = 50;

function ask(agent, port, {method = 'POST', path, body}) {
  return new Promise((done, failed) => {
    const req = http.request({host: '127.0.0.1', port, method, path, agent,
      headers: {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)}}, res => {
      const pieces = [];
      res.on('data', piece => pieces.push(piece));
      res.on('error', failed);
      res.on('end', () => done({status: res.statusCode, text: Buffer.concat(pieces).toString('utf8')}));
    });
    req.setTimeout(patience, () => req.destroy(new Error('no answer')));
    req.on('error', failed);
    req.end(body);
  });
}

async function client({port, cases, pauseMs}, i, run) {
  let agent = new http.Agent({keepAlive: true, maxSockets: 1});
  for (let n = i; !run.stopping || run.times.length + run.failures.length < leastRequests; n++) {
    const one = cases[n % cases.length];
    const begin = performance.now();
    try {
      const {status, text} = await ask(agent, port, one);
      run.times.push(performance.now() - begin);
      if (status === 200) run.counts[one.path] = (run.counts[one.path] ?? 0) + 1;
      if (status !== 200) run.failures.push(`${one.name}: ${status} ${text.slice(0, 200)}`);
      else if (text !== one.expected) run.failures.push(`${one.name}: other bytes than expected: ${text.slice(0, 200)}`);
    } catch (error) {
      run.failures.push(`${one.name}: ${error.code ?? ''} ${error.message}`);
    }
    if (n % 16 === 15) {
      agent.destroy();
      agent = new http.Agent({keepAlive: true, maxSockets: 1});
    }
    await pause(pauseMs * (0.5 + Math.random()));
  }
  agent.destroy();
}

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;

function report({times, failures, counts}) {
  const sorted = Float64Array.from(times).sort();
  return {requests: times.length, failed: failures.length, failures: failures.slice(0, 5), counts,
    p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), max: quantile(sorted, 1)};
}

async function control({expected}) {
  const server = http.createServer((req, res) => {
    req.resume().on('end', () => res.end(expected));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send(server.address().port);
}

async function work() {
  const runs = [0, 1].map(() => ({times: [], failures: [], counts: {}, stopping: false}));
  const [wish] = await once(process, 'message');
  if (wish.control) return control(wish.control);
  const bare = fork(self);
  bare.send({control: wish.cases[0]});
  const [port] = await once(bare, 'message');
  process.once('message', () => { for (const run of runs) run.stopping = true; });
  const clients = Array.from({length: wish.clients}, (_, i) => client(wish, i, runs[0]));
  const others = Array.from({length: wish.clients}, (_, i) => client({...wish, port, cases: wish.cases.slice(0, 1)}, i, runs[1]));
  process.send('started');
  await Promise.all([...clients, ...others]);
  bare.kill();
  process.send({...report(runs[0]), control: report(runs[1])});
  process.disconnect();
}

/** Starts clients; `stop()` gives {requests, failed, failures, counts, p50, p99, max} and the same of the
 * bare server as `control`; times in milliseconds. */
export async function goodClients(port, cases, {clients = 8, pauseMs = 20} = {}) {
  const child = fork(self);
  child.send({port, cases, clients, pauseMs});
  await once(child, 'message');
  return {
    async stop() {
      const reported = once(child, 'message');
      child.send('stop');
      const [figures] = await reported;
      return figures;
    },
    kill: () => child.kill(),
  };
}

if (process.argv[1] === self) {
  process.on('disconnect', () => process.exit());
  await work();
}
