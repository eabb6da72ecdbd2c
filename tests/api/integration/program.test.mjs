// The program: its flags and variables, what it says where, `call`, logs, and how it stops.
import assert from 'node:assert/strict';
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {calculations, readContract} from '../contract/judge.mjs';
import {binary, request, start} from '../../support/daemon.mjs';
import {is09} from '../../support/microhttpd.mjs';
import {readMetrics, valueOf} from '../../support/metrics.mjs';
import {connect, head, post} from '../../support/raw.mjs';
import {freePort} from '../../support/port.mjs';
import {growing, long, roomy} from '../../support/heavy.mjs';
import {inPatience, inTime, patience, until} from '../../support/until.mjs';

const {version} = readContract().info;
const bare = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'PORT' && !name.startsWith('BACKPROPD_')));
const server = net.createServer().listen(0, '::1');
const hasIpv6 = await once(server, 'listening').then(() => true, () => false);
server.close();
const daemon = await start({args: ['--log-format', 'off']});
after(() => daemon.stop());
const {limits} = (await daemon.call('GET', '/')).json;
const bookText = (await daemon.call('GET', '/examples/textbook')).text;
const book = JSON.parse(bookText);

/** Runs the program to its end; input is its standard input. */
async function run(args, {env = {}, input = '', wrapper = []} = {}) {
  const [command, ...words] = [...wrapper, binary, ...args];
  const child = spawn(command, words, {env: {...bare, ...env}});
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
  try {
    await until(() => out.includes('\n') || child.exitCode !== null, 'no ready line');
    await use(Number(/:(\d+)\n/.exec(out)?.[1]));
    child.kill('SIGTERM');
    await inPatience(closed, 'it stops');
  } finally {
    child.kill('SIGKILL');
  }
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

const anyAddress = hasIpv6 ? '[::]' : '0.0.0.0';

/** Where the daemon says that it listens, having answered at each of the hosts. */
async function listensOn(args, env, hosts) {
  let place;
  const out = await stdoutOf(args, env, async port => {
    place = port;
    for (const host of hosts) assert.equal(await statusAt({host, port}), 200, `${args} ${JSON.stringify(env)} at ${host}`);
  });
  return [/listening on (\S+)\n$/.exec(out)?.[1], place];
}

/** The status of GET /livez at {host, port} or {socketPath}. */
const statusAt = at => new Promise((done, failed) => {
  http.get({...at, path: '/livez', agent: false}, reply => reply.resume().on('end', () => done(reply.statusCode))).on('error', failed);
});

const loopback = ['127.0.0.1', ...hasIpv6 ? ['::1'] : []];

test('each form of --listen', async () => {
  const fixed = await freePort();
  for (const [value, host, reached] of [
    ['0.0.0.0:0', '0.0.0.0', ['127.0.0.1']], ['*:0', anyAddress, loopback], [':0', anyAddress, loopback], [`:${fixed}`, anyAddress, loopback],
    ['0', '127.0.0.1', ['127.0.0.1']], [String(fixed), '127.0.0.1', ['127.0.0.1']], ['localhost:0', null, []],
    ...hasIpv6 ? [['[::1]:0', '[::1]', ['::1']], ['[::]:0', '[::]', loopback]] : [],
  ]) {
    const [url, port] = await listensOn(['--listen', value], {}, reached);
    if (host) assert.equal(url, `http://${host}:${port}`, value);
    else assert.match(url, /^http:\/\/(127\.0\.0\.1|\[::1\]):/, value); // the address that the name stands for
    if (value.includes(fixed)) assert.equal(port, fixed, value);
  }
});

test('PORT in the environment: all addresses, unless an address is given', async () => {
  const PORT = String(await freePort());
  assert.deepEqual(await listensOn([], {PORT}, loopback), [`http://${anyAddress}:${PORT}`, Number(PORT)]);
  const [byVariable] = await listensOn([], {PORT, BACKPROPD_LISTEN: '127.0.0.1:0'}, []);
  const [byFlag] = await listensOn(['--listen', '127.0.0.1:0'], {PORT: 'tcp://10.0.0.1:80'}, []);
  for (const url of [byVariable, byFlag]) assert.match(url, /^http:\/\/127\.0\.0\.1:/);
  for (const value of ['x', '65536', '-1', '80 ', 'tcp://10.0.0.1:80']) await assertRefused([], {PORT: value}, `PORT=${value}: must be a port of at most 65535`);
  assert.equal((await run(['call', '/livez'], {env: {PORT: 'x'}})).code, 0, 'a call has no port');
});

async function inFolder(act) {
  const folder = mkdtempSync(join(tmpdir(), 'program-'));
  try {
    return await act(join(folder, 'socket'));
  } finally {
    rmSync(folder, {recursive: true});
  }
}

/** Runs a daemon on a Unix socket while `act` runs; gives what it said. */
async function onSocket(path, act, signal = 'SIGTERM') {
  const child = spawn(binary, ['--listen', `unix:${path}`, '--log-health', 'on'], {env: bare, stdio: ['ignore', 'pipe', 'pipe']});
  const closed = once(child, 'close');
  const said = {stdout: '', stderr: ''};
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', piece => { said[name] += piece; });
  try {
    await until(() => said.stdout.includes('\n') || child.exitCode !== null, 'no ready line');
    await act(said);
  } finally {
    child.kill(signal);
    await closed;
  }
  return {...said, code: child.exitCode};
}

test('a Unix socket: made, asked, logged, and removed at the end', () => inFolder(async path => {
  const {stdout, stderr, code} = await onSocket(path, async said => {
    assert.equal(await statusAt({socketPath: path}), 200);
    assert.deepEqual(await run(['--healthcheck', '--listen', `unix:${path}`]), {code: 0, signal: null, stdout: '', stderr: ''});
    await until(() => (said.stderr.match(/ from=unix /g)?.length ?? 0) >= 2, 'two lines in the log');
  });
  assert.equal(stdout, `backpropd ${version} listening on unix:${path}\n`);
  assert.equal(stderr.match(/ from=unix /g)?.length, 2, stderr);
  assert.equal(code, 0);
  assert.ok(!existsSync(path));
}));

test('a Unix socket that a killed daemon has left is taken over, a live one is not', () => inFolder(async path => {
  await onSocket(path, async () => {
    await assertRefused(['--listen', `unix:${path}`], {}, `--listen unix:${path}: Address already in use`);
    assert.equal(await statusAt({socketPath: path}), 200, 'and goes on');
  }, 'SIGKILL');
  assert.ok(existsSync(path));
  const {code, stderr} = await run(['--healthcheck', '--listen', `unix:${path}`]);
  assert.deepEqual([code, stderr], [1, `backpropd: unhealthy: unix:${path}: Connection refused\n`]);
  await onSocket(path, async () => assert.equal(await statusAt({socketPath: path}), 200));
  assert.ok(!existsSync(path));
}));

test('a file where the Unix socket should be is left alone', () => inFolder(async path => {
  writeFileSync(path, 'precious');
  await assertRefused(['--listen', `unix:${path}`], {}, `--listen unix:${path}: File exists`);
  assert.equal(readFileSync(path, 'utf8'), 'precious');
}));

test('--version and -V', async () => {
  for (const flag of ['--version', '-V']) assert.deepEqual(await run([flag]), {code: 0, signal: null, stdout: `backpropd ${version}\n`, stderr: ''});
});

test('-h is --help', async () => assert.deepEqual(await run(['-h']), await run(['--help'])));

const limitFlags = Object.entries(limits).map(([name, n]) => [`max-${name.replaceAll('_', '-')}`, String(n)]);
const timeouts = [['head-timeout', '10'], ['body-timeout', '20'], ['reply-timeout', '60'], ['idle-timeout', '75']];
const valueFlags = [['listen', '127.0.0.1:8080'], ['threads', '0'], ['drain-delay', '0'], ['drain-timeout', '8'], ...timeouts, ['log-format', 'text'], ['log-health', 'off'], ['cors-origin', '*'], ['allow-host', '*'], ['only', '*'],
  ['token-file', ''], ['public', 'health,page,docs'], ['page', 'on'], ...limitFlags, ['accept', '*/*']];
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
  assert.match(stdout, /^PORT=N means --listen :N /m);
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
  [['--nonsense'], 'nonsense'], [['-x'], 'x'], [['-xy'], '-xy ('], [['stray'], 'stray'], [['--listen'], 'listen'], [['--max-steps'], 'max-steps'], [['call'], 'call'],
  [['call', '/forward', 'stray'], 'stray'], [['--help=yes'], 'help'], [['--version=2'], 'version'],
  [['--treads', '3'], '--treads; did you mean --threads?'], [['--max-quue=4'], '--max-quue=4; did you mean --max-queue?'], [['--Listen=1'], 'did you mean --listen?'],
  [['--helpp'], 'did you mean --help?'], [['-help'], '-help; did you mean --help?'], [['-listen', '80'], '-listen; did you mean --listen?'],
  [['--nothing-like-it'], '--nothing-like-it (see --help)'],
];
const emptyFile = '/dev/null'; // without a token
const badValues = [
  ...['', 'nonsense', '127.0.0.1', '127.0.0.1:', '127.0.0.1:x', '127.0.0.1:65536', '127.0.0.1:-1', '127.0.0.1:+1', '127.0.0.1: 1', '127.0.0.1:99999999999999999999', '::1:8080',
    ':', ':x', '[::1]', '[::1:80', '65536', '-1', '8080 ', 'unix:', 'unix:socket', `unix:/${'a'.repeat(107)}`, 'unix:/nowhere/socket',
    '192.0.2.1:0', '300.1.1.1:0'].map(value => ['listen', value]),
  ...['', 'many', '-1', '1.5', '0x10', '99999999999999999999', '5 ', ' 5', '\t5'].map(value => ['threads', value]),
  ...['', 'soon', '-1', '1.5', '99999999999999999999'].map(value => ['drain-delay', value]),
  ...['', 'xml', 'JSON', 'text ', 'off,json'].map(value => ['log-format', value]),
  ...['', 'yes', 'ON', '1', 'on,off'].flatMap(value => [['log-health', value], ['page', value]]),
  ...['', 'a.example', 'https://', 'https://a.example/', 'https://*.example', 'https://a.example,', '*,https://a.example', 'https://u@a.example',
    'none,null'].map(value => ['cors-origin', value]),
  ...['', 'a.example:80', 'a.example,', ',a.example', '*,a.example', '::1', '[::1', '[]', 'http://a.example', 'a.example.', 'a b'].map(value => ['allow-host', value]),
  ...['', 'grade', '/grad', '/grade,', ',/grade', '*,/grade', '/', '/livez', '/exercise/'].map(value => ['only', value]),
  ...['', 'everything', 'Docs', 'docs,', ',docs', 'docs, health', 'none,docs'].map(value => ['public', value]),
  ...['/nowhere', '/', emptyFile].map(value => ['token-file', value]),
  ...[...timeouts, ...limitFlags].flatMap(([flag]) => ['', '0', 'many', '-1', '1.5', '1e3', '0x10', '+5', '18446744073709551615', '18446744073709551617', '5 '].map(value => [flag, value])),
];

