// The container under load: how it stops, and what becomes of bodies that are larger than its memory.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import http from 'node:http';
import {test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {request} from '../../support/daemon.mjs';
import {connect, post, readReply} from '../../support/raw.mjs';
import {growing, long, roomy} from '../../support/heavy.mjs';
import {inTime, patience, until} from '../../support/until.mjs';
import {dockerLater, restrictions, skip, start} from './box.mjs';

const fill = (n, value) => Array(n).fill(value);

// ---- Stopping ----

/** Asks until the server is gone; every answer must be there to the last byte, and be 200 but for the refusals of a
 * server that stops. */
async function ask({host, port}, bytes, expected, count) {
  for (;;) {
    const line = await connect(port, host).catch(() => undefined);
    if (!line) return; // refused: it has stopped
    try {
      for (;;) {
        await line.send(bytes);
        const {status, text, headers} = await line.reply();
        if (status === 503 && count.isStopping) { // told to come back, in a whole answer
          count.refused++;
          break;
        }
        assert.equal(status, 200, text);
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
  test(`docker stop under load: exit 0, no answer cut short (${round} of 3)`, {skip}, () => inTime(async () => {
    const box = await start({env: {BACKPROPD_LOG_FORMAT: 'off'}});
    try {
      const book = (await box.call('GET', '/examples/textbook')).text;
      const {network, samples} = JSON.parse(book);
      const bodies = [book, JSON.stringify({network, samples: fill(4000, samples[0])})]; // a small answer and one of some MB
      const expected = await Promise.all(bodies.map(async body => (await box.call('POST', '/backward', body)).text));
      const count = {whole: 0, refused: 0, cut: [], isStopping: false};
      const clients = Array.from({length: 16}, (_, i) => {
        const kind = i < 3 ? 1 : 0;
        return ask(box, post('/backward', bodies[kind]), expected[kind], count);
      });
      await until(() => count.whole > 500, 'the load is on');
      const atStop = count.whole;
      const begin = Date.now();
      count.isStopping = true;
      await dockerLater(['stop', '--time=60', box.id]);
      await Promise.all(clients);
      const {ExitCode, OOMKilled, FinishedAt} = box.state();
      const seconds = (Date.parse(FinishedAt) - begin) / 1000; // without the engine's tidying up
      console.log(`# ${atStop} answers before the stop, ${count.whole - atStop} and ${count.refused} refusals while it stopped, in ${seconds} s`);
      assert.deepEqual(count.cut, []);
      assert.deepEqual({ExitCode, OOMKilled}, {ExitCode: 0, OOMKilled: false});
    } finally {
      box.remove();
    }
  }));
}

test('docker stop finishes a long calculation, and its answer is whole', {skip}, () => growing(async steps => {
  const box = await start({args: roomy});
  try {
    let isOver = false;
    const reply = request(box.published, 'POST', '/step', long(steps)).finally(() => { isOver = true; });
    await until(async () => isOver || /in_flight 2$/m.test((await box.call('GET', '/metrics')).text), 'the request is in flight');
    const stopped = dockerLater(['stop', '--time=600', box.id]);
    await pause(200);
    const isBusy = !isOver;
    const {status, json} = await reply;
    await stopped;
    assert.deepEqual([status, json.losses.length, box.state().ExitCode], [200, steps + 1, 0]);
    return isBusy;
  } finally {
    box.remove();
  }
}));

// ---- Stopping while a client reads ----

/** A client with a receive buffer of 4 KB, which Node cannot ask for: it sends a request, reads the first bytes of the
 * answer, says so, and reads the rest when its standard input ends. */
const lateReader = `
import socket, sys
host, port, request = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode()
client = socket.socket()
client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
client.settimeout(${patience / 1000})
client.connect((host, port))
client.sendall(request)
answer = client.recv(100)
print("begun", file=sys.stderr, flush=True)
sys.stdin.read()
try:
    while piece := client.recv(1000):
        answer += piece
except OSError:
    pass
sys.stdout.buffer.write(answer)
`;

async function readLate({host, port}, bytes) {
  const child = spawn('/usr/bin/python3', ['-c', lateReader, host, port, bytes.toString()]);
  const pieces = [];
  child.stdout.on('data', piece => pieces.push(piece));
  const closed = once(child, 'close');
  await once(child.stderr, 'data');
  return async () => {
    child.stdin.end();
    await closed;
    return Buffer.concat(pieces);
  };
}

// What the kernel holds of an answer when the process has ended is lost with the container's network.
test('docker stop waits for a client that has not yet read its answer', {skip}, () => inTime(async () => {
  const box = await start();
  try {
    const {network, samples} = (await box.call('GET', '/examples/textbook')).json;
    const body = JSON.stringify({network, samples: fill(100, samples[0])});
    const expected = (await box.call('POST', '/backward', body)).text;
    assert.ok(expected.length > 40000 && expected.length < 80000, `${expected.length} bytes: more than a client's buffer, less than the server's`);
    const goOn = await readLate(box, post('/backward', body));
    const stopped = dockerLater(['stop', '--time=60', box.id]);
    await pause(1000);
    const answer = await goOn();
    await stopped;
    assert.equal(readReply(answer, 'POST')?.text, expected, `${answer.length} bytes came of ${expected.length}`);
    assert.equal(box.state().ExitCode, 0);
  } finally {
    box.remove();
  }
}));

// ---- Memory ----

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
const networkOf = inputs => Buffer.from(JSON.stringify({network: {W1: fill(inputs, fill(900, 0.123456)), b1: fill(900, 0.5)},
  samples: fill(20, {x: fill(inputs, 0.5), y: fill(900, 1)}), include: []}));
const large = {
  'a large network': networkOf(400),
  'many samples': Buffer.from(JSON.stringify({network: {W1: fill(10, fill(10, 0.5)), b1: fill(10, 0)}, samples: fill(4096, {x: fill(10, 0.5), y: fill(10, 1)})})),
};
const tooMuch = {'a network for which 128 MB are too little': networkOf(1000)};
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

/** Many bodies at once, until `isEnough` says so of how often each status came, or the container has gone. */
async function bombard(box, bodies, isEnough) {
  const width = 48;
  const agent = new http.Agent({keepAlive: true, maxSockets: width});
  const all = Object.values(bodies);
  const end = Date.now() + patience;
  const count = {};
  let next = 0;
  await Promise.all(Array.from({length: width}, async () => {
    while (Date.now() < end && !isEnough(count) && box.state().Running) {
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
    for (const [name, body] of Object.entries(tooMuch)) assert.equal(await send(box, body), 503, name);
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
    const count = await bombard(box, {...hostile, ...large, ...tooMuch, ...tooLarge}, ({503: full, 413: beyond}) => full > 20 && beyond > 20);
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
    await bombard(box, {...large, ...tooMuch}, () => false);
    await until(() => !box.state().Running, 'it is killed');
    assert.deepEqual([box.state().OOMKilled, box.state().ExitCode], [true, 137]);
  } finally {
    box.remove();
  }
});

test('the limit of processes leaves room', {skip}, async () => {
  const box = await start({limits: restrictions.map(one => one === '--pids-limit=32' ? '--pids-limit=12' : one)});
  box.remove();
});
