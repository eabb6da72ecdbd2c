// The daemon as clients of all kinds find it: node's http and fetch, curl, a browser's preflight, a bare socket.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import http from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {promisify} from 'node:util';
import {concrete, readContract} from '../contract/judge.mjs';
import {longTimeouts, request, start} from '../../support/daemon.mjs';
import {is09} from '../../support/microhttpd.mjs';
import {connect, head, isOpen, post, untilClosed} from '../../support/raw.mjs';
import {until} from '../../support/until.mjs';

const daemon = await start({args: ['--log-format', 'off']});
const folder = mkdtempSync(join(tmpdir(), 'backpropd-'));
after(async () => { rmSync(folder, {recursive: true}); await daemon.stop(); });

const bodyText = (await daemon.call('GET', '/examples/textbook')).text;
const body = JSON.parse(bodyText);
const answer = (await daemon.call('POST', '/backward', bodyText)).text;
const paths = Object.entries(readContract().paths).map(([path, item]) =>
  ({path: concrete(path), allow: item.get ? 'GET, HEAD, OPTIONS' : 'POST, OPTIONS'}));
const file = join(folder, 'body.json');
writeFileSync(file, bodyText);

const fill = (n, make) => Array.from({length: n}, (_, i) => make(i));
const curl = async (...args) => (await promisify(execFile)('curl', ['-sS', '--max-time', '600', ...args], {maxBuffer: 1 << 26})).stdout;

async function withLine(act, port = daemon.port) {
  const line = await connect(port);
  try {
    return await act(line);
  } finally {
    line.destroy();
  }
}

// ---- Bodies ----

/** A POST by node's http client; pieces without a length go out chunked. */
function postPieces(path, pieces, headers = {}) {
  return new Promise((done, failed) => {
    const req = http.request({host: '127.0.0.1', port: daemon.port, method: 'POST', path, headers, agent: false}, async res => {
      let text = '';
      for await (const piece of res.setEncoding('utf8')) text += piece;
      done({status: res.statusCode, headers: res.headers, text});
    });
    req.on('error', failed);
    for (const piece of pieces) req.write(piece);
    req.end();
  });
}

const inPieces = (text, size) => text.match(new RegExp(`[^]{1,${size}}`, 'g'));
const asChunks = (text, size) => `${inPieces(text, size).map(piece => `${piece.length.toString(16)}\r\n${piece}\r\n`).join('')}0\r\n\r\n`;
const chunkedHead = head('POST /backward HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked');

const senders = {
  'node:http with a length': async () => (await postPieces('/backward', [bodyText], {'content-length': bodyText.length})).text,
  'node:http without a length': async () => (await postPieces('/backward', [bodyText])).text,
  'node:http in pieces of 7 bytes': async () => (await postPieces('/backward', inPieces(bodyText, 7), {'transfer-encoding': 'chunked'})).text,
  'fetch': async () => (await fetch(`${daemon.url}/backward`, {method: 'POST', body: bodyText})).text(),
  'fetch from a stream': async () => (await fetch(`${daemon.url}/backward`, {method: 'POST', body: new Blob([bodyText]).stream(), duplex: 'half'})).text(),
  'curl -d': () => curl('-d', `@${file}`, `${daemon.url}/backward`),
  'curl --json': () => curl('-H', 'Content-Type: application/json', '--data-binary', `@${file}`, `${daemon.url}/backward`),
  'curl, chunked': () => curl('-H', 'Transfer-Encoding: chunked', '-d', `@${file}`, `${daemon.url}/backward`),
  'curl, waiting for 100 Continue': () => curl('-H', 'Expect: 100-continue', '-d', `@${file}`, `${daemon.url}/backward`),
  'curl in HTTP/1.0': () => curl('-0', '-d', `@${file}`, `${daemon.url}/backward`),
  'chunks of one byte': () => withLine(async line => { await line.send(chunkedHead, asChunks(bodyText, 1)); return (await line.reply()).text; }),
  'a write for each byte': () => withLine(async line => { await line.send(...post('/backward', bodyText).toString('latin1')); return (await line.reply()).text; }),
  'a write for each byte of chunks': () => withLine(async line => { await line.send(...chunkedHead, ...asChunks(bodyText, 11)); return (await line.reply()).text; }),
};

