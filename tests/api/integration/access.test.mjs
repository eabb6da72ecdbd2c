// Who may call: bearer tokens, what is open without one, and whose web pages are let in.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {calculations, concrete, readContract} from '../contract/judge.mjs';
import {binary, request, start} from '../../support/daemon.mjs';
import {connect, head, isOpen, post} from '../../support/raw.mjs';
import {until} from '../../support/until.mjs';

const tokens = ['the-first-token-0', 'AnotherToken+of/letters~1.2_3=='];
const [token] = tokens;
const folder = mkdtempSync(join(tmpdir(), 'backpropd-'));
const file = join(folder, 'tokens');
writeFileSync(file, `# two of them\n\n${tokens.join('\n')}\n`);
const guarded = await start({args: ['--token-file', file, '--max-body-bytes', '100000']});
const list = ['https://good.example', 'http://localhost:3000', 'null'];
const pick = await start({args: ['--log-format', 'off', '--cors-origin', `${list[0]}, ${list[1]},${list[2]}`]});
const ours = await start({args: ['--log-format', 'off', '--allow-host', 'localhost,127.0.0.1,[::1],teacher.example', '--token-file', file]});
after(async () => { rmSync(folder, {recursive: true}); await Promise.all([guarded, pick, ours].map(one => one.stop())); });

const contract = readContract();
const refusal = contract.components.examples.unauthorized.value;
const bookText = (await guarded.call('GET', '/examples/textbook')).text;
const bearer = text => ({authorization: `Bearer ${text}`});

async function withDaemon(options, act) {
  const own = await start(options);
  try {
    return await act(own);
  } finally {
    await own.stop();
  }
}

function assertRefused(reply, what) {
  assert.equal(reply.status, 401, what);
  assert.deepEqual(reply.json, refusal, what);
  assert.equal(reply.headers['www-authenticate'], 'Bearer', what);
}

// ---- Tokens ----

const good = {...Object.fromEntries(tokens.map(text => [text, `Bearer ${text}`])),
  'in lower case': `bearer ${token}`, 'in upper case': `BEARER ${token}`, 'with more blanks': `Bearer    ${token}`};

for (const [what, authorization] of Object.entries(good)) {
  test(`a token is taken: ${what}`, async () => {
    assert.equal((await guarded.call('POST', '/backward', bookText, {authorization})).status, 200);
  });
}

const bad = {
  'none': [], 'an empty one': ['Authorization:'], 'a wrong one': ['Authorization: Bearer not-the-first-token'],
  'the start of one': [`Authorization: Bearer ${token.slice(0, -1)}`], 'one and a letter': [`Authorization: Bearer ${token}0`],
  'another case': [`Authorization: Bearer ${token.toUpperCase()}`], 'the scheme alone': ['Authorization: Bearer'],
  'the token alone': [`Authorization: ${token}`], 'Basic': [`Authorization: Basic ${Buffer.from(`user:${token}`).toString('base64')}`],
  'Basic with the token': [`Authorization: Basic ${token}`], 'a scheme that starts alike': [`Authorization: BearerX ${token}`],
  'a tab for the blank': [`Authorization: Bearer\t${token}`], 'quotes': [`Authorization: Bearer "${token}"`],
  'two in one': [`Authorization: Bearer ${token}, Bearer ${token}`], 'the same twice': Array(2).fill(`Authorization: Bearer ${token}`),
  'a good and a bad one': [`Authorization: Bearer ${token}`, 'authorization: Bearer not-the-first-token'],
  'a bad and a good one': ['Authorization: Bearer not-the-first-token', `Authorization: Bearer ${token}`],
  '128 characters': [`Authorization: Bearer ${'a'.repeat(128)}`], '129 characters': [`Authorization: Bearer ${'a'.repeat(129)}`],
  '10,000 characters': [`Authorization: Bearer ${'a'.repeat(10000)}`], 'UTF-8': ['Authorization: Bearer \xc3\xa9\xc3\xa9'],
  'bytes': [`Authorization: Bearer ${token}\xff`], 'a control character': [`Authorization: Bearer ${token}\x01`],
  'a comment of the file': ['Authorization: Bearer # two of them'], 'another header': [`Proxy-Authorization: Bearer ${token}`],
  'in the query': [],
};

for (const [what, fields] of Object.entries(bad)) {
  test(`refused: ${what}`, async () => {
    const path = what === 'in the query' ? `/backward?access_token=${token}` : '/backward';
    for (const text of [bookText, '{', '', ' '.repeat(200000)]) {
      assertRefused(await guarded.raw(post(path, text, ...fields, 'Connection: close')), `${text.length} bytes`);
    }
    const line = await connect(guarded.port);
    await line.send(post(path, bookText, ...fields));
    assertRefused(await line.reply(), what);
    assert.ok(await isOpen(line), 'the connection goes on');
    line.destroy();
  });
}