/** The ranges of --help's numbers: [flag, least, most]. */
const ranges = [['threads', 0, 1024], ['drain-delay', 0, 86400], ['drain-timeout', 0, 86400], ...timeouts.map(([flag]) => [flag, 1, 86400]),
  ...Object.entries({'body-bytes': 2 ** 32 - 2, 'header-bytes': 2 ** 24, connections: 1e6, 'client-connections': 1e6, queue: 1e6, layers: 1e5}).map(([name, most]) => [`max-${name}`, 1, most])];
for (const [flag] of limitFlags) if (!ranges.some(([one]) => one === flag)) ranges.push([flag, 1, 2 ** 53]);

test('a number beyond its range is refused, and the message has the range', () => inParallel(
  ranges.flatMap(([flag, least, most]) => [...least ? ['0'] : [], String(BigInt(most) + 1n), String(BigInt(most) + 2n ** 32n), '18446744073709551617']
    .flatMap(value => [[flag, value, `must be a whole number from ${least} to ${most} `, true], [flag, value, `must be a whole number from ${least} to ${most} `, false]])),
  (flag, value, range, isFlag) => isFlag ? assertRefused([`--${flag}`, value], {}, `--${flag} ${value}: ${range}`)
    : assertRefused([], {[variableOf(flag)]: value}, `${variableOf(flag)}=${value}: ${range}`)));