for (const [name, send] of Object.entries(senders)) {
  test(`the same answer to ${name}`, async () => assert.equal(await send(), answer));
}

test('100 Continue comes before the body and the answer after it', async () => {
  await withLine(async line => {
    await line.send(head('POST /backward HTTP/1.1', 'Host: a', `Content-Length: ${bodyText.length}`, 'Expect: 100-continue'));
    assert.equal((await line.reply()).status, 100);
    await line.send(bodyText);
    assert.equal((await line.reply()).text, answer);
    assert.ok(await isOpen(line));
  });
});

test('curl gets 100 Continue', async () => {
  const {stderr} = await promisify(execFile)('curl', ['-sv', '-o', join(folder, 'out'), '-H', 'Expect: 100-continue', '-d', `@${file}`, `${daemon.url}/backward`]);
  assert.match(stderr, /< HTTP\/1\.1 100 Continue/);
  assert.match(stderr, /< HTTP\/1\.1 200 OK/);
});

/** What stands behind the end of a chunked body is not read: servers disagree about where that is. */
test('every reply to a chunked request ends the connection', async () => {
  const after = head('GET /version HTTP/1.1', 'Host: a', 'X-Request-Id: behind');
  const asks = {'POST /backward': [200, bodyText], 'POST /step': [422, '{}'], 'POST /forward': [400, '{'], 'POST /nowhere': [404, '{}'], 'POST /livez': [405, '{}'],
    'GET /livez': [200, 'x'], 'PUT /step': [405, 'x'], 'OPTIONS /step': [204, 'x']};
  for (const [line1, [status, text]] of Object.entries(asks)) {
    await withLine(async line => {
      await line.send(head(`${line1} HTTP/1.1`, 'Host: a', 'Transfer-Encoding: chunked') + asChunks(text, 1000) + after);
      const reply = await line.reply();
      assert.deepEqual([reply.status, reply.headers.connection, reply.headers['keep-alive']], [status, 'close', undefined], line1);
      assert.equal(await line.closed(), '', line1);
    });
  }
});

// ---- Expect: 100-continue ----

const expects = (line1, ...fields) => head(`${line1} HTTP/1.1`, 'Host: a', 'Expect: 100-continue', ...fields);

test('a request without a body gets no 100, and later requests are answered', async () => {
  const bodiless = {'GET /livez': 200, 'GET /nowhere': 404, 'GET /step': 405, 'OPTIONS /step': 204, 'DELETE /livez': 405, 'PUT /livez': 405};
  for (const length of [[], ['Content-Length: 0']]) {
    for (const [line1, status] of [...Object.entries(bodiless), ...(length.length ? [['POST /forward', 400]] : [])]) {
      await withLine(async line => {
        await line.send(expects(line1, ...length) + head('GET /version HTTP/1.1', 'Host: a') + expects('GET /livez', 'Expect: 100-Continue'));
        assert.equal((await line.reply()).status, status, line1);
        assert.equal((await line.reply()).json.name, 'backpropd', line1);
        assert.equal((await line.reply()).json.status, 'ok', line1);
        assert.ok(await isOpen(line));
      });
    }
  }
});

test('a certain refusal comes without 100 and without the body', async () => {
  const certain = [[404, 'POST /nowhere'], [405, 'POST /livez'], [405, 'PUT /forward'], [415, 'POST /forward', 'Content-Type: text/csv'],
    [415, 'POST /step', 'Content-Encoding: gzip'], [200, 'GET /livez'], [204, 'OPTIONS /step']];
  for (const [status, line1, ...fields] of certain) {
    for (const length of ['Content-Length: 5', 'Transfer-Encoding: chunked']) {
      await withLine(async line => {
        await line.send(expects(line1, length, ...fields));
        const reply = await line.reply();
        assert.deepEqual([reply.status, reply.headers.connection], [status, 'close'], `${line1} ${length}`);
        assert.equal(await untilClosed(line), '', `${line1} ${length}`);
      });
    }
  }
});

// ---- Methods and headers on every path ----

const cors = {'access-control-allow-origin': '*', 'access-control-expose-headers': 'X-Request-Id, Server-Timing, Retry-After, ETag', 'x-content-type-options': 'nosniff'};

function assertHeaders(headers, wanted, what) {
  for (const [name, value] of Object.entries(wanted)) assert.equal(headers[name], value, `${what}: ${name}`);
}

