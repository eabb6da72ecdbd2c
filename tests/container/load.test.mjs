// The container under load: how it stops, and what becomes of bodies that are larger than its memory.
import assert from 'node:assert/strict';
import http from 'node:http';
import {test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {connect, post} from '../support/raw.mjs';
import {dockerLater, restrictions, skip, start, until} from './box.mjs';

// ---- Stopping ----

/** Asks until the server is gone; every answer must be there to the last byte. */
async function ask({host, port}, bytes, expected, count) {
  for (;;) {
    const line = await connect(port, host).catch(() => undefined);
    if (!line) return; // refused: it has stopped
    try {
      for (;;) {
        await line.send(bytes);
        const {status, text, headers} = await line.reply();
        assert.equal(status, 200);
        assert.equal(text, expected);
        count.whole++;
        if (headers.connection === 'close') break;
      }
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
    }
    const rest = await line.closed();
    if (rest !== '') count.cut.push(rest.slice(0, 200));
    line.destroy();
  }
}

for (const round of [1, 2, 3]) {
  test(`docker stop under load: within a second, exit 0, no answer cut short (${round} of 3)`, {skip}, async () => {
    const box = await start({env: {BACKPROPD_LOG_FORMAT: 'off'}});
    try {
      const book = (await box.call('GET', '/examples/textbook')).text;
      const expected = (await box.call('POST', '/backward', book)).text;
      const count = {whole: 0, cut: []};
      const clients = Array.from({length: 16}, () => ask(box, post('/backward', book), expected, count));
      await until(() => count.whole > 500, 'the load is on');
      const atStop = count.whole;
      const begin = Date.now();
      await dockerLater(['stop', '--time=10', box.id]);
      await Promise.all(clients);
      const {ExitCode, OOMKilled, FinishedAt} = box.state();
      const seconds = (Date.parse(FinishedAt) - begin) / 1000; // without the engine's tidying up
      console.log(`# ${atStop} answers before the stop, ${count.whole - atStop} while it stopped, in ${seconds} s`);
      assert.deepEqual(count.cut, []);
      assert.deepEqual({ExitCode, OOMKilled}, {ExitCode: 0, OOMKilled: false});
      assert.ok(seconds < 1, `${seconds} s`);
    } finally {
      box.remove();
    }
  });
}

test('docker stop finishes a long calculation, and its answer is whole', {skip}, async () => {
  const box = await start();
  try {
    const row = Array(100).fill(0.001);
    const heavy = {network: {W1: Array(100).fill(row), b1: Array(100).fill(0)}, samples: [{x: Array(100).fill(1), y: Array(100).fill(0.5)}], learning_rate: 1e-9, steps: 20000, include: []};
    const reply = box.call('POST', '/step', heavy);
    await until(async () => /in_flight 2$/m.test((await box.call('GET', '/metrics')).text), 'the request is in flight');
    const stopped = dockerLater(['stop', '--time=20', box.id]);
    const {status, json} = await reply;
    await stopped;
    assert.deepEqual([status, json.losses.length, box.state().ExitCode], [200, 20001, 0]);
  } finally {
    box.remove();
  }
});

// ---- Memory ----

const fill = (n, value) => Array(n).fill(value);
const most = 8388608;
const repeated = (start, piece) => Buffer.from(start + piece.repeat(Math.floor((most - start.length) / piece.length)));
const hostile = {
  'empty arrays': repeated('{"network":{"W1":[', '[],'),
  'empty objects': repeated('{"network":[', '{},'),
  'empty strings': repeated('[', '"",'),
  'one-digit numbers': repeated('{"network":{"W1":[[', '0,'),
  'rows of one number': repeated('{"network":{"W1":[', '[0],'),
  'deep nesting': repeated('', '['),
  'many keys': Buffer.from(`{${Array.from({length: 550000}, (_, i) => `"k${i}":1`).join(',')}}`),
  'one long key': Buffer.from(`{"${'a'.repeat(most - 10)}":1}`),
  'blanks': Buffer.alloc(most, ' '),
};
const large = {
  'a large network': Buffer.from(JSON.stringify({network: {W1: fill(1000, fill(900, 0.123456)), b1: fill(900, 0.5)}, samples: fill(20, {x: fill(1000, 0.5), y: fill(900, 1)}), include: []})),
  'many samples': Buffer.from(JSON.stringify({network: {W1: fill(10, fill(10, 0.5)), b1: fill(10, 0)}, samples: fill(4096, {x: fill(10, 0.5), y: fill(10, 1)})})),
};
const tooLarge = {'a body beyond the limit': Buffer.alloc(most + 1, ' ')};

/** The status, or what became of the connection. */
function send({host, port}, body, agent) {
  return new Promise(done => {
    const headers = {'content-type': 'application/json', 'content-length': body.length};
    const req = http.request({host, port, method: 'POST', path: '/backward', headers, agent}, res => {
      res.on('error', error => done(error.code)).on('end', () => done(res.statusCode)).resume();
    });
    req.on('error', error => done(error.code));
    req.end(body);
  });
}

/** Many bodies at once, for some seconds: how often each status came. */
async function bombard(box, bodies, {width = 48, seconds = 6} = {}) {
  const agent = new http.Agent({keepAlive: true, maxSockets: width});
  const all = Object.values(bodies);
  const end = Date.now() + seconds * 1000;
  const count = {};
  let next = 0;
  await Promise.all(Array.from({length: width}, async () => {
    while (Date.now() < end && box.state().Running) {
      const status = await send(box, all[next++ % all.length], agent);
      count[status] = (count[status] ?? 0) + 1;
    }
  }));
  agent.destroy();
  return count;
}

const refused = ['400', '413', '422', '503'];
// a connection may be closed on a client that goes on sending what was refused
const closed = ['ECONNRESET', 'EPIPE'];

test('128 MB are enough for one large request', {skip}, async () => {
  const box = await start();
  try {
    for (const [name, body] of Object.entries(large)) assert.equal(await send(box, body), 200, name);
    for (const [name, body] of Object.entries(hostile)) assert.ok(refused.includes(String(await send(box, body))), name);
    for (const [name, body] of Object.entries(tooLarge)) assert.equal(await send(box, body), 413, name);
    assert.ok(box.state().Running);
  } finally {
    box.remove();
  }
});

test('many large and hostile bodies at once: refused, not killed', {skip}, async () => {
  const box = await start({env: {BACKPROPD_LOG_FORMAT: 'off'}});
  try {
    const book = (await box.call('GET', '/examples/textbook')).text;
    const before = (await box.call('POST', '/backward', book)).text;
    const {StartedAt, Pid} = box.state();
    const count = await bombard(box, {...hostile, ...large, ...tooLarge});
    console.log(`# statuses under 128 MB: ${JSON.stringify(count)}`);
    const others = Object.keys(count).filter(status => status !== '200' && !refused.includes(status) && !closed.includes(status));
    assert.deepEqual(others, []);
    assert.ok(count[503] > 0 && count[413] > 0, JSON.stringify(count));
    const state = box.state();
    assert.deepEqual([state.Running, state.OOMKilled, state.StartedAt, state.Pid], [true, false, StartedAt, Pid]);
    assert.equal((await box.call('POST', '/backward', book)).text, before);
    await until(() => box.state().Health.Status === 'healthy', 'the container is still healthy');
  } finally {
    box.remove();
  }
});

test('the memory limit is real: without its own limit the service is killed by the same load', {skip}, async t => {
  const box = await start({env: {BACKPROPD_MAX_MEMORY_BYTES: String(2 ** 30), BACKPROPD_LOG_FORMAT: 'off'}});
  try {
    if (box.inspect().HostConfig.Memory === 0) return t.skip('SKIPPED: this engine cannot limit memory');
    await bombard(box, large);
    await pause(200);
    assert.deepEqual([box.state().OOMKilled, box.state().ExitCode], [true, 137]);
  } finally {
    box.remove();
  }
});

test('the limit of processes leaves room', {skip}, async () => {
  const box = await start({limits: restrictions.map(one => one === '--pids-limit=32' ? '--pids-limit=12' : one)});
  box.remove();
});