test('the ends of a range are taken', () => inParallel(ranges.flatMap(([flag, ...ends]) => ends.map(end => [flag, end])), async (flag, end) => {
  assert.deepEqual(await run(['--version', `--${flag}`, String(end)]), {code: 0, signal: null, stdout: `backpropd ${version}\n`, stderr: ''});
}));

test('a port that is too large is called that', async () => {
  for (const value of ['127.0.0.1:99999', '[::1]:65536', ':65536', '65536', '99999999999999999999']) {
    await assertRefused(['--listen', value], {}, `--listen ${value}: must be a port of at most 65535`);
  }
});

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
  flag === 'token-file' || /^(192|300|unix:\/nowhere)/.test(value) ? value : variableOf(flag)))); // what is found wrong later is named itself

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

const healthcheck = (listen, options) => run(['--healthcheck', '--listen', listen], options);
const well = {code: 0, signal: null, stdout: '', stderr: ''};
const ill = why => ({code: 1, signal: null, stdout: '', stderr: `backpropd: unhealthy: ${why}\n`});

test('--healthcheck asks a live daemon', async () => {
  assert.deepEqual(await healthcheck(`127.0.0.1:${daemon.port}`), well);
  assert.deepEqual(await run(['--healthcheck'], {env: {BACKPROPD_LISTEN: `127.0.0.1:${daemon.port}`}}), well);
  assert.deepEqual(await run(['--healthcheck'], {env: {PORT: String(daemon.port)}}), well);
  assert.deepEqual(await healthcheck(String(daemon.port)), well);
});