for (const {path, allow} of [...paths, {path: '/nowhere', allow: 'GET, HEAD, POST, OPTIONS'}]) {
  test(`OPTIONS and preflights: ${path}`, async () => {
    for (const asked of [undefined, 'content-type', 'baggage,content-type,sentry-trace,traceparent,tracestate', 'x-any, authorization', 'no;list']) {
      const preflight = {origin: 'https://elsewhere.example', 'access-control-request-method': 'POST', 'access-control-request-headers': asked};
      const reply = await daemon.call('OPTIONS', path, undefined, asked ? preflight : {});
      assert.equal(reply.status, 204);
      assertHeaders(reply.headers, {...cors, allow, 'access-control-allow-methods': allow, 'access-control-max-age': '7200',
        'access-control-allow-headers': !asked || asked === 'no;list' ? '*, authorization' : asked}, path);
      assert.equal(reply.headers['access-control-allow-credentials'], undefined);
    }
  });
  test(`HEAD is GET without its body, and the connection goes on: ${path}`, async () => {
    const isPost = allow.startsWith('POST');
    await withLine(async line => {
      await line.send(head(`HEAD ${path} HTTP/1.1`, 'Host: a'));
      const reply = await line.reply('HEAD');
      const full = await daemon.call('GET', path);
      assert.equal(reply.status, path === '/nowhere' ? 404 : isPost ? 405 : 200);
      assert.equal(reply.headers['content-type'], full.headers['content-type']);
      if (path !== '/metrics') assert.equal(reply.headers['content-length'], full.headers['content-length']);
      assert.ok(await isOpen(line));
    });
  });
}

const refusals = {
  'no JSON': [400, () => daemon.call('POST', '/forward', '{')],
  'an empty Host': [400, () => daemon.raw(head('GET /livez HTTP/1.1', 'Host:', 'Connection: close'))],
  'no such path': [404, () => daemon.call('GET', '/nowhere')],
  'no such problem': [404, () => daemon.call('GET', '/problems/nowhere')],
  'GET where POST is due': [405, () => daemon.call('GET', '/step')],
  'POST where GET is due': [405, () => daemon.call('POST', '/livez', '{}')],
  'no length': [411, () => daemon.raw(head('POST /forward HTTP/1.1', 'Host: a', 'Connection: close'))],
  'too long a target': [414, () => daemon.raw(head(`GET /${'a'.repeat(5000)} HTTP/1.1`, 'Host: a', 'Connection: close'))],
  'another type': [415, () => daemon.call('POST', '/forward', '{}', {'content-type': 'text/csv'})],
  'another expectation': [417, () => daemon.raw(head('POST /forward HTTP/1.1', 'Host: a', 'Expect: x', 'Content-Length: 0', 'Connection: close'))],
  'no network': [422, () => daemon.call('POST', '/forward', '{}')],
  'too large a header': [431, () => daemon.call('GET', '/', undefined, {'x-a': 'a'.repeat(20000)})],
  'no such method': [501, () => daemon.raw(head('BREW / HTTP/1.1', 'Host: a', 'Connection: close'))],
};

for (const [name, [status, ask]] of Object.entries(refusals)) {
  test(`a web page can read the refusal: ${name}`, async () => {
    const reply = await ask();
    assert.equal(reply.status, status);
    assertHeaders(reply.headers, {...cors, 'content-type': 'application/problem+json', 'cache-control': 'no-store'}, name);
    assert.ok(reply.headers['x-request-id']);
  });
}

test('fetch from another origin works', async () => {
  for (const origin of ['https://elsewhere.example', 'http://localhost:3000', 'null']) {
    const reply = await fetch(`${daemon.url}/backward`, {method: 'POST', body: bodyText, headers: {origin, 'content-type': 'application/json'}});
    assert.equal(reply.headers.get('access-control-allow-origin'), '*');
    assert.equal(await reply.text(), answer);
  }
});

test('an unknown path, a wrong method and an unknown method get different replies', async () => {
  const ask = async (method, path) => withLine(async line => {
    await line.send(head(`${method} ${path} HTTP/1.1`, 'Host: a', 'Content-Length: 0'));
    return (await line.reply(method)).status;
  });
  const table = {'GET /livez': 200, 'GET /livez?x=/y': 200, 'PUT /livez': 405, 'DELETE /forward': 405, 'PATCH /': 405, 'PUT /nowhere': 404, 'GET /nowhere': 404,
    'OPTIONS /nowhere': 204, 'HEAD /nowhere': 404, 'BREW /livez': 501, 'BREW /nowhere': 501, 'post /forward': 501, 'TRACE /livez': 501};
  for (const [line, status] of Object.entries(table)) assert.equal(await ask(...line.split(' ')), status, line);
});

