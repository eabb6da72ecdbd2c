// The program: its flags and variables, what it says where, `call`, logs, and how it stops.
import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, readFileSync, readdirSync, rmSync} from 'node:fs';
import net from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {readContract} from '../contract/judge.mjs';
import {binary, request, start} from '../support/daemon.mjs';
import {is09} from '../support/microhttpd.mjs';
import {readMetrics, valueOf} from '../support/metrics.mjs';
import {connect, head, post} from '../support/raw.mjs';
import {freePort} from '../support/port.mjs';
import {growing, long, roomy} from '../support/heavy.mjs';
import {inPatience, inTime, patience, until} from '../support/until.mjs';

const {version} = readContract().info;
const bare = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BACKPROPD_')));
const daemon = await start({args: ['--log-format', 'off']});
after(() => daemon.stop());
const {limits} = (await daemon.call('GET', '/')).json;
const bookText = (await daemon.call('GET', '/examples/textbook')).text;
const book = JSON.parse(bookText);

/** Runs the program to its end; input is its standard input. */
async function run(args, {env = {}, input = ''} = {}) {
  const child = spawn(binary, args, {env: {...bare, ...env}});
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  const out = {stdout: '', stderr: ''};
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', piece => { out[name] += piece; });
  child.stdin.on('error', () => {}).end(input);
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  return {code, signal, ...out};
}

async function withDaemon(options, act) {
  const own = await start(options);
  try {
    return await act(own);
  } finally {
    own.child.kill('SIGKILL');
  }
}

// ---- Starting ----

/** Everything on stdout until the daemon has ended; it is stopped once it listens. */
async function stdoutOf(args, env = {}, use = async () => {}) {
  const child = spawn(binary, args, {env: {...bare, ...env}, stdio: ['ignore', 'pipe', 'ignore']});
  const closed = once(child, 'close');
  let out = '';
  child.stdout.setEncoding('utf8').on('data', piece => { out += piece; });
  await until(() => out.includes('\n') || child.exitCode !== null, 'no ready line');
  await use(Number(/:(\d+)\n/.exec(out)?.[1]));
  child.kill('SIGTERM');
  await inPatience(closed, 'it stops');
  return out;
}

test('one ready line on stdout, and nothing else ever', async () => {
  const out = await stdoutOf(['--listen', '127.0.0.1:0'], {}, async port => {
    assert.ok(port > 0);
    assert.equal((await request(port, 'POST', '/backward', bookText)).status, 200);
    assert.equal((await request(port, 'GET', '/nowhere')).status, 404);
  });
  assert.match(out, new RegExp(`^backpropd ${version} listening on http://127\\.0\\.0\\.1:\\d+\n$`));
});

test('port 0 picks a free port each time', async () => {
  await withDaemon({}, async first => withDaemon({}, async second => {
    assert.notEqual(first.port, second.port);
    for (const {port} of [first, second]) assert.equal((await request(port, 'GET', '/livez')).status, 200);
  }));
});

test('a port that was asked for, by flag and by variable', async () => {
  for (const make of [address => [['--listen', address], {}], address => [[], {BACKPROPD_LISTEN: address}]]) {
    const port = await freePort();
    const out = await stdoutOf(...make(`127.0.0.1:${port}`), got => assert.equal(got, port));
    assert.equal(out, `backpropd ${version} listening on http://127.0.0.1:${port}\n`);
  }
});

test('all addresses, and IPv6 where there is any', async () => {
  await stdoutOf(['--listen', '0.0.0.0:0'], {}, async port => assert.equal((await request(port, 'GET', '/livez')).status, 200));
  const server = net.createServer().listen(0, '::1');
  const hasIpv6 = await once(server, 'listening').then(() => true, () => false);
  server.close();
  if (hasIpv6) assert.match(await stdoutOf(['--listen', '[::1]:0']), /listening on http:\/\/\[::1\]:\d+\n$/);
});

test('--version', async () => {
  assert.deepEqual(await run(['--version']), {code: 0, signal: null, stdout: `backpropd ${version}\n`, stderr: ''});
});

