// Sockets that are passed to the program, what it reports to its supervisor, and that a stop loses no waiting client.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import http from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {binary, longTimeouts, request} from '../../support/daemon.mjs';
import {growing, long, roomy} from '../../support/heavy.mjs';
import {connect, head, post} from '../../support/raw.mjs';
import {supervise} from '../../support/supervise.mjs';
import {inTime, patience, until} from '../../support/until.mjs';

async function supervised(options, act) {
  const supervisor = await supervise({args: ['--log-format', 'off'], ...options});
  try {
    return await act(supervisor);
  } finally {
    await supervisor.end();
  }
}

const livez = port => request(port, 'GET', '/livez');

const inFlight = async port => Number(/^backpropd_http_requests_in_flight (\d+)/m.exec((await request(port, 'GET', '/metrics')).text)[1]) - 1;

const untilInFlight = port => until(() => inFlight(port), 'the request is in flight');

test('a TCP socket that is passed is served, whatever --listen says', () => supervised({args: ['--listen', '192.0.2.1:1']}, async own => {
  await own.start();
  assert.equal((await livez(own.port)).status, 200);
  assert.match(own.said(), new RegExp(`^backpropd \\S+ listening on http://127\\.0\\.0\\.1:${own.port}\n$`));
  assert.deepEqual(own.notified(), ['READY=1']);
  assert.equal((await own.stop()).status, 0);
  assert.deepEqual(own.notified(), ['READY=1', 'STOPPING=1']);
  assert.doesNotMatch(own.log(), /NOTIFY_SOCKET/);
}));

test('a Unix socket that is passed is served', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'activation-'));
  const path = join(folder, 'http');
  const get = () => new Promise((done, failed) => {
    http.get({socketPath: path, path: '/livez', agent: false}, reply => reply.resume().on('end', () => done(reply.statusCode))).on('error', failed);
  });
  try {
    await supervised({socket: `unix:${path}`}, async own => {
      for (let i = 0; i < 2; i++) {
        await own.start();
        assert.equal(await get(), 200);
        assert.equal((await own.stop()).status, 0);
      }
      assert.ok(own.said().includes(` listening on unix:${path}\n`), own.said());
    });
  } finally {
    rmSync(folder, {recursive: true});
  }
});

test('a client that connects while nothing runs is answered by the next process', () => supervised({}, async own => {
  const early = livez(own.port); // before the first start
  await own.start();
  assert.equal((await early).status, 200);
  await own.stop();
  const between = Array.from({length: 50}, () => livez(own.port));
  await pause(100);
  await own.start();
  for (const {status} of await Promise.all(between)) assert.equal(status, 200);
}));

test('a client that connects while a process stops is answered by the next one', () => growing(steps => supervised({args: ['--log-format', 'off', ...roomy]}, async own => {
  await own.start();
  const line = await connect(own.port);
  await line.send(post('/step', long(steps)));
  await until(async () => line.all || await inFlight(own.port), 'the request is in flight');
  const stopped = own.stop();
  await until(() => own.notified().includes('STOPPING=1'), 'it says that it stops');
  await pause(100); // for accepting to end
  const lines = await Promise.all(Array.from({length: 50}, () => connect(own.port)));
  const isStopping = !line.all;
  const during = lines.map(async one => {
    await one.send(head('GET /livez HTTP/1.1', 'Host: a', 'Connection: close'));
    return one.reply();
  });
  assert.equal((await line.reply()).status, 200);
  assert.equal((await stopped).status, 0);
  await own.start();
  for (const {status} of await Promise.all(during)) assert.equal(status, 200);
  return isStopping;
})));

test('a request that is on its way when the stop begins is answered, and its connection closed', () => inTime(() => supervised({}, async own => {
  await own.start();
  const [kept, fresh] = [await connect(own.port), await connect(own.port)];
  await kept.send(head('GET /livez HTTP/1.1', 'Host: a'));
  assert.notEqual((await kept.reply()).headers.connection, 'close');
  const stopped = own.stop();
  await pause(300);
  for (const line of [kept, fresh]) {
    await line.send(head('GET /livez HTTP/1.1', 'Host: a'));
    const {status, headers} = await line.reply();
    assert.deepEqual([status, headers.connection?.toLowerCase()], [200, 'close']);
    assert.equal(await line.closed(), '');
  }
  assert.equal((await stopped).status, 0);
})));

