// `make bench`: what the service costs, as ratios against peers in the same run. Medians of RUNS runs
// that take turns. Nothing is asserted but that no request fails and that peers get the same loss.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { body, save } from './bodies.mjs';

const RUNS = 5;
const folder = 'build/bench';
const textbook = 'src/http/examples/textbook.json';
const tool = (name) => `build/release/bench/${name}`;
const median = (values) => values.slice().sort((a, b) => a - b)[Math.floor(values.length / 2)];
const json = (command, ...words) => JSON.parse(execFileSync(command, words.map(String), { encoding: 'utf8' }));
const alone = (...command) => json('taskset', '-c', '1', ...command);

/** A server on the first processor; load comes from the second. */
async function serve(...command) {
  const child = spawn('taskset', ['-c', '0', ...command.map(String)], { stdio: ['ignore', 'pipe', 'ignore'] });
  const line = await new Promise((done) => { child.stdout.once('data', (text) => done(String(text))); });
  return { pid: child.pid, url: line.trim().split(' on ')[1], stop: () => child.kill('SIGTERM') };
}
const service = () => serve('build/release/backpropd', '--listen', '127.0.0.1:0', '--log-format', 'off', '--threads', 1);

/** User and system time of a process so far, in microseconds; a tick is 10 ms. */
function cpu({ pid }) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 1e4;
}

/** Posts a body for some seconds. Returns processor time a request. */
async function load(server, file, connections, seconds) {
  writeFileSync(`${folder}/post.lua`, `local f = io.open("${file}", "rb")
wrk.method = "POST"
wrk.body = f:read("*a")
wrk.headers["Content-Type"] = "application/json"
done = function(summary)
  io.write(string.format("RESULT %d %d\\n", summary.requests, summary.errors.status + summary.errors.connect + summary.errors.timeout))
end`);
  const before = cpu(server);
  const { stdout } = await promisify(execFile)('taskset', ['-c', '1', 'wrk', '-t1', `-c${connections}`,
    `-d${seconds}s`, '-s', `${folder}/post.lua`, `${server.url}/backward`]);
  const [, requests, errors] = /RESULT (\d+) (\d+)/.exec(stdout).map(Number);
  assert.equal(errors, 0, 'every request is answered');
  return (cpu(server) - before) / requests;
}

/** The service, the bare library and Node take turns under the same load. */
async function compare(table, name, file, connections) {
  const ours = await service();
  const post = async ({ url }) =>
    (await fetch(`${url}/backward`, { method: 'POST', body: readFileSync(file) })).text();
  const reply = await post(ours);
  const peers = { 'bare libmicrohttpd': await serve(tool('bare'), reply.length), 'Node, JSON.parse, loops': await serve('node', 'tests/bench/peer_node.mjs', 'serve') };
  const theirs = JSON.parse(await post(peers['Node, JSON.parse, loops']));
  assert.ok(Math.abs(JSON.parse(reply).loss - theirs.loss) < 1e-9, 'the peer gets the same loss');
  const servers = [ours, ...Object.values(peers)];
  const times = servers.map(() => []);
  for (const server of servers) await load(server, file, connections, 1); // warm up
  for (let turn = 0; turn < RUNS; turn++)
    for (const [i, server] of servers.entries()) times[i].push(await load(server, file, connections, 2));
  servers.forEach((server) => server.stop());
  const [mine, ...others] = times.map(median);
  Object.keys(peers).forEach((peer, i) => {
    table.push([name, `${mine.toFixed(1)} us`, peer, `${others[i].toFixed(1)} us`, mine / others[i]]);
  });
}

/** Arithmetic alone, against NumPy with one thread. */
function arithmetic(table, file) {
  const ours = [], theirs = [];
  for (let turn = 0; turn < RUNS; turn++) {
    const mine = alone(tool('core'), file, 40);
    const peer = alone('/usr/bin/python3', 'tests/bench/peer_numpy.py', file, 40);
    assert.ok(Math.abs(mine.loss - peer.loss) < 1e-9, 'NumPy gets the same loss');
    ours.push(mine.milliseconds);
    theirs.push(peer.milliseconds);
  }
  const [a, b] = [median(ours), median(theirs)];
  table.push(['784-128-10, 256 samples, arithmetic', `${a.toFixed(2)} ms`, 'NumPy, one thread', `${b.toFixed(2)} ms`, a / b]);
}

function steps(table) {
  const file = save(folder, 'steps', { ...JSON.parse(readFileSync(textbook)), learning_rate: 0.01, steps: 10000 });
  const times = Array.from({ length: RUNS }, () => alone(tool('answer'), '/step', file, 20).microseconds / 10000);
  table.push(['/step, 10,000 steps, each', `${median(times).toFixed(3)} us`, '', '', NaN]);
}

/** Repeats exactly, whatever else the machine does. */
function instructions(table) {
  const count = (times) => {
    const out = execFileSync('valgrind', ['--tool=callgrind', `--callgrind-out-file=${folder}/callgrind.out`,
      tool('answer'), '/backward', textbook, String(times)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    assert.ok(out);
    return Number(/^summary: (\d+)/m.exec(readFileSync(`${folder}/callgrind.out`, 'utf8'))[1]);
  };
  table.push(['textbook /backward, no socket', `${Math.round((count(1100) - count(100)) / 1000)} instructions`, '', '', NaN]);
}

const table = [];
const large = save(folder, 'large', { ...body([784, 128, 10], 1), include: [] });
const batch = save(folder, 'batch', { ...body([784, 128, 10], 256), include: [] });
await compare(table, 'textbook /backward, CPU a request', textbook, 16);
await compare(table, '784-128-10, one sample, CPU a request', large, 2);
arithmetic(table, batch);
steps(table);
instructions(table);
console.log('| measured | backpropd | peer | peer\'s | ratio |\n|---|---|---|---|---|');
for (const [name, ours, peer, theirs, ratio] of table)
  console.log(`| ${name} | ${ours} | ${peer} | ${theirs} | ${Number.isNaN(ratio) ? '' : ratio.toFixed(2)} |`);
process.exit(0);