test('--healthcheck asks at each address that a name stands for', async () => {
  for (const host of ['0.0.0.0', '*', '', '[::]', 'localhost']) assert.deepEqual(await healthcheck(`${host}:${daemon.port}`), well, host);
  if (!hasIpv6) return;
  await stdoutOf(['--listen', '[::1]:0'], {}, async port => {
    for (const host of ['*', '', '[::]']) assert.deepEqual(await healthcheck(`${host}:${port}`), well, host);
  });
});

test('--healthcheck tells each address and what came of it', async () => {
  const port = await freePort();
  assert.deepEqual(await healthcheck(`127.0.0.1:${port}`), ill(`http://127.0.0.1:${port}: Connection refused`));
  const {code, stderr} = await healthcheck(`*:${port}`);
  assert.equal(code, 1);
  for (const host of ['127.0.0.1', '[::1]']) assert.ok(stderr.includes(`http://${host}:${port}: `), stderr);
  assert.deepEqual(await healthcheck('unix:/nowhere/socket'), ill('unix:/nowhere/socket: No such file or directory'));
  assert.deepEqual(await healthcheck('nowhere.invalid:80'), ill('nowhere.invalid: no such address'));
});

test('--healthcheck says no where somebody else listens, and what came', async () => {
  for (const [says, why] of [['', 'closed without an answer'], ['HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n', 'status 503 instead of 200'],
    ['nonsense', 'the answer is not HTTP'], ['nonsense that goes on', 'the answer is not HTTP'], ['HTTP/1.1 2', 'the answer is not HTTP']]) {
    const server = net.createServer(socket => socket.on('error', () => {}).once('data', () => socket.end(says))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const {port} = server.address();
    assert.deepEqual(await healthcheck(`127.0.0.1:${port}`), ill(`http://127.0.0.1:${port}: ${why}`));
    server.close();
  }
});

const namespace = ['--user', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc'];
const hasNamespaces = spawnSync('unshare', [...namespace, 'true']).status === 0;

/** Runs a daemon that is process 1 of a namespace of its own, as in a container, while `act` runs. */
async function asProcess1(args, env, act) {
  const child = spawn('unshare', [...namespace, binary, ...args], {env: {...bare, ...env}, stdio: ['ignore', 'pipe', 'inherit']});
  let out = '';
  child.stdout.setEncoding('utf8').on('data', piece => { out += piece; });
  const closed = once(child, 'close');
  try {
    await until(() => out.includes('\n') || child.exitCode !== null, 'no ready line');
    const pid = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
    const wrapper = ['nsenter', '--target', pid, '--user', '--mount', '--pid', '--preserve-credentials'];
    await act((...words) => run(words, {env, wrapper}));
  } finally {
    child.kill('SIGKILL');
    await closed; // of both, which share the pipe
  }
}

test('--healthcheck finds the port that process 1 was given by a flag', {skip: !hasNamespaces && 'no namespaces may be made'}, async () => {
  const port = await freePort();
  for (const [args, env] of [[['--log-format', 'off', '--listen', `127.0.0.1:${port}`], {}], [[`--listen=*:${port}`, '--log-format=off'], {PORT: '1'}],
    [['--log-format', 'off'], {PORT: String(port)}]]) {
    await asProcess1(args, env, async inside => {
      assert.deepEqual(await inside('--healthcheck'), well, args.join(' '));
      assert.equal((await inside('--healthcheck', '--listen', '127.0.0.1:1')).code, 1, 'its own flag wins');
    });
  }
});

// ---- call ----

const folder = new URL('../vectors/', import.meta.url);
const vectors = readdirSync(folder).filter(name => name.endsWith('.json')).map(name => JSON.parse(readFileSync(new URL(name, folder), 'utf8')))
  .map(({path, request: body, cases}) => [path, JSON.stringify(body ?? cases[0].request)]);
const asked = [
  ...vectors, ...calculations.flatMap(path => [bookText, '', '{', '[]', '{}', 'null', '{"é": 1}', '\xff', '{"a":1,"a":2}',
    bookText.replace('0.2', '1e400'), bookText.replace('[', '[["a"],')].map(body => [path, body])),
  ['/step', JSON.stringify({...book, learning_rate: 0.1, steps: 50})], ['/forward', bookText.padEnd(limits.body_bytes)], ['/forward', bookText.padEnd(limits.body_bytes + 1)],
  ['/nowhere', bookText], ['/livez', ''], ['/version', ''], ['/', ''], ['/openapi.json', ''], ['/problems/', ''], ['/problems/not-finite', ''], ['/examples/textbook', ''], ['/problems/none', ''],
];

test('call answers as the daemon does', async () => {
  assert.ok(asked.length > 50);
  await inParallel(asked, async (path, body) => {
    const posts = calculations.includes(path);
    const reply = await request(daemon.port, posts ? 'POST' : 'GET', path, posts ? body : undefined);
    const {code, stdout, stderr} = await run(['call', path], {input: body});
    assert.equal(stdout, reply.text, `${path} ${body.slice(0, 200)}`);
    assert.deepEqual([code, stderr], [reply.status < 300 ? 0 : 1, ''], `${path} ${body.slice(0, 200)}`);
  }, 4);
});

test('call refuses a body that is too large without its end', async () => {
  const child = spawn(binary, ['call', '/forward', '--max-body-bytes', '10'], {env: bare});
  const closed = once(child, 'close');
  child.stdin.on('error', () => {}).write('{"network": ');
  try {
    assert.equal((await inPatience(closed, 'the call is refused'))[0], 1);
  } finally {
    child.stdin.destroy();
    child.kill('SIGKILL');
  }
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

test('it drains for the time given, and ends', () => withDaemon({args: ['--drain-delay', '1']}, async own => {
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

const linesOf = own => own.log().split('\n').slice(0, -1);
const requestsIn = lines => lines.filter(line => / id=|"request_id":/.test(line));

/** The lines that a daemon logs for some requests, once there are as many; with one thread, so that lines stand in the order of the requests. */
async function logged(args, ask, count) {
  return withDaemon({args: ['--threads', '1', '--log-health', 'on', ...args]}, async own => {
    const replies = await ask(own);
    await until(() => requestsIn(linesOf(own)).length >= count, `${count} lines: ${own.log()}`);
    await own.stop();
    await until(() => own.child.stderr.destroyed, 'the end of the log');
    const lines = linesOf(own);
    return {lines: requestsIn(lines), others: lines.filter(line => !requestsIn([line]).length), replies, port: own.port};
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

test('start, drain and stop have a line each', async () => {
  const text = await logged([], async () => {}, 0);
  assert.deepEqual(text.others.map(line => line.replace(/^\S+ /, '')),
    [`start version=${version} address=http://127.0.0.1:${text.port}`, 'drain connections=0', 'stop unfinished_requests=0']);
  const json = await logged(['--log-format', 'json'], async own => {
    const line = await connect(own.port);
    await line.send(head('GET /version HTTP/1.1', 'Host: a')); // its connection is kept
    return line.reply();
  }, 1);
  assert.deepEqual(json.others.map(line => JSON.parse(line)).map(({ts, level, ...rest}) => rest),
    [{event: 'start', version, address: `http://127.0.0.1:${json.port}`}, {event: 'drain', connections: 1}, {event: 'stop', unfinished_requests: 0}]);
});

test('stop tells how many requests it could not wait for', () => withDaemon({args: ['--log-format', 'json']}, async own => {
  const line = await connect(own.port);
  await line.send(post('/backward', bookText).subarray(0, -100));
  await until(() => inFlight(own.port), 'the upload is in flight');
  await own.stop();
  await until(() => own.child.stderr.destroyed, 'the end of the log');
  assert.equal(JSON.parse(linesOf(own).pop()).unfinished_requests, 1);
  line.destroy();
}));

const health = ['/livez', '/healthz', '/readyz'];

test('health checks that succeed are logged only where it is asked for', async () => {
  const ask = async own => {
    for (const path of health) await own.call('GET', path);
    await own.call('HEAD', '/livez');
    await own.call('DELETE', '/livez');
    return own.call('GET', '/version');
  };
  const routes = ({lines}) => lines.map(line => JSON.parse(line)).map(({route, status}) => `${route} ${status}`);
  const json = ['--log-format', 'json'];
  assert.deepEqual(routes(await logged([...json, '--log-health', 'off'], ask, 2)), ['/livez 405', '/version 200']);
  assert.deepEqual(routes(await logged(json, ask, 6)), [...health.map(path => `${path} 200`), '/livez 200', '/livez 405', '/version 200']);
});

test('a health check that fails is logged', () => withDaemon({args: ['--drain-delay', '3']}, async own => {
  const stopped = own.stop();
  await until(async () => (await own.call('GET', '/readyz')).status === 503, '/readyz turns 503');
  await stopped;
  await until(() => own.child.stderr.destroyed, 'the end of the log');
  assert.match(own.log(), / GET \/readyz 503 /);
  assert.doesNotMatch(own.log(), / GET \/readyz 200 /);
}));

test('what X-Forwarded-For claims stands beside the address, and breaks no line', async () => {
  const claims = [['203.0.113.9, 10.0.0.1', '203.0.113.9,10.0.0.1'], ['a id=other "\\', 'aid=other"\\'], ['1.2.3.4'.repeat(500), `...${'1.2.3.4'.repeat(500).slice(-125)}`], ['', '']];
  const ask = async own => {
    for (const [claim] of claims) await own.call('GET', '/version', undefined, {'x-forwarded-for': claim});
    return own.raw(head('GET /version HTTP/1.1', 'Host: a', 'X-Forwarded-For: 1.2.3.4', 'x-forwarded-for: 5.6.7.8', 'Connection: close'));
  };
  const expected = [...claims.map(([, logs]) => logs), '1.2.3.4,5.6.7.8'];
  const json = (await logged(['--log-format', 'json'], ask, expected.length)).lines.map(line => JSON.parse(line));
  assert.deepEqual(json.map(line => [line.remote, line.forwarded_for]), expected.map(claim => ['127.0.0.1', claim]));
  const text = (await logged([], ask, expected.length)).lines;
  assert.deepEqual(text.map(line => /from=127\.0\.0\.1(?: claimed=(\S*))? id=[0-9a-f]{16}$/.exec(line)?.[1] ?? ''), expected);
});

test('traceparent goes into the log', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  for (const format of ['json', 'text']) {
    const {lines} = await logged(['--log-format', format], own => own.call('GET', '/livez', undefined, {traceparent}), 1);
    assert.match(lines[0], /0af7651916cd43dd8448eb211c80319c/, format);
  }
});

test('an invalid traceparent does not', async () => {
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

test('no log with --log-format off', async () => {
  const {lines, others} = await logged(['--log-format', 'off'], askAll, 0);
  assert.deepEqual([lines, others], [[], []]);
});

test('a log that nobody reads delays no reply', async () => {
  const child = spawn(binary, ['--listen', '127.0.0.1:0', '--log-format', 'json', '--log-health', 'on'], {env: bare, stdio: ['ignore', 'pipe', 'pipe']});
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