test('the query of a target is looked at too', async () => {
  const ask = query => daemon.raw(head(`GET /livez?${query} HTTP/1.1`, 'Host: a', 'Connection: close'));
  for (const query of ['', 'a=b&a=%00', '//..?;:@', 'x'.repeat(4000)]) assert.equal((await ask(query)).status, 200, query);
  for (const query of ['\x01', 'a=\x7f', '\xc3\xa9', 'a&\xff=']) assert.deepEqual([(await ask(query)).json.code], ['bad_request'], query);
  for (const n of [4090, 9000]) assert.equal((await ask('x'.repeat(n))).status, 414, n);
  assert.equal((await ask('x'.repeat(4096 - '/livez?'.length))).status, 200);
});

/** Whatever has many parts: each reply is there, and counted. */
test('queries and cookies of any number of parts are answered', async () => {
  const targets = [...fill(20, i => `/livez?${'a&'.repeat(480 + 8 * i)}`), `/livez?${'a&'.repeat(2044)}`, `/livez?${'a=b&'.repeat(1000)}`, `/livez?${'?'.repeat(4000)}`];
  const cookies = [...fill(20, i => 'a=b;'.repeat(420 + 8 * i)), 'a=b;'.repeat(4000), 'a;'.repeat(8000), 'a'.repeat(16000)];
  await withLine(async line => {
    for (const target of targets) {
      await line.send(head(`GET ${target} HTTP/1.1`, 'Host: a'));
      assert.equal((await line.reply()).json.status, 'ok', `${target.length} bytes`);
    }
    for (const cookie of cookies) {
      await line.send(head('GET /livez HTTP/1.1', 'Host: a', `Cookie: ${cookie}`));
      assert.equal((await line.reply()).json.status, 'ok', `${cookie.length} bytes`);
    }
    await line.send(head(`GET ${targets.at(-1)} HTTP/1.1`, 'Host: a', ...fill(98, () => `Cookie: ${'a;'.repeat(50)}`)));
    assert.equal((await line.reply()).json.status, 'ok', 'a head with as much as may be');
    await line.send(head('OPTIONS /livez HTTP/1.1', 'Host: a', ...fill(97, () => 'X: y'), `Access-Control-Request-Headers: ${'a'.repeat(15500)}`));
    assert.equal((await line.reply('OPTIONS')).status, 204, 'a preflight with as much as may be');
    assert.ok(await isOpen(line));
  });
});

/** What was skipped before a head is known from the size of a connection's memory. */
test('heads are read alike with any room for headers', async () => {
  for (const bytes of [1000, 16385, 20001, 100000]) {
    const own = await start({args: ['--log-format', 'off', '--max-header-bytes', String(bytes)], judged: false});
    try {
      await withLine(async line => {
        const request = head('GET /livez?a&b HTTP/1.1', 'Host: a', ...fill(40, () => 'X: y'), 'Cookie: a=b');
        await line.send(request + request);
        for (let i = 0; i < 2; i++) assert.equal((await line.reply()).status, 200, `${bytes} bytes`);
        await line.send(`\0x\r\n${request}`);
        if (is09) assert.equal((await line.reply()).status, 400, `${bytes} bytes`);
        assert.ok(!(await line.closed()).includes('200 OK'), `${bytes} bytes`);
      }, own.port);
    } finally {
      await own.stop();
    }
  }
});

/** With so many headers the library has room for them, and then for less and less of a reply. */
test('what is not answered is not counted', async () => {
  const count = async () => Number(/^backpropd_http_requests_total\{route="\/readyz",method="other",code="431"\} (\d+)$/m.exec((await daemon.call('GET', '/metrics')).text)?.[1] ?? 0);
  const before = await count();
  let answered = 0;
  for (let n = 480; n < 580; n++) {
    await withLine(async line => {
      await line.send(head('GET /readyz HTTP/1.1', 'Host: a', ...fill(n, () => 'X:y'), 'Connection: close'));
      await line.closed();
      answered += line.all.includes('"headers_too_large"');
    });
  }
  let counted;
  await until(async () => (counted = await count() - before) === answered, () => `${answered} answered, ${counted} counted`);
  assert.ok(answered > 0 && answered < 100, `${answered} answered`);
});