test('an upload that pauses while a process stops is waited for', () => inTime(() => supervised({}, async own => {
  await own.start();
  const book = (await request(own.port, 'GET', '/examples/textbook')).text;
  const expected = (await request(own.port, 'POST', '/backward', book)).text;
  const line = await connect(own.port);
  const bytes = post('/backward', book);
  await line.send(bytes.subarray(0, -50));
  await untilInFlight(own.port);
  const stopped = own.stop();
  await pause(1500);
  await line.send(bytes.subarray(-50));
  assert.equal((await line.reply()).text, expected);
  assert.equal((await stopped).status, 0);
})));

// ---- What cannot be served ----

/** Runs the program to its end in a shell that has its own process id, which the program then has, for $$. */
async function runInShell(script, {stdio = [], env = {}} = {}) {
  const child = spawn('/bin/sh', ['-c', script, binary], {env: {...process.env, ...env}, stdio: ['ignore', 'pipe', 'pipe', ...stdio]});
  const out = {stdout: '', stderr: ''};
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', piece => { out[name] += piece; });
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  const [code] = await once(child, 'close');
  clearTimeout(timer);
  return {code, ...out};
}

const serve = 'exec "$0" --listen 127.0.0.1:0';
const unservable = [
  ['more than one', `LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=web:metrics ${serve}`, 'LISTEN_FDS=2, LISTEN_FDNAMES=web:metrics: must be one socket'],
  ['a file', `LISTEN_PID=$$ LISTEN_FDS=1 ${serve} 3</dev/null`, 'LISTEN_FDS=1: descriptor 3 is not a socket'],
  ['nothing', `LISTEN_PID=$$ LISTEN_FDS=1 ${serve} 3<&-`, 'LISTEN_FDS=1: descriptor 3 is not open'],
  ['no number', `LISTEN_PID=$$ LISTEN_FDS=one ${serve}`, 'LISTEN_FDS=one: must be a number'],
];

for (const [name, script, says] of unservable) {
  test(`${name} passed: one line, and exit status 2`, async () => {
    assert.deepEqual(await runInShell(script), {code: 2, stdout: '', stderr: `backpropd: ${says}\n`});
  });
}

test('a connected socket passed: one line, and exit status 2', async () => {
  const {code, stderr} = await runInShell(`LISTEN_PID=$$ LISTEN_FDS=1 ${serve}`, {stdio: ['pipe']}); // node's pipes are socket pairs
  assert.deepEqual([code, stderr], [2, 'backpropd: LISTEN_FDS=1: descriptor 3 is a socket that does not listen\n']);
});

/** The program on a socket of its own. */
async function withVariables(env) {
  const child = spawn(binary, ['--listen', '127.0.0.1:0', '--log-format', 'off'], {env: {...longTimeouts, ...process.env, ...env}, stdio: ['ignore', 'pipe', 'pipe']});
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', piece => { stderr += piece; });
  try {
    const [line] = await once(child.stdout, 'data');
    assert.equal((await livez(Number(/:(\d+)\n/.exec(line)[1]))).status, 200);
    child.kill('SIGTERM');
    const [code] = await once(child, 'close');
    assert.equal(code, 0);
    return stderr;
  } finally {
    child.kill('SIGKILL');
  }
}

test('what was passed to another process is left alone', async () => {
  assert.equal(await withVariables({LISTEN_PID: '1', LISTEN_FDS: '5'}), '');
});

test('a supervisor that cannot be reached gets a line on stderr, and the service serves', async () => {
  assert.equal(await withVariables({NOTIFY_SOCKET: '/nowhere/notify'}),
    'backpropd: cannot send READY=1 to NOTIFY_SOCKET\nbackpropd: cannot send STOPPING=1 to NOTIFY_SOCKET\n');
});