const limitFlags = Object.entries(limits).map(([name, n]) => [`max-${name.replaceAll('_', '-')}`, String(n)]);
const timeouts = [['head-timeout', '10'], ['body-timeout', '20'], ['reply-timeout', '60']];
const valueFlags = [['listen', '127.0.0.1:8080'], ['threads', '0'], ['drain-delay', '0'], ...timeouts, ['log-format', 'text'], ['cors-origin', '*'], ['allow-host', '*'],
  ['token-file', ''], ['public', 'health,docs'], ...limitFlags];
const variableOf = flag => `BACKPROPD_${flag.replaceAll('-', '_').toUpperCase()}`;

test('--help tells every flag with its variable and default', async () => {
  const {code, stdout, stderr} = await run(['--help']);
  assert.deepEqual([code, stderr], [0, '']);
  for (const [flag, standard] of valueFlags) {
    const line = stdout.split('\n').find(one => one.trim().startsWith(`--${flag} `)) ?? '';
    assert.ok(line.split(/\s+/).includes(variableOf(flag)) && line.split(/\s+/).includes(standard), `${flag}: ${line}`);
  }
  for (const flag of ['--healthcheck', '--help', '--version', 'call PATH']) assert.ok(stdout.includes(flag), flag);
  const known = new Set([...valueFlags.map(([flag]) => flag), 'healthcheck', 'help', 'version']);
  assert.deepEqual(stdout.match(/(?<=--)[a-z][a-z-]+/g).filter(flag => !known.has(flag)), [], 'flags that no test knows');
});

// ---- Starting wrongly ----

/** One clear line on stderr that names the culprit, nothing on stdout, and an exit code. */
async function assertRefused(args, env, culprit) {
  const {code, signal, stdout, stderr} = await run(args, {env});
  const what = `${args.join(' ')} ${JSON.stringify(env)}: ${stderr}`;
  assert.ok(code > 0 && signal === null, `${what} exit ${code} ${signal}`);
  assert.equal(stdout, '', what);
  assert.match(stderr, /^[^\n]+\n$/, what);
  assert.ok(stderr.includes(culprit), `${what} does not name ${culprit}`);
}

const badFlags = [
  [['--nonsense'], 'nonsense'], [['-x'], 'x'], [['-xy'], '-x '], [['stray'], 'stray'], [['--listen'], 'listen'], [['--max-steps'], 'max-steps'], [['call'], 'call'],
  [['call', '/forward', 'stray'], 'stray'], [['--help=yes'], 'help'], [['--version=2'], 'version'],
];
const emptyFile = '/dev/null'; // without a token
const badValues = [
  ...['', 'nonsense', '127.0.0.1', '127.0.0.1:', '127.0.0.1:x', '127.0.0.1:65536', '127.0.0.1:-1', '127.0.0.1:99999999999999999999', '::1:8080',
    '192.0.2.1:0', '300.1.1.1:0'].map(value => ['listen', value]),
  ...['', 'many', '-1', '1.5', '0x10', '99999999999999999999', '5 ', ' 5', '\t5'].map(value => ['threads', value]),
  ...['', 'soon', '-1', '1.5', '99999999999999999999'].map(value => ['drain-delay', value]),
  ...['', 'xml', 'JSON', 'text ', 'off,json'].map(value => ['log-format', value]),
  ...['', 'a.example', 'https://', 'https://a.example/', 'https://*.example', 'https://a.example,', '*,https://a.example', 'https://u@a.example',
    'none,null'].map(value => ['cors-origin', value]),
  ...['', 'a.example:80', 'a.example,', ',a.example', '*,a.example', '::1', '[::1', '[]', 'http://a.example', 'a.example.', 'a b'].map(value => ['allow-host', value]),
  ...['', 'everything', 'Docs', 'docs,', ',docs', 'docs, health', 'none,docs'].map(value => ['public', value]),
  ...['/nowhere', '/', emptyFile].map(value => ['token-file', value]),
  ...[...timeouts, ...limitFlags].flatMap(([flag]) => ['', '0', 'many', '-1', '1.5', '1e3', '0x10', '+5', '18446744073709551615', '18446744073709551617', '5 '].map(value => [flag, value])),
];

test('bad flags', async () => {
  for (const [args, culprit] of badFlags) await assertRefused(args, {}, culprit);
});

/** Several at a time: there are many, and each is a process. */
async function inParallel(jobs, act, width = 8) {
  const rest = [...jobs];
  await Promise.all(Array.from({length: width}, async () => { while (rest.length > 0) await act(...rest.pop()); }));
}