// ---- The ends of replies ----

test('every reply with a text ends with one newline', async () => {
  const asks = [...paths.filter(({allow}) => allow.startsWith('GET')).map(({path}) => ['GET', path]), ['GET', '/nowhere'], ['POST', '/backward', bodyText],
    ['POST', '/step', '{}'], ['POST', '/forward', '{'], ['PUT', '/step', '{}'], ['POST', '/forward', '{}', {'content-encoding': 'gzip'}]];
  for (const [method, path, text, headers] of asks) {
    for (const encoding of ['identity', 'gzip']) {
      const reply = await daemon.call(method, path, text, {...headers, 'accept-encoding': encoding});
      assert.match(reply.text, /[^\n]\n$/, `${method} ${path}`);
      assert.equal(Number(reply.headers['content-length']), reply.bytes.length, `${method} ${path}`);
    }
  }
});

// ---- Request ids ----

test('a request id comes back', async () => {
  for (const id of ['a', 'lesson-3/run-1', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', 'a'.repeat(128)]) {
    for (const [method, path, sent] of [['GET', '/livez'], ['POST', '/forward', bodyText], ['POST', '/forward', '{'], ['GET', '/nowhere']]) {
      assert.equal((await daemon.call(method, path, sent, {'x-request-id': id})).headers['x-request-id'], id, path);
    }
  }
});

test('an id that is of no use is replaced', async () => {
  for (const id of ['a'.repeat(129), '', 'a b', 'a\tb']) {
    const reply = await daemon.call('GET', '/livez', undefined, {'x-request-id': id});
    assert.equal(reply.status, 200);
    assert.match(reply.headers['x-request-id'], /^[!-~]{8,128}$/);
    assert.notEqual(reply.headers['x-request-id'], id.slice(0, 128));
  }
});

test('an id that is not ASCII does not come back', async () => {
  const reply = await daemon.raw(head('GET /livez HTTP/1.1', 'Host: a', 'X-Request-Id: \xe9\xe9\xe9', 'Connection: close'));
  assert.match(reply.headers['x-request-id'], /^[!-~]{8,128}$/);
});

test('made ids differ', async () => {
  const ids = await Promise.all(fill(300, async () => (await daemon.call('GET', '/livez')).headers['x-request-id']));
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^[!-~]{8,128}$/);
});

// ---- Content types ----

const types = {
  200: ['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON', 'application/problem+json', 'application/vnd.x+json', 'text/json', 'text/plain',
    'text/plain;charset=UTF-8', 'application/json; charset=utf8', 'application/json; charset="Utf-8"', 'application/json;charset=us-ascii',
    'application/x-www-form-urlencoded', null],
  415: ['application/xml', 'text/html', 'application/octet-stream', 'multipart/form-data; boundary=a', 'application/json-seq', 'text/json5', 'json', 'application/json; charset=latin1', 'text/plain; charset=iso-8859-1', 'application/json; charset=utf-8; charset=latin1'],
};

for (const [status, list] of Object.entries(types)) {
  test(`content types that get ${status}`, async () => {
    for (const type of list) {
      const reply = await daemon.call('POST', '/backward', bodyText, {'content-type': type});
      assert.equal(reply.status, Number(status), String(type));
      if (reply.status === 200) assert.equal(reply.text, answer);
      else assert.match(reply.headers['accept-post'], /application\/json/);
    }
  });
}

test('a refused type leaves the connection in order', async () => {
  await withLine(async line => {
    await line.send(post('/forward', bodyText, 'Content-Type: text/csv'));
    assert.equal((await line.reply()).status, 415);
    assert.ok(await isOpen(line));
  });
});

// ---- Connections ----

