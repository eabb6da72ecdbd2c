// Restarts the real binary again and again under load, its listening socket being held by a supervisor, and counts what
// clients lose: nothing. Then kills it, and tells how soon it serves again. RESTARTS=25 for less of it.
import assert from 'node:assert/strict';
import {setTimeout as pause} from 'node:timers/promises';
import {request} from '../../support/daemon.mjs';
import {supervise} from '../../support/supervise.mjs';
import {ask, makeCounts} from './client.mjs';
import {freePort} from '../../support/port.mjs';

const restarts = Number(process.env.RESTARTS ?? 100);
const kills = 10;

const ms = nanoseconds => Number(nanoseconds) / 1e6;
const sorted = values => [...values].sort((a, b) => a - b);
const median = values => sorted(values)[Math.floor(values.length / 2)];
const spread = values => `median ${median(values).toFixed(1)} ms, most ${Math.max(...values).toFixed(1)} ms`;

const wide = (n, m) => Array.from({length: n}, (_, i) => Array.from({length: m}, (_, j) => ((i * 7 + j * 3) % 11 - 5) / 16));
/** Some 150 KB: what a thread of the pool calculates, after an upload of several packets. */
const large = JSON.stringify({network: {W1: wide(160, 160), b1: Array(160).fill(0.25)},
  samples: [{x: Array(160).fill(0.5), y: Array(160).fill(0)}], options: {}});

const textOf = (body, close) => Buffer.from(`POST /backward HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
  `${close ? 'Connection: close\r\n' : ''}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);

/** What each client does, and how many there are of it. */
const kinds = [
  {name: 'kept connections', n: 6, keeps: true},
  {name: 'kept connections that think for 300 ms at most', n: 6, keeps: true, think: 300},
  {name: 'kept connections with large requests', n: 2, keeps: true, large: true},
  {name: 'a connection a request', n: 6, keeps: false},
];

async function underLoad() {
  const supervisor = await supervise({args: ['--log-format', 'off', '--threads', '2']});
  const {port} = supervisor;
  await supervisor.start();
  const small = (await request(port, 'GET', '/examples/textbook')).text;
  const expected = Object.fromEntries(await Promise.all([small, large].map(async body => {
    const {status, text} = await request(port, 'POST', '/backward', body);
    assert.equal(status, 200, text.slice(0, 500));
    return [body, Buffer.from(text)];
  })));

  let over = false, since = 0, startedAt = null;
  const firsts = [];
  const onAnswer = at => {
    since++;
    if (startedAt !== null && at > startedAt) {
      firsts.push(ms(at - startedAt));
      startedAt = null;
    }
  };
  const clients = kinds.flatMap(kind => {
    kind.counts = makeCounts();
    const body = kind.large ? large : small;
    const client = {where: {host: '127.0.0.1', port}, request: textOf(body, !kind.keeps), expected: expected[body], counts: kind.counts, onAnswer};
    return Array.from({length: kind.n}, () => ask(client, {...kind, isOver: () => over}));
  });

  const stops = [];
  for (let i = 0; i < restarts; i++) {
    for (since = 0; since < 60;) await pause(Math.random() * 20);
    const begin = process.hrtime.bigint();
    const {status} = await supervisor.stop();
    assert.equal(status, 0, supervisor.log());
    stops.push(ms(process.hrtime.bigint() - begin));
    const {at} = await supervisor.start();
    startedAt = BigInt(at);
    while (startedAt !== null) await pause(2);
  }
  over = true;
  await Promise.all(clients);
  const last = await supervisor.stop();
  await supervisor.end();
  assert.equal(last.status, 0);
  return {firsts, stops};
}

/** Kills it, starts it again, and asks at once; on a socket that is passed to it, or on its own. */
async function afterKills(socket) {
  const free = await freePort();
  const supervisor = await supervise({socket, args: ['--listen', `127.0.0.1:${free}`]});
  const port = supervisor.port ?? free;
  const times = [];
  await supervisor.start();
  for (let i = 0; i < kills; i++) {
    const {status} = await supervisor.stop('kill');
    assert.equal(status, -9);
    const {at} = await supervisor.start();
    assert.equal((await request(port, 'GET', '/livez')).status, 200);
    times.push(ms(process.hrtime.bigint() - BigInt(at)));
  }
  await supervisor.end();
  return times;
}

const begin = Date.now();
const {firsts, stops} = await underLoad();
console.log(`${restarts} restarts under load in ${((Date.now() - begin) / 1000).toFixed(1)} s`);
const columns = ['answered', 'connections', 'closedIdle', 'raced', 'late', 'lost'];
console.log([...columns.map(name => name.padStart(12)), ' clients'].join(''));
for (const {name, n, counts} of kinds) {
  console.log([...columns.map(column => String(counts[column].length ?? counts[column]).padStart(12)), `  ${n} with ${name}`].join(''));
}
const total = column => kinds.reduce((sum, {counts}) => sum + (counts[column].length ?? counts[column]), 0);
console.log([...columns.map(column => String(total(column)).padStart(12)), '  in all'].join(''));
console.log(`from SIGTERM to the exit: ${spread(stops)}`);
console.log(`from exec to the first 200, under load: ${spread(firsts)}`);

const killed = {'a socket passed to it': await afterKills('tcp'), 'its own socket': await afterKills('none')};
for (const [name, times] of Object.entries(killed)) console.log(`from exec to the first 200, after kill -9, with ${name}: ${spread(times)}`);

assert.deepEqual(kinds.flatMap(({counts}) => counts.lost), [], 'lost requests');
assert.equal(total('raced'), 0, 'requests that met a closing connection');
assert.ok(total('answered') > restarts * 60, 'hardly any load');