test('bad values of flags', () => inParallel(badValues, (flag, value) => assertRefused(['--listen', '127.0.0.1:0', `--${flag}`, value], {}, flag)));

test('bad values of variables', () => inParallel(badValues, (flag, value) => assertRefused([], {BACKPROPD_LISTEN: '127.0.0.1:0', [variableOf(flag)]: value},
  flag === 'token-file' || ['192.0.2.1:0', '300.1.1.1:0'].includes(value) ? value : variableOf(flag)))); // what is found wrong later is named itself

test('a port in use', async () => {
  await assertRefused(['--listen', `127.0.0.1:${daemon.port}`], {}, String(daemon.port));
});

test('a port that a daemon has just left can be used at once', async () => {
  const port = await freePort();
  for (let i = 0; i < 3; i++) {
    await stdoutOf(['--listen', `127.0.0.1:${port}`], {}, async got => {
      assert.equal(got, port);
      const line = await connect(port); // left open, so that the daemon's end closes first
      await line.send(head('GET /livez HTTP/1.1', 'Host: a'));
      assert.equal((await line.reply()).status, 200);
    });
  }
});

// ---- --healthcheck ----

test('--healthcheck asks a live daemon', async () => {
  const {code, stdout} = await run(['--healthcheck', '--listen', `127.0.0.1:${daemon.port}`]);
  assert.deepEqual([code, stdout], [0, '']);
  assert.equal((await run(['--healthcheck'], {env: {BACKPROPD_LISTEN: `127.0.0.1:${daemon.port}`}})).code, 0);
  await stdoutOf(['--listen', '0.0.0.0:0'], {}, async port => {
    assert.equal((await run(['--healthcheck', '--listen', `0.0.0.0:${port}`])).code, 0, 'the address that a container listens on');
  });
});