test('500 requests of all kinds over one connection', async () => {
  const agent = new http.Agent({keepAlive: true, maxSockets: 1});
  const ports = new Set();
  const ask = (method, path, text) => new Promise((done, failed) => {
    const req = http.request({port: daemon.port, host: '127.0.0.1', method, path, agent}, res => res.resume().on('end', () => done(res.statusCode)));
    req.on('socket', socket => socket.once('connect', () => ports.add(socket.localPort)));
    req.on('error', failed).end(text);
  });
  const kinds = [['GET', '/livez', undefined, 200], ['POST', '/backward', bodyText, 200], ['POST', '/forward', '{', 400], ['GET', '/forward', undefined, 405],
    ['POST', '/nowhere', bodyText, 404], ['HEAD', '/', undefined, 200], ['POST', '/step', '{}', 422], ['OPTIONS', '/step', undefined, 204], ['PUT', '/step', bodyText, 405]];
  for (let i = 0; i < 500; i++) {
    const [method, path, text, status] = kinds[i % kinds.length];
    assert.equal(await ask(method, path, text), status, `${method} ${path}`);
  }
  assert.equal(ports.size, 1);
  agent.destroy();
});

test('Connection: close and HTTP/1.0 end the connection, keep-alive in HTTP/1.0 does not', async () => {
  for (const [line1, ...fields] of [['GET /livez HTTP/1.1', 'Connection: close'], ['GET /livez HTTP/1.0']]) {
    await withLine(async line => {
      await line.send(head(line1, 'Host: a', ...fields));
      assert.equal((await line.reply()).status, 200);
      assert.equal(await untilClosed(line), '');
    });
  }
  await withLine(async line => {
    await line.send(head('GET /livez HTTP/1.0', 'Connection: keep-alive'));
    assert.equal((await line.reply()).status, 200);
    assert.ok(await isOpen(line));
  });
});

test('Keep-Alive tells how long the connection is kept, and stands in no reply that ends it', async () => {
  const told = async (line1, ...fields) => {
    let reply;
    await withLine(async line => {
      await line.send(head(line1, ...fields));
      reply = await line.reply(line1.split(' ')[0]);
    });
    return [reply.headers.connection?.toLowerCase(), reply.headers['keep-alive']];
  };
  for (const line1 of ['GET / HTTP/1.1', 'HEAD /openapi.yaml HTTP/1.1', 'OPTIONS /step HTTP/1.1', 'GET /nowhere HTTP/1.1', 'GET /step HTTP/1.1']) {
    assert.deepEqual(await told(line1, 'Host: a'), ['keep-alive', `timeout=${longTimeouts.BACKPROPD_IDLE_TIMEOUT}`], line1);
    assert.deepEqual(await told(line1, 'Host: a', 'Connection: close'), ['close', undefined], line1);
  }
  assert.deepEqual(await told('GET / HTTP/1.1', 'Host: a', 'Connection: Upgrade, Close', 'Upgrade: h2c'), ['close', undefined]);
  assert.deepEqual(await told('GET / HTTP/1.0'), ['close', undefined]);
  assert.deepEqual(await told('GET / HTTP/1.0', 'Connection: keep-alive'), ['keep-alive', undefined]);
  assert.deepEqual(await told('GET / HTTP/1.1'), ['close', undefined], 'a request that is refused, and the connection with it');
});

test('1,000 pipelined POSTs are answered in their order', async () => {
  const one = i => ({network: {W1: [[i]], b1: [0]}, samples: [{x: [1]}]});
  const all = Buffer.concat(fill(1000, i => post('/forward', JSON.stringify(one(i)), `X-Request-Id: n${i}`)));
  await withLine(async line => {
    const sent = line.send(...fill(Math.ceil(all.length / 1009), i => all.subarray(1009 * i, 1009 * (i + 1))));
    for (let i = 0; i < 1000; i++) {
      const reply = await line.reply();
      assert.equal(reply.headers['x-request-id'], `n${i}`);
      assert.deepEqual(reply.json?.samples[0].y_hat, [i], reply.text);
    }
    await sent;
    assert.ok(await isOpen(line));
  });
});

/** What the thread calculates that reads it, and what the pool does. */
const kinds = {light: ['/backward', bodyText], large: ['/step', JSON.stringify({...JSON.parse(bodyText), learning_rate: 0.001, steps: 30000, include: []})]};

for (const [kind, [path, text]] of Object.entries(kinds)) {
  test(`a client that stops sending after a ${kind} request is answered, then closed`, async () => {
    const expected = (await daemon.call('POST', path, text)).text;
    await withLine(async line => {
      await line.send(post(path, text));
      line.finish();
      const replies = [await line.reply()];
      if (replies[0].status === 100) replies.push(await line.reply()); // which asks whether it is still there
      assert.equal(replies.pop().text, expected);
      assert.equal(await line.closed(), '', 'the idle timeout is beyond the patience of this');
    });
  });
}

