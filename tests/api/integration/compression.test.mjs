// Compressed replies, files that a client has already, and the times in a reply.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {after, test} from 'node:test';
import {contractFile} from '../contract/judge.mjs';
import {request, start} from '../../support/daemon.mjs';
import {readMetrics, valueOf} from '../../support/metrics.mjs';
import {connect, head, isOpen} from '../../support/raw.mjs';
import {until} from '../../support/until.mjs';

const daemon = await start({args: ['--log-format', 'off']});
after(() => daemon.stop());
const bookText = (await daemon.call('GET', '/examples/textbook')).text;
const book = JSON.parse(bookText);
const fill = (n, make) => Array.from({length: n}, (_, i) => make(i));
const repeated = n => ({...book, samples: fill(n, i => ({...book.samples[0], x: [1 / (i + 1), 0, 1, i]}))});
const gzip = {'accept-encoding': 'gzip'};
const files = ['/openapi.yaml', '/openapi.json', '/examples/textbook', '/examples/textbook-step'];
const etags = Object.fromEntries(await Promise.all(files.map(async path => [path, (await daemon.call('GET', path)).headers.etag])));

function assertCompressed({headers, bytes, text}, plain, what) {
  assert.equal(headers['content-encoding'], 'gzip', what);
  assert.equal(Number(headers['content-length']), bytes.length, what);
  assert.ok(bytes.length < Buffer.byteLength(text), what);
  assert.equal(text, plain, what);
}

function assertPlain({headers, bytes, text}, plain, what) {
  assert.equal(headers['content-encoding'], undefined, what);
  assert.equal(bytes.toString(), text, what);
  if (plain !== undefined) assert.equal(text, plain, what);
}

// ---- gzip ----

const bodies = {short: repeated(40), long: repeated(400), 'too long to be answered at once': repeated(3000)};

for (const [path, more] of [['/forward', {}], ['/backward', {}], ['/step', {learning_rate: 0.01, include: ['samples', 'why_zero']}]]) {
  for (const [size, body] of Object.entries(bodies)) {
    test(`unpacked it is the plain reply to the byte: ${path}, ${size}`, async () => {
      const [plain, packed] = [await daemon.call('POST', path, {...body, ...more}), await daemon.call('POST', path, {...body, ...more}, gzip)];
      assert.ok(plain.text.length >= 4096);
      assertPlain(plain);
      assertCompressed(packed, plain.text);
      for (const {headers} of [plain, packed]) assert.equal(headers.vary, 'Accept-Encoding');
    });
  }
}

test('curl unpacks it', async () => {
  const body = JSON.stringify(repeated(100));
  const curl = (...args) => execFileSync('curl', ['-sS', ...args, '--data-binary', '@-', `${daemon.url}/backward`], {input: body, encoding: 'utf8'});
  assert.equal(curl('--compressed'), curl());
});

const accepts = {
  yes: ['gzip', 'GZIP', 'gzip;q=1', 'gzip;q=0.001', 'gzip ; q=0.5', 'deflate, gzip', 'br;q=1.0, gzip;q=0.8, *;q=0.1', '*', 'identity;q=0.5, *;q=0.2', ',gzip', 'gzip, deflate, br, zstd'],
  no: ['', 'identity', 'br', 'deflate', 'x-gzip', 'gzipped', 'gzip;q=0', 'gzip;q=0.0', 'gzip; q=0.000', '*;q=0', 'gzip;q=0, *', 'gzip;q=0, identity', null],
};

for (const [answer, headers] of Object.entries(accepts)) {
  for (const accept of headers) {
    test(`${answer} to Accept-Encoding: ${accept}`, async () => {
      const plain = (await daemon.call('POST', '/backward', bodies.short)).text;
      const assertIt = answer === 'yes' ? assertCompressed : assertPlain;
      assertIt(await daemon.call('POST', '/backward', bodies.short, {'accept-encoding': accept}), plain, 'a calculation');
      assertIt(await daemon.call('GET', '/openapi.yaml', undefined, {'accept-encoding': accept}), readFileSync(contractFile, 'utf8'), 'a file');
    });
  }
}