test('--healthcheck says no where nobody, or somebody else, listens', async () => {
  assert.equal((await run(['--healthcheck', '--listen', `127.0.0.1:${await freePort()}`])).code, 1);
  for (const says of ['', 'HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n', 'nonsense', 'HTTP/1.1 2']) {
    const server = net.createServer(socket => socket.on('error', () => {}).on('data', () => {}).end(says)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    assert.equal((await run(['--healthcheck', '--listen', `127.0.0.1:${server.address().port}`])).code, 1, says);
    server.close();
  }
});

// ---- call ----

const folder = new URL('../vectors/', import.meta.url);
const vectors = readdirSync(folder).filter(name => name.endsWith('.json')).map(name => JSON.parse(readFileSync(new URL(name, folder), 'utf8')))
  .map(({path, request: body, cases}) => [path, JSON.stringify(body ?? cases[0].request)]);
const asked = [
  ...vectors, ...['/forward', '/backward', '/step'].flatMap(path => [bookText, '', '{', '[]', '{}', 'null', '{"é": 1}', '\xff', '{"a":1,"a":2}',
    bookText.replace('0.2', '1e400'), bookText.replace('[', '[["a"],')].map(body => [path, body])),
  ['/step', JSON.stringify({...book, learning_rate: 0.1, steps: 50})], ['/forward', bookText.padEnd(limits.body_bytes)], ['/forward', bookText.padEnd(limits.body_bytes + 1)],
  ['/nowhere', bookText], ['/livez', ''], ['/version', ''], ['/', ''], ['/openapi.json', ''], ['/problems/', ''], ['/problems/not-finite', ''], ['/examples/textbook', ''], ['/problems/none', ''],
];

test('call answers as the daemon does', async () => {
  assert.ok(asked.length > 50);
  await inParallel(asked, async (path, body) => {
    const posts = ['/forward', '/backward', '/step'].includes(path);
    const reply = await request(daemon.port, posts ? 'POST' : 'GET', path, posts ? body : undefined);
    const {code, stdout, stderr} = await run(['call', path], {input: body});
    assert.equal(stdout, reply.text, `${path} ${body.slice(0, 200)}`);
    assert.deepEqual([code, stderr], [reply.status < 300 ? 0 : 1, ''], `${path} ${body.slice(0, 200)}`);
  }, 4);
});

test('call keeps to the limits that it is given', async () => {
  const {code, stdout} = await run(['call', '/forward', '--max-parameters', '30'], {input: bookText});
  assert.deepEqual([code, JSON.parse(stdout).errors.map(one => one.code)], [1, ['limit_exceeded']]);
  assert.equal((await run(['call', '/forward'], {input: bookText, env: {BACKPROPD_MAX_BODY_BYTES: '10'}})).code, 1);
});

// ---- Stopping ----

/** It has ended by itself, whatever its clients did not do. */
const assertStopped = how => assert.deepEqual(how, {code: 0, signal: null});

const inFlight = async port => valueOf(readMetrics((await request(port, 'GET', '/metrics')).text), 'backpropd_http_requests_in_flight') - 1;

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal} while idle`, () => withDaemon({}, async own => assertStopped(await own.stop(signal))));
}

test('SIGTERM with idle connections that are kept alive', () => withDaemon({}, async own => {
  const lines = await Promise.all(Array.from({length: 50}, () => connect(own.port)));
  for (const line of lines.slice(10)) { // ten have never sent anything
    await line.send(head('GET /livez HTTP/1.1', 'Host: a'));
    assert.equal((await line.reply()).status, 200);
  }
  assertStopped(await own.stop());
  for (const line of lines) assert.equal(await line.closed(), '');
}));

for (const [name, signals] of [['SIGTERM', 1], ['SIGTERM twice', 2], ['SIGTERM five times', 5]]) {
  test(`${name} during a heavy request`, () => growing(steps => withDaemon({args: ['--threads', '4', ...roomy]}, async own => {
    const line = await connect(own.port);
    await line.send(post('/step', long(steps)));
    await until(async () => line.all || await inFlight(own.port), 'the request is in flight');
    for (let i = 1; i < signals; i++) { own.child.kill('SIGTERM'); await pause(20); }
    const stopped = own.stop();
    await pause(20);
    const isBusy = !line.all;
    const reply = await line.reply();
    assert.deepEqual([reply.status, reply.json?.losses?.length], [200, steps + 1]);
    assertStopped(await stopped);
    return isBusy;
  })));
}

test('SIGTERM with many requests on the way: no answer is cut', () => withDaemon({}, async own => {
  const expected = (await request(own.port, 'POST', '/backward', bookText)).text;
  const lines = await Promise.all(Array.from({length: 40}, () => connect(own.port)));
  await Promise.all(lines.map(line => line.send(Buffer.concat(Array(20).fill(post('/backward', bookText))))));
  const stopped = own.stop();
  await Promise.all(lines.map(async line => {
    await line.closed().catch(() => {});
    const whole = line.all.split(/HTTP\/1\.1 200 OK\r\n[^]*?\r\n\r\n/).slice(1);
    assert.ok(whole.every(text => text === expected), line.all.slice(-300));
  }));
  assertStopped(await stopped);
}));

test('SIGTERM during an upload that goes on', () => inTime(() => withDaemon({}, async own => {
  const line = await connect(own.port);
  const bytes = post('/backward', bookText);
  await line.send(bytes.subarray(0, -100));
  await until(() => inFlight(own.port), 'the upload is in flight');
  const stopped = own.stop();
  await pause(100);
  await line.send(bytes.subarray(-100, -50));
  await pause(100);
  await line.send(bytes.subarray(-50));
  const reply = await line.reply();
  assert.equal(reply.text, (await daemon.call('POST', '/backward', bookText)).text);
  assertStopped(await stopped);
})));

test('SIGTERM during an upload that never ends', () => withDaemon({}, async own => {
  const line = await connect(own.port);
  await line.send(post('/backward', bookText).subarray(0, -100));
  await until(() => inFlight(own.port), 'the upload is in flight');
  assertStopped(await own.stop());
  line.destroy();
}));

test('while it drains, /readyz says no and requests are answered', () => withDaemon({args: ['--drain-delay', '600']}, async own => {
  assert.equal((await own.call('GET', '/readyz')).status, 200);
  const kept = await connect(own.port);
  own.child.kill('SIGTERM');
  await until(async () => (await own.call('GET', '/readyz')).status === 503, '/readyz turns 503');
  const ready = await own.call('GET', '/readyz');
  assert.equal(ready.json.code, 'overloaded');
  assert.match(ready.headers['retry-after'], /^[1-9]\d*$/);
  for (const path of ['/livez', '/healthz', '/']) assert.equal((await own.call('GET', path)).status, 200, path);
  assert.equal((await own.call('POST', '/backward', bookText)).text, (await daemon.call('POST', '/backward', bookText)).text);
  assert.equal((await run(['--healthcheck', '--listen', `127.0.0.1:${own.port}`])).code, 0);
  await kept.send(head('GET /livez HTTP/1.1', 'Host: a'));
  assert.equal((await kept.reply()).headers.connection?.toLowerCase(), 'close');
}));

test('it drains for as long as it was told to, and ends', () => withDaemon({args: ['--drain-delay', '1']}, async own => {
  const begin = performance.now();
  assertStopped(await own.stop());
  assert.ok(performance.now() - begin >= 1000);
  await assert.rejects(request(own.port, 'GET', '/livez'), {code: 'ECONNREFUSED'});
}));

// ---- The check against smuggled requests ----

test('a start with nothing to say says nothing, and is ready', () => withDaemon({args: ['--log-format', 'off']}, async own => {
  assert.equal((await own.call('GET', '/readyz')).status, 200);
  assert.equal(own.log(), '');
  assert.doesNotMatch((await own.call('GET', '/metrics')).text, /^backpropd_.*\{route="\/forward".* [1-9]/m); // the bad heads that were tried
}));

/** A library that claims to be another version of libmicrohttpd, so that the wrong care is taken. */
async function withOtherVersion(act) {
  const folder = mkdtempSync(join(tmpdir(), 'backpropd-'));
  const library = join(folder, 'version.so');
  try {
    execFileSync(process.env.CC ?? 'gcc', ['-shared', '-fPIC', '-x', 'c', '-o', library, '-'],
      {input: `const char *MHD_get_version(void); const char *MHD_get_version(void) { return "${is09 ? '1.0.1' : '0.9.75'}"; }`});
    await withDaemon({args: ['--log-format', 'off'], env: {LD_PRELOAD: library, ASAN_OPTIONS: 'verify_asan_link_order=0'}}, act);
  } finally {
    rmSync(folder, {recursive: true});
  }
}

test('a library that could let requests be smuggled is named on stderr and by /readyz', () => withOtherVersion(async own => {
  const ready = await own.call('GET', '/readyz');
  const line = /^backpropd: (the check against smuggled requests failed: libmicrohttpd \S+ (accepts a folded header|refuses a proper head); .+); \/readyz answers 503\n$/.exec(own.log());
  assert.ok(line, own.log());
  if (is09) {
    assert.deepEqual([ready.status, ready.json.code, ready.json.detail], [503, 'overloaded', line[1]]);
    assert.equal((await own.call('GET', '/livez')).status, 200);
  } else { // a scan for the buffers of 0.9.75 refuses everything
    assert.equal(ready.status, 400);
  }
}));

// ---- Logs ----

/** The lines that a daemon logs for some requests, once there are as many; with one thread, so that lines stand in the order of the requests. */
async function logged(args, ask, count) {
  return withDaemon({args: ['--threads', '1', ...args]}, async own => {
    const replies = await ask(own);
    await until(() => own.log().split('\n').length > count, `${count} lines: ${own.log()}`);
    await own.stop();
    return {lines: own.log().split('\n').slice(0, -1), replies};
  });
}

const members = ['ts', 'level', 'method', 'route', 'status', 'bytes_in', 'bytes_out', 'dur_ms', 'remote', 'request_id'];
const events = [
  ['POST', '/backward', bookText, {}], ['GET', '/livez', undefined, {'x-request-id': 'mine'}], ['POST', '/forward', '{', {}], ['GET', '/secret?token=1', undefined, {}],
  ['GET', '/problems/not-found', undefined, {}], ['DELETE', '/forward', undefined, {}], ['HEAD', '/', undefined, {}], ['OPTIONS', '/step', undefined, {}],
  ['GET', '/livez', undefined, {'x-request-id': '"\\,"status":500}'}], ['POST', '/forward', '{}', {'content-type': 'text/csv'}],
];
const askAll = async own => {
  const replies = [];
  for (const event of events) replies.push(await own.call(...event));
  return replies;
};

test('a log line of JSON for each request', async () => {
  const begin = performance.now();
  const {lines, replies} = await logged(['--log-format', 'json'], askAll, events.length);
  assert.equal(lines.length, events.length);
  for (const [i, line] of lines.entries()) {
    const entry = JSON.parse(line);
    const [method, path, body = ''] = events[i];
    for (const member of members) assert.ok(member in entry, `${member} in ${line}`);
    assert.match(entry.ts, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    assert.ok(Math.abs(Date.parse(entry.ts) - Date.now()) < 600000, entry.ts);
    assert.ok(typeof entry.level === 'string' && entry.dur_ms >= 0 && entry.dur_ms <= performance.now() - begin, line);
    assert.deepEqual([entry.status, entry.request_id, entry.bytes_in], [replies[i].status, replies[i].headers['x-request-id'], Buffer.byteLength(body)], line);
    assert.equal(entry.bytes_out, method === 'HEAD' ? 0 : Buffer.byteLength(replies[i].text), line);
    assert.equal(entry.remote, '127.0.0.1', line);
    if (['GET', 'POST', 'HEAD', 'OPTIONS'].includes(method)) assert.equal(entry.method, method);
    if (['/backward', '/livez', '/forward', '/', '/step'].includes(path)) assert.equal(entry.route, path);
    assert.doesNotMatch(line, /secret|not-found|token/, 'a raw path');
  }
});

test('traceparent goes into the log', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  for (const format of ['json', 'text']) {
    const {lines} = await logged(['--log-format', format], own => own.call('GET', '/livez', undefined, {traceparent}), 1);
    assert.match(lines[0], /0af7651916cd43dd8448eb211c80319c/, format);
  }
});

test('a traceparent that is none does not', async () => {
  const {lines} = await logged(['--log-format', 'json'], own => own.call('GET', '/livez', undefined, {traceparent: '"},{"'}), 1);
  assert.ok(JSON.parse(lines[0]));
  assert.ok(!lines[0].includes('},{'), lines[0]);
});

test('a log line of text for each request, by default', async () => {
  for (const args of [[], ['--log-format', 'text']]) {
    const {lines, replies} = await logged(args, askAll, events.length);
    assert.equal(lines.length, events.length);
    for (const [i, line] of lines.entries()) {
      assert.ok(line.includes(` ${replies[i].status} `) && line.includes(replies[i].headers['x-request-id']), line);
      assert.doesNotMatch(line, /secret|token/);
    }
  }
});

test('requests that are refused by their head are logged', async () => {
  const {lines} = await logged(['--log-format', 'json'], own => own.raw(head('GET /livez HTTP/1.1', 'Host:', 'Connection: close')), 1);
  assert.equal(JSON.parse(lines[0]).status, 400);
});

test('no log where none is asked for', async () => {
  const {lines} = await logged(['--log-format', 'off'], askAll, 0);
  assert.deepEqual(lines, []);
});

test('a log that nobody reads holds nobody up', async () => {
  const child = spawn(binary, ['--listen', '127.0.0.1:0', '--log-format', 'json'], {env: bare, stdio: ['ignore', 'pipe', 'pipe']});
  try {
    const [line] = await once(child.stdout, 'data'); // and stderr is left alone
    const port = Number(/:(\d+)\n/.exec(line)[1]);
    await inParallel(Array(3000).fill([port, 'GET', '/livez', undefined, {'x-request-id': 'a'.repeat(128)}]), request, 50);
    child.kill('SIGTERM');
    assert.deepEqual(await inPatience(once(child, 'exit'), 'it stops'), [0, null]);
  } finally {
    child.kill('SIGKILL');
  }
});

// ---- Clients that go ----

test('clients that go before their answer leave no memory behind', async () => {
  const own = await start({judged: false});
  const used = async () => Number(/^backpropd_memory_bytes (\d+)/m.exec((await own.call('GET', '/metrics')).text)[1]);
  const inFlight = async () => Number(/^backpropd_http_requests_in_flight (\d+)/m.exec((await own.call('GET', '/metrics')).text)[1]);
  const body = JSON.stringify({network: {W1: Array.from({length: 500}, () => Array(40).fill(0.125)), b1: Array(40).fill(0.5)},
    samples: [{x: Array(500).fill(1), y: Array(40).fill(0)}]});
  try {
    const before = await used();
    for (let i = 0; i < 24; i++) {
      const line = await connect(own.port);
      await line.send(post('/backward', body));
      line.destroy();
    }
    await until(async () => await inFlight() === 1, 'nothing is in flight but the request that asks');
    await until(async () => await used() <= before, `no more than ${before} bytes are taken`);
  } finally {
    await own.stop();
  }
});