test('1,000 identical requests at a time get identical bytes', async () => {
  const agent = new http.Agent({keepAlive: true, maxSockets: 64});
  const replies = await Promise.all(fill(1000, () => new Promise((done, failed) => {
    http.request({port: daemon.port, host: '127.0.0.1', method: 'POST', path: '/backward', agent}, async res => {
      const pieces = [];
      for await (const piece of res) pieces.push(piece);
      done(Buffer.concat(pieces).toString());
    }).on('error', failed).end(bodyText);
  })));
  agent.destroy();
  assert.equal(replies.filter(text => text === answer).length, 1000);
});

test('other spellings of the same numbers get the same bytes', async () => {
  const spellings = [n => `${n}`, n => n.toExponential(), n => n.toExponential().replace('e', 'E'), n => Number.isInteger(n) ? `${n}.00` : `${n}000`,
    n => `${Math.round(n * 10)}e-1`, n => `${Math.round(n * 1000)}E-3`];
  for (const [i, spell] of spellings.entries()) {
    const text = JSON.stringify(body, null, i).replace(/-?\d+(\.\d+)?(?=\s*[,\]])/g, number => spell(Number(number)));
    assert.deepEqual(JSON.parse(text), body, 'the same numbers');
    assert.equal((await daemon.call('POST', '/backward', text)).text, answer, text);
  }
});

// ---- Bodies that are too large ----

const roomOf = 100000;
const small = await start({args: ['--max-body-bytes', String(roomOf), '--log-format', 'off']});
after(() => small.stop());

const tooLarge = {'a byte too many': roomOf + 1, 'twice the limit': 2 * roomOf, '8 times the limit': 8 * roomOf};
for (const [name, size] of Object.entries(tooLarge)) {
  test(`413 reaches fetch, curl and node:http: ${name}`, async () => {
    const text = ' '.repeat(size);
    writeFileSync(join(folder, 'large'), text);
    for (let i = 0; i < 10; i++) {
      const reply = await fetch(`${small.url}/forward`, {method: 'POST', body: text});
      assert.equal(reply.status, 413);
      assert.equal((await reply.json()).limit, roomOf);
    }
    assert.equal((await small.call('POST', '/forward', text)).status, 413);
    assert.equal((await request(small.port, 'POST', '/forward', text, {'transfer-encoding': 'chunked'})).status, 413);
    assert.match(await curl('--data-binary', `@${join(folder, 'large')}`, `${small.url}/forward`), /"code":"body_too_large"/);
  });
}

test('a body that is too large leaves the connection in order', async () => {
  await withLine(async line => {
    await line.send(post('/forward', ' '.repeat(8 * roomOf)));
    assert.equal((await line.reply()).json.code, 'body_too_large');
    assert.ok(await isOpen(line));
    await line.send(head('POST /forward HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked'), asChunks(' '.repeat(2 * roomOf), 5000));
    assert.equal((await line.reply()).json.code, 'body_too_large');
    assert.equal(await untilClosed(line), ''); // which it does after chunks of any size
  }, small.port);
});

test('a body far beyond the limit is refused at once, by its length', async () => {
  await withLine(async line => {
    await line.send(head('POST /forward HTTP/1.1', 'Host: a', `Content-Length: ${9 * roomOf}`));
    assert.equal((await line.reply()).json.code, 'body_too_large');
    assert.equal(await untilClosed(line), '');
  }, small.port);
});

test('chunks without an end are not swallowed for ever', async () => {
  await withLine(async line => {
    await line.send(head('POST /forward HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked'));
    const piece = asChunks(' '.repeat(roomOf), roomOf).slice(0, -5);
    for (let i = 0; i < 2000 && !line.ended; i++) await line.send(piece);
    assert.ok(line.ended, '200 MB have been taken');
    assert.doesNotMatch(line.all, /HTTP\/1\.1 2/);
  }, small.port);
  assert.equal((await small.call('GET', '/livez')).status, 200);
});

test('a body of the very limit is read', async () => {
  assert.equal((await small.call('POST', '/backward', bodyText.padEnd(roomOf))).text, answer);
});