test('replies below 4,096 bytes stay as they are, and those from there on do not', async () => {
  const sizes = {plain: 0, packed: Infinity};
  for (let i = 0; i < 240; i++) { // a digit more each time, in one of two samples, and then a sample more
    const [one, two] = [Math.min(i % 30, 15), Math.max(i % 30 - 15, 0)].map(n => Number(`0.5${'123456789'.repeat(2).slice(0, n)}`));
    const samples = [{x: [one]}, {x: [two]}, ...fill(101 + Math.floor(i / 30), () => ({x: [0.5]}))];
    const body = {network: {W1: [[1]], b1: [0]}, samples, include: ['samples']};
    const {headers, text} = await daemon.call('POST', '/forward', body, gzip);
    if (headers['content-encoding']) sizes.packed = Math.min(sizes.packed, text.length);
    else sizes.plain = Math.max(sizes.plain, text.length);
    assert.equal(headers.vary, headers['content-encoding'] && 'Accept-Encoding');
  }
  assert.ok(sizes.plain < 4096 && sizes.plain >= 4092 && sizes.packed >= 4096 && sizes.packed < 4100, JSON.stringify(sizes));
});

test('small replies and problems stay as they are', async () => {
  for (const [method, path, body] of [['POST', '/backward', bookText], ['GET', '/'], ['GET', '/livez'], ['GET', '/examples/textbook'], ['POST', '/backward', '{'],
    ['POST', '/step', {...book, extra: 1}], ['GET', '/problems/'], ['GET', '/metrics'], ['GET', '/nowhere']]) {
    const reply = await daemon.call(method, path, body, gzip);
    assertPlain(reply, undefined, path);
    assert.equal(reply.headers.vary, path === '/' ? 'Accept' : undefined, path);
  }
});

test('without memory to compress it a reply goes out plain', async () => {
  const plain = (await daemon.call('POST', '/backward', bodies.short)).text;
  for (const bytes of [65536, 131072, 196608, 262144, 393216, 524288]) {
    const own = await start({args: ['--log-format', 'off', '--max-memory-bytes', String(bytes)]});
    const reply = await own.call('POST', '/backward', bodies.short, gzip);
    if (reply.status === 200) assert.equal(reply.text, plain, `${bytes} bytes`);
    else assert.deepEqual([reply.status, reply.json.code], [503, 'overloaded'], `${bytes} bytes`);
    await own.stop();
  }
});

test('HEAD of a file has the headers of GET, compressed or not', async () => {
  for (const path of ['/openapi.yaml', '/openapi.json']) {
    for (const headers of [gzip, {}]) {
      const [get, own] = [await daemon.call('GET', path, undefined, headers), await daemon.call('HEAD', path, undefined, headers)];
      for (const name of ['content-length', 'content-encoding', 'etag', 'vary', 'content-type', 'cache-control']) assert.equal(own.headers[name], get.headers[name], `${path} ${name}`);
      assert.equal(own.bytes.length, 0);
      assert.equal(own.headers.vary, 'Accept-Encoding');
    }
  }
});

// ---- ETags ----

test('each file has an ETag of its own, compressed or not', async () => {
  assert.equal(new Set(Object.values(etags)).size, files.length);
  for (const path of files) {
    for (const headers of [gzip, {}]) assert.equal((await daemon.call('GET', path, undefined, headers)).headers.etag, etags[path]);
  }
});