test('without a token the reply says nothing about the body', async () => {
  for (const [text, headers] of [['{', {}], ['{}', {}], ['<a/>', {'content-type': 'application/xml'}], [' '.repeat(100001), {}]]) {
    assertRefused(await guarded.call('POST', '/step', text, {...headers, ...bearer('wrong-but-long-enough')}), text.slice(0, 9));
    assert.notEqual((await guarded.call('POST', '/step', text, {...headers, ...bearer(token)})).status, 401);
  }
});

test('a head beyond the limit is 431, with a token in it or not', async () => {
  assert.equal((await guarded.call('POST', '/forward', bookText, bearer('a'.repeat(20000)))).status, 431);
});

test('no token stands in the log', async () => {
  await guarded.call('GET', '/version', undefined, {'x-request-id': 'the-last-of-these'});
  await until(() => guarded.log().includes('the-last-of-these'), 'the last line');
  assert.match(guarded.log(), / 401 [^]*the-last-of-these/);
  for (const text of tokens) assert.ok(!guarded.log().includes(text));
});

const groupOf = path => /^\/(livez|healthz|readyz)$/.test(path) ? 'health' : path === '/metrics' ? 'metrics' : path.startsWith('/page/') ? 'page' : 'docs';
const pages = [...Object.entries(contract.paths).filter(([, item]) => item.get).map(([path]) => concrete(path)), '/nowhere'];
const choices = {'': 'health,page,docs', page: 'page', none: '', health: 'health', metrics: 'metrics', docs: 'docs', 'docs,metrics,health': 'health,metrics,docs'};

for (const [flag, open] of Object.entries(choices)) {
  test(`--public ${flag || 'as it is'}: open without a token is ${open || 'nothing'}`, () => withDaemon(
    {args: ['--token-file', file, '--log-format', 'off', ...(flag && ['--public', flag])].flat()}, async own => {
      for (const path of pages) {
        const isOpenPath = open.split(',').includes(groupOf(path));
        for (const method of ['GET', 'HEAD']) {
          const without = await own.call(method, path);
          const known = await own.call(method, path, undefined, bearer(token));
          assert.equal(known.status, path === '/nowhere' ? 404 : 200, path);
          assert.equal(without.status, isOpenPath ? known.status : 401, `${method} ${path}`);
          if (!isOpenPath && method === 'GET') assertRefused(without, path);
        }
        assert.equal((await own.call('OPTIONS', path)).status, 204, path);
      }
      for (const path of calculations) {
        assertRefused(await own.call('POST', path, bookText), path);
        assertRefused(await own.call('GET', path), `GET ${path}`);
        assert.equal((await own.call('OPTIONS', path, undefined, {origin: 'https://a.example', 'access-control-request-method': 'POST'})).status, 204);
      }
      execFileSync(binary, ['--healthcheck', '--listen', `127.0.0.1:${own.port}`]); // it lives, whatever is open
    }));
}

test('--public changes nothing without tokens', () => withDaemon({args: ['--public', 'none']}, async own => {
  for (const path of pages) assert.notEqual((await own.call('GET', path)).status, 401, path);
  assert.equal((await own.call('POST', '/forward', bookText, bearer('whatever-comes-along'))).status, 200);
}));

// ---- Origins ----

const foreign = ['https://good.example.evil', 'https://evilgood.example', 'https://good.exampl', 'http://good.example', 'https://good.example:443',
  'https://good.example/', 'https://GOOD.example', 'https://a.good.example', 'http://localhost:3000, null', 'http://localhost', 'http://localhost:30000',
  'https://good.example, http://localhost:3000', 'null, null', 'nul', '*', 'x', ''];
const asked = [['GET', '/livez'], ['POST', '/backward', bookText], ['POST', '/backward', '{'], ['GET', '/nowhere'], ['GET', '/forward'], ['GET', '/openapi.yaml'],
  ['HEAD', '/'], ['GET', '/metrics']];
