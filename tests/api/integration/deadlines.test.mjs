// Clients that take their time: each phase of a connection has a deadline in all, however lively the client looks;
// when connections are short those that wait for nothing make room; and what is being calculated is left alone.
import assert from 'node:assert/strict';
import {readFileSync, readdirSync} from 'node:fs';
import net from 'node:net';
import {after, test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {binary, request, start} from '../../support/daemon.mjs';
import {growing, long, roomy} from '../../support/heavy.mjs';
import {is09} from '../../support/microhttpd.mjs';
import {readMetrics, valueOf} from '../../support/metrics.mjs';
import {connect, head, isOpen, post, uploading, uploadingFast} from '../../support/raw.mjs';
import {inTime, patience, until} from '../../support/until.mjs';

const fill = (n, make) => Array.from({length: n}, (_, i) => make(i));
const seconds = {head: 1, body: 1, reply: 2, idle: 1};
/** Each has one short deadline, so that clients may be slow in the other phases. */
const strict = Object.fromEntries(await Promise.all(Object.entries(seconds).map(async ([phase, n]) =>
  [phase, await start({args: ['--log-format', 'json', `--${phase}-timeout`, String(n)]})])));
after(() => Promise.all(Object.values(strict).map(one => one.stop())));
const bookText = (await strict.body.call('GET', '/examples/textbook')).text;
const metrics = async ({port}) => readMetrics((await request(port, 'GET', '/metrics')).text);

async function withDaemon(args, act) {
  const own = await start({args: ['--log-format', 'off', ...args]});
  try {
    return await act(own);
  } finally {
    own.child.kill('SIGKILL');
  }
}

/** A reply, whether or not an earlier request was too late where a client has a second only. */
const answer = (daemon, ...asked) => until(() => daemon.call(...asked).catch(error => {
  if (error instanceof assert.AssertionError) throw error;
}), `an answer to ${asked.join(' ')}`);

/** What came before the connection was closed, and after how many seconds; until then a piece goes out now and then, the
 * last again and again. */
async function drip(port, first, more = []) {
  const begin = performance.now(); // before the daemon's own time begins
  const line = await connect(port);
  await line.send(first);
  for (let i = 0; more.length > 0 && !line.ended; i++) {
    assert.ok(performance.now() - begin < patience, 'nobody ends it');
    await line.send(more[Math.min(i, more.length - 1)]);
    await pause(50);
  }
  const came = await line.closed();
  line.destroy();
  return {came, after: (performance.now() - begin) / 1000};
}

/** The daemon's clock has steps of up to 10 ms. */
const assertNotEarly = (after, deadline) => assert.ok(after > deadline - 0.02, `${after} s for ${deadline}`);

// ---- Row 81: heads ----

const slowHeads = {
  'nothing at all': ['', []], 'a byte now and then': ['G', 'ET /livez HTTP/1.1\r\nX: a'.split('')],
  'an endless header': ['GET /livez HTTP/1.1\r\nHost: a\r\nX-A: ', ['a']],
  ...is09 && {'empty lines': ['\r\n', ['\r\n']]}, // 1.0 closes the connection at the second
};

for (const [what, [first, more]] of Object.entries(slowHeads)) {
  test(`row 81: a slow head is cut off: ${what}`, async () => {
    const {came, after} = await drip(strict.head.port, first, more);
    assert.equal(came, '');
    assertNotEarly(after, seconds.head);
  });
}

async function slowLines(port) {
  const lines = await Promise.all(fill(300, () => connect(port)));
  await Promise.all(lines.map(line => line.send('POST /forward HTTP/1.1\r\nX: ')));
  return lines;
}

test('row 81: 300 slow heads harm no other client', async () => {
  const lines = await slowLines(strict.body.port); // which leaves them their time
  for (let i = 0; i < 20; i++) assert.equal((await strict.body.call('POST', '/backward', bookText)).status, 200);
  assert.ok(lines.every(line => !line.ended), 'they are all there');
  for (const line of lines) line.destroy();
});

test('row 81: 300 slow heads are cut off, and leave nothing behind', async () => {
  const descriptors = () => readdirSync(`/proc/${strict.head.pid}/fd`).length;
  await answer(strict.head, 'GET', '/livez');
  const before = descriptors();
  for (const line of await slowLines(strict.head.port)) assert.equal(await line.closed(), '');
  await until(() => descriptors() <= before, () => `${descriptors()} descriptors, ${before} before`);
  assert.equal((await answer(strict.head, 'GET', '/livez')).status, 200);
});

test('row 81: a connection that is kept alive for nothing is closed, one that is used is not', () => inTime(async () => {
  const begin = performance.now();
  const [idle, used] = await Promise.all([connect(strict.idle.port), connect(strict.idle.port)]);
  assert.ok(await isOpen(idle));
  while (!idle.ended || performance.now() - begin < 2500 * seconds.idle) {
    await pause(100);
    assert.ok(await isOpen(used));
    assert.ok(performance.now() - begin < patience, 'the idle one stays open');
  }
  assert.equal(await idle.closed(), '');
  used.destroy();
}));

test('a kept connection has an idle time of its own', () => withDaemon(['--head-timeout', '1', '--idle-timeout', '600'], async own => {
  const kept = await connect(own.port);
  await kept.send(head('GET /livez HTTP/1.1', 'Host: a'));
  assert.equal((await kept.reply()).headers['keep-alive'], 'timeout=600');
  const fresh = await connect(own.port);
  const second = await connect(own.port);
  assert.ok(await isOpen(second));
  await second.send('GET /livez HTTP/1.1\r\nX-A: ');
  assert.equal(await fresh.closed(), '', 'one that never sent anything has the time of a head');
  assert.equal(await second.closed(), '', 'the head of a second request has the time of a head');
  assert.ok(await isOpen(kept), 'one that has waited for longer than either is kept');
  kept.destroy();
}));

// ---- Row 82: bodies ----

const slowBodies = {
  'no body': [head('POST /forward HTTP/1.1', 'Host: a', 'Content-Length: 100'), []],
  'a byte now and then': [head('POST /forward HTTP/1.1', 'Host: a', 'Content-Length: 100000'), '{"network"a'.split('')],
  'endless chunks': [head('POST /step HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked'), ['1\r\n \r\n']],
  'one that is refused already': [head('POST /step HTTP/1.1', 'Host: a', 'Content-Type: text/csv', 'Content-Length: 100000'), ['a', ',', 'b']],
  'of a GET': [head('GET /livez HTTP/1.1', 'Host: a', 'Content-Length: 5'), []],
  'on no path': [`${head('PUT /nowhere HTTP/1.1', 'Host: a', 'Content-Length: 5')}x`, []],
};

// Who gets no processor may write to a closed connection before he reads what came.
for (const [what, [first, more]] of Object.entries(slowBodies)) {
  test(`row 82: a slow body gets 408 and is cut off: ${what}`, () => inTime(async () => {
    const {came, after} = await drip(strict.body.port, first, more);
    assertNotEarly(after, seconds.body);
    const [top, text, ...rest] = came.split('\r\n\r\n');
    assert.match(top, /^HTTP\/1\.1 408 Request Timeout\r\n/);
    assert.match(top, /\r\nConnection: close(\r\n|$)/i);
    assert.match(top, /^x-request-id: [0-9a-f]{16}$/im);
    assert.match(top, new RegExp(`\r\nContent-Length: ${text.length}(\r\n|$)`));
    assert.equal(JSON.parse(text).code, 'request_timeout');
    assert.deepEqual(rest, []);
  }));
}

test('row 82: a client that waits for 100 Continue and then sends nothing', async () => {
  const line = await connect(strict.body.port);
  await line.send(head('POST /forward HTTP/1.1', 'Host: a', 'Content-Length: 100', 'Expect: 100-continue'));
  assert.deepEqual([(await line.reply()).status, (await line.reply()).status], [100, 408]);
  assert.equal(await line.closed(), '');
});

test('row 82: late bodies are counted and logged', async () => {
  const count = async () => valueOf(await metrics(strict.body), 'backpropd_http_requests_total', {route: '/backward', method: 'POST', code: '408'});
  const problems = async () => valueOf(await metrics(strict.body), 'backpropd_problems_total', {type: 'request_timeout'});
  const before = [await count(), await problems()];
  const {came} = await drip(strict.body.port, `${head('POST /backward HTTP/1.1', 'Host: a', 'X-Request-Id: late-one', 'Content-Length: 9')}1234`);
  assert.match(came, /\r\nX-Request-Id: late-one\r\n/);
  await until(async () => await count() === before[0] + 1 && await problems() === before[1] + 1, 'the count');
  await until(() => strict.body.log().includes('late-one'), 'the log');
  const {status, bytes_in: bytesIn, route, remote} = JSON.parse(strict.body.log().split('\n').find(line => line.includes('late-one')));
  assert.deepEqual([status, bytesIn, route, remote], [408, 4, '/backward', '127.0.0.1']);
});

// Each phase has its own time.
test('row 82: a body that comes after a slow head is answered', async () => {
  const line = await connect(strict.body.port);
  const bytes = post('/backward', bookText);
  await line.send(bytes.subarray(0, 20));
  await pause(1500 * seconds.body);
  await line.send(bytes.subarray(20));
  assert.equal((await line.reply()).status, 200);
  line.destroy();
});

test('row 82: a body that comes slowly after its head is answered', async () => {
  const line = await uploading(strict.head.port);
  await pause(1500 * seconds.head);
  await line.send(' '.repeat(100));
  assert.equal((await line.reply()).json.code, 'invalid_json');
  line.destroy();
});

// ---- Row 83: replies ----

/** A reply of more than 10 MB, which no socket's buffers hold. */
const large = n => JSON.stringify({network: {W1: [fill(1000, i => 1 / (i + 3))], b1: fill(1000, () => 0.1)}, samples: fill(n, i => ({x: [1 / (i + 7)]}))});

/** A client that reads on command. */
async function reader(port, bytes) {
  const socket = net.connect({port, host: '127.0.0.1'});
  const got = {bytes: 0, ended: false};
  socket.on('data', piece => { got.bytes += piece.length; });
  for (const event of ['close', 'error']) socket.on(event, () => { got.ended = true; });
  socket.pause();
  await new Promise(done => { socket.write(bytes, done); });
  return {got, go: () => socket.resume(), destroy: () => socket.destroy()};
}

test('row 83: a client that does not read its reply is cut off, and its memory given back', async () => {
  const {port} = strict.reply;
  const {text} = await strict.body.call('POST', '/forward', large(450));
  assert.ok(text.length > 13e6, `${text.length} bytes`);
  const client = await reader(port, post('/forward', large(450)));
  await until(async () => valueOf(await metrics(strict.reply), 'backpropd_http_requests_total', {route: '/forward'}) === 1, 'it is answered');
  await until(async () => valueOf(await metrics(strict.reply), 'backpropd_http_requests_in_flight') === 1, 'it is given up on');
  await until(async () => valueOf(await metrics(strict.reply), 'backpropd_memory_bytes') === 0, 'its memory is given back');
  client.go();
  await until(() => client.got.ended, 'the connection is closed');
  assert.ok(client.got.bytes < text.length, `${client.got.bytes} of ${text.length} bytes`);
});

test('row 83: a client that reads slowly, and in time, gets all', async () => {
  const {text} = await strict.body.call('POST', '/forward', large(450));
  const client = await reader(strict.body.port, post('/forward', large(450)));
  await pause(500);
  client.go();
  await until(() => client.got.bytes > text.length, 'the whole reply');
  client.destroy();
});

test('row 83: what is being calculated is never cut off', () => withDaemon([...['head', 'body', 'reply'].flatMap(phase => [`--${phase}-timeout`, '1']), ...roomy], own =>
  growing(steps => inTime(async () => { // a request and another behind it go out at once, and fit into the system's buffers
    const line = await connect(own.port);
    await line.send(Buffer.concat([post('/step', long(steps)), Buffer.from(head('GET /livez HTTP/1.1', 'Host: a'))]));
    const {status, json, headers} = await line.reply();
    assert.deepEqual([status, json?.losses.length], [200, steps + 1]);
    assert.equal((await line.reply()).status, 200);
    line.destroy();
    return Number(/compute;dur=([\d.]+)/.exec(headers['server-timing'])[1]) > 2000; // twice each timeout
  }))));

// ---- Row 85: more clients than connections ----

const crowded = {
  'in a head': (port, from) => connect(port, '127.0.0.1', from),
  'idle after a reply': async (port, from) => { const line = await connect(port, '127.0.0.1', from); assert.ok(await isOpen(line)); return line; },
  'in a body': async (port, from) => {
    const line = await connect(port, '127.0.0.1', from);
    await line.send(`${head('POST /forward HTTP/1.1', 'Host: a', 'Content-Length: 100')} `);
    return line;
  },
};

for (const [what, open] of Object.entries(crowded)) {
  for (const [whose, args, others] of [['of all', ['--max-connections', '20'], '127.0.0.2'], ['of one client', ['--max-client-connections', '20'], '127.0.0.1']]) {
    test(`row 85: when connections ${whose} run short, as many as are too many make room, not the fast ones: ${what}`, () => withDaemon([...args, '--idle-timeout', '600'], async own => {
      const fast = await uploadingFast(own.port);
      const slow = await Promise.all(fill(17, () => open(own.port)));
      await pause(1500);
      assert.ok(slow.every(line => !line.ended), 'eighteen of twenty are no crowd');
      const late = [];
      while (late.length < 2) late.push(await uploadingFast(own.port, others)); // others' uploads are answered
      await until(() => slow.filter(line => line.ended).length === 2, () => `${slow.filter(line => line.ended).length} have made room`);
      await pause(500);
      assert.equal(slow.filter(line => line.ended).length, 2, 'no more than need be');
      for (const line of [fast, ...late]) {
        await line.send(' '.repeat(500000));
        assert.equal((await line.reply()).json.code, 'invalid_json');
      }
      for (const line of [fast, ...late, ...slow]) line.destroy();
    }));
  }
}

test('row 85: a client beyond the limit gets 503 and health checks, and is let in when another has gone', () => withDaemon(['--max-connections', '4'], async own => {
  const lines = [];
  while (lines.length < 4) lines.push(await uploadingFast(own.port)); // slow ones would make room
  const reply = await answer(own, 'GET', '/version');
  assert.deepEqual([reply.status, reply.json.code, reply.headers['retry-after'], reply.headers.connection], [503, 'overloaded', '1', 'close']);
  for (const path of ['/livez', '/readyz']) {
    const health = await answer(own, 'GET', path);
    assert.deepEqual([health.status, health.headers.connection], [200, 'close']);
  }
  for (const line of lines) line.destroy();
  await until(async () => (await answer(own, 'GET', '/version')).status === 200, 'there is room again');
}));

test('row 85: a client beyond its own limit gets 503, another does not', () => withDaemon(['--max-client-connections', '3'], async own => {
  const lines = [];
  while (lines.length < 3) lines.push(await uploadingFast(own.port));
  const reply = await own.call('GET', '/version');
  assert.deepEqual([reply.status, reply.json.code, reply.headers['retry-after'], reply.headers.connection], [503, 'overloaded', '1', 'close']);
  const other = await connect(own.port, '127.0.0.1', '127.0.0.2');
  assert.ok(await isOpen(other), 'another address');
  lines.pop().destroy();
  await until(async () => (await own.call('GET', '/version')).status === 200, 'there is room again');
  for (const line of [...lines, other]) { assert.ok(!line.ended); line.destroy(); }
}));

// ---- Memory ----

const isSanitized = /__[at]san_init/.test(readFileSync(binary, 'latin1')); // its memory is not the program's own
const megabytes = (pid, what) => Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

test('memory goes back to the system after a burst of large requests', {skip: isSanitized && 'the sanitizer keeps memory'}, () => withDaemon(['--threads', '2'], async own => {
  const before = megabytes(own.pid, 'VmRSS');
  const ask = async n => {
    const {status, text} = await request(own.port, 'POST', '/forward', large(n));
    assert.equal(status, 200, text.slice(0, 500));
  };
  for (let round = 0; round < 2; round++) await Promise.all(fill(12, i => ask(40 * (i + 1) % 450)));
  for (let n = 440; n > 200; n -= 20) await ask(n); // smaller than what malloc has been given back: these it keeps
  const peak = megabytes(own.pid, 'VmHWM');
  assert.ok(peak > before + 20, `${peak} MB after ${before}`);
  await until(() => megabytes(own.pid, 'VmRSS') < before + 8, () => `${megabytes(own.pid, 'VmRSS')} MB after ${before}, at most ${peak}`);
}));