for (const path of files) {
  const etag = etags[path];
  const opaque = etag.slice(2);
  const other = etags[files[(files.indexOf(path) + 1) % files.length]];
  const same = [etag, opaque, `"a", ${etag}`, `${etag}, "a"`, `W/"x",${opaque} , "y"`, '*'];
  const others = [other, '"a"', 'W/"x", "y"', opaque.slice(1, -1), `${opaque.slice(0, -2)}"`, `"${opaque.slice(2)}`, 'W/""', '"*"', ''];
  test(`304 for what the client has: ${path}`, async () => {
    for (const method of ['GET', 'HEAD']) {
      const {headers: full} = await daemon.call(method, path);
      for (const has of same) {
        const reply = await daemon.call(method, path, undefined, {'if-none-match': has});
        assert.deepEqual([reply.status, reply.bytes.length], [304, 0], has);
        for (const name of ['etag', 'vary', 'cache-control', 'content-length']) assert.equal(reply.headers[name], full[name], name);
        assert.equal(reply.headers['content-type'], undefined);
      }
      for (const has of others) assert.equal((await daemon.call(method, path, undefined, {'if-none-match': has})).status, 200, has);
    }
    assert.equal((await daemon.call('GET', path, undefined, {...gzip, 'if-none-match': etag})).status, 304);
  });
}

test('304 has no body, and the connection goes on', async () => {
  const line = await connect(daemon.port);
  await line.send(head('GET /openapi.json HTTP/1.1', 'Host: a', 'If-None-Match: *'));
  assert.equal((await line.reply()).status, 304);
  assert.ok(await isOpen(line));
  line.destroy();
});

test('what has no ETag is not asked for one', async () => {
  for (const path of ['/', '/livez', '/metrics', '/version', '/problems/']) {
    const {status, headers} = await daemon.call('GET', path, undefined, {'if-none-match': '*'});
    assert.deepEqual([status, headers.etag], [200, undefined], path);
  }
  assert.equal((await daemon.call('POST', '/forward', bookText, {'if-none-match': '*'})).status, 200);
});

// ---- Server-Timing ----

const times = headers => Object.fromEntries(headers['server-timing'].split(', ').map(part => part.split(';dur=')).map(([name, ms]) => [name, Number(ms)]));

test('what is calculated tells its times, and they fit into the whole', async () => {
  for (const [path, body] of [['/forward', bodies.long], ['/backward', bodies.long], ['/step', {...bodies.long, learning_rate: 0.01}]]) {
    const begin = performance.now();
    const {headers} = await daemon.call('POST', path, body);
    const whole = performance.now() - begin;
    assert.match(headers['server-timing'], /^parse;dur=\d+\.\d{3}, compute;dur=\d+\.\d{3}, serialize;dur=\d+\.\d{3}$/);
    const {parse, compute, serialize} = times(headers);
    assert.ok(parse > 0 && compute > 0 && serialize > 0 && parse + compute + serialize <= whole, `${headers['server-timing']} of ${whole}`);
  }
});

test('what calculates the longer the more steps it has is the calculation', async () => {
  let steps = 1000;
  await until(async () => { // a thread that gets no processor while it parses seems to be long at that
    const {headers} = await daemon.call('POST', '/step', {...book, learning_rate: 0.1, steps: steps = Math.min(2 * steps, 100000)});
    const {parse, compute, serialize} = times(headers);
    return compute > parse && compute > serialize;
  }, 'the calculation is the longest part');
});

test('replies without a calculation have no Server-Timing', async () => {
  for (const [method, path, body] of [['POST', '/forward', '{'], ['POST', '/forward', '{}'], ['GET', '/'], ['OPTIONS', '/step'], ['GET', '/openapi.yaml']]) {
    assert.equal((await daemon.call(method, path, body)).headers['server-timing'], undefined, path);
  }
});

test('/metrics adds up what Server-Timing tells', async () => {
  const sum = async () => valueOf(readMetrics((await request(daemon.port, 'GET', '/metrics')).text), 'backpropd_compute_seconds_sum', {route: '/step'});
  const before = await sum();
  const {compute} = times((await daemon.call('POST', '/step', {...book, learning_rate: 0.1, steps: 20000})).headers);
  await until(async () => await sum() !== before, 'the sum');
  assert.ok(Math.abs(await sum() - before - compute / 1000) < 1e-6, `${await sum() - before} s and ${compute} ms`);
});