const preflight = origin => ({origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,authorization'});

/** Of every call; the judge has seen to it as well, by the list that the daemon was given. */
function assertOrigin(reply, told, what) {
  assert.equal(reply.headers['access-control-allow-origin'], told, what);
  assert.ok((reply.headers.vary ?? '').split(', ').includes('Origin'), what);
  assert.equal(reply.headers['access-control-allow-credentials'], undefined, what);
}

for (const [kind, origins] of Object.entries({allowed: list, foreign})) {
  for (const origin of origins) {
    test(`an origin that is ${kind}: ${JSON.stringify(origin)}`, async () => {
      const told = kind === 'allowed' ? origin : undefined;
      for (const [method, path, body] of asked) assertOrigin(await pick.call(method, path, body, {origin}), told, `${method} ${path}`);
      const reply = await pick.call('OPTIONS', '/backward', undefined, preflight(origin));
      assert.equal(reply.status, 204);
      assertOrigin(reply, told, 'preflight');
    });
  }
}

test('without an origin no CORS header is sent, but Vary is', async () => {
  for (const [method, path, body] of asked) assertOrigin(await pick.call(method, path, body), undefined, path);
});

test('an origin from the variable, and no origin', async () => {
  await withDaemon({env: {BACKPROPD_CORS_ORIGIN: 'https://one.example'}}, async own => {
    assertOrigin(await own.call('GET', '/', undefined, {origin: 'https://one.example'}), 'https://one.example', 'the variable');
    assertOrigin(await own.call('GET', '/', undefined, {origin: 'null'}), undefined, 'null is not on it');
  });
  await withDaemon({args: ['--cors-origin', 'none']}, async own => {
    for (const origin of [...list, ...foreign, 'none']) assertOrigin(await own.call('OPTIONS', '/step', undefined, preflight(origin)), undefined, origin);
  });
});

test('a page can read why it is refused: 401 carries its origin', () => withDaemon({args: ['--token-file', file, '--cors-origin', list[0]]}, async own => {
  const reply = await own.call('POST', '/forward', bookText, {origin: list[0]});
  assertRefused(reply, 'without a token');
  assertOrigin(reply, list[0], 'without a token');
}));

test('the 408 for a late body names no origin of the list', () => withDaemon({args: ['--body-timeout', '1', '--cors-origin', list[0]]}, async own => {
  const reply = await own.raw(head('POST /forward HTTP/1.1', 'Host: a', `Origin: ${list[0]}`, 'Content-Length: 5'));
  assert.equal(reply.status, 408);
  assertOrigin(reply, undefined, 'it was written beforehand');
}));

test('any origin may call, as a rule', async () => {
  for (const origin of [...list, ...foreign]) {
    const {headers} = await request(guarded.port, 'GET', '/livez', undefined, {origin});
    assert.deepEqual([headers['access-control-allow-origin'], headers.vary], ['*', undefined], origin);
  }
});

// ---- Hosts ----

const misdirected = contract.components.examples.misdirected.value;

for (const host of ['localhost', 'LOCALHOST:8080', '127.0.0.1:1', '[::1]', '[::1]:8080', 'teacher.example.', 'teacher.example.:80']) {
  test(`row 103: a host of the list: ${host}`, async () => {
    assert.equal((await ours.call('POST', '/backward', bookText, {host, ...bearer(token)})).status, 200);
    assertRefused(await ours.call('POST', '/backward', bookText, {host}), 'tokens are asked for as before');
  });
}

for (const host of ['evil.example', 'localhost.evil.example', 'evillocalhost', '127.0.0.1.evil.example', '127.0.0.2', '[::2]:8080', 'teacher.example..']) {
  test(`row 103: a host of elsewhere: ${host}`, async () => {
    for (const [method, path, body] of [...asked.filter(([, path]) => path !== '/livez'), ['OPTIONS', '/step'], ['GET', '/nowhere']]) {
      const reply = await ours.call(method, path, body, {host, ...bearer(token)});
      assert.deepEqual([reply.status, method === 'HEAD' ? misdirected : reply.json], [421, misdirected], `${method} ${path}`);
    }
    for (const path of ['/livez', '/healthz', '/readyz']) assert.equal((await ours.call('GET', path, undefined, {host})).status, 200, path);
  });
}

async function absolute(target, host) {
  const line = await connect(ours.port);
  await line.send(head(`GET ${target} HTTP/1.1`, `Host: ${host}`));
  const {status} = await line.reply();
  line.destroy();
  return status;
}

test('row 18: an absolute target with an authority of elsewhere', async () => {
  assert.equal(await absolute('http://localhost/version', 'localhost'), 200);
  for (const [target, host] of [['http://evil.example/version', 'localhost'], ['http://localhost/version', 'evil.example']]) {
    assert.equal(await absolute(target, host), 421, `${target} ${host}`);
  }
  assert.equal(await absolute('http://localhost:80@evil.example/version', 'localhost'), 400);
});

test('row 103: a request without a host is refused', async () => {
  assert.deepEqual((await ours.raw(head('GET /version HTTP/1.0'))).json, misdirected);
  assert.equal((await ours.raw(head('GET /livez HTTP/1.0'))).status, 200);
});
