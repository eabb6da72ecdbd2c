// Each bad or odd input of robustness.mjs over a socket of its own: the answer, what becomes of the connection, that
// nothing hidden in the request was answered, and that the daemon lives on.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {after, test} from 'node:test';
import {makeJudge} from '../contract/judge.mjs';
import {binary, request, start} from '../../support/daemon.mjs';
import {connect, head, isOpen, post, untilClosed} from '../../support/raw.mjs';
import {absent, entries} from './robustness.mjs';

const judge = makeJudge();
const daemon = await start({args: ['--log-format', 'off']});
after(() => daemon.stop());
const {limits} = (await daemon.call('GET', '/')).json;
const table = entries(limits);
const isSanitized = /__(asan|tsan)_init/.test(readFileSync(binary, 'latin1')); // its memory is not the program's own

/** The bytes, in pieces, and the method and path that they start with. */
function bytesOf({path, body}, text = body) {
  return {pieces: [post(path, text, 'Content-Type: application/json')], method: 'POST', path};
}

function asBytes(asked) {
  if (asked.path) return bytesOf(asked, Buffer.from(asked.body));
  const pieces = [asked].flat();
  const [, method, path] = /^(?:(?:\0.*)?\r\n)*(\S+) (\S+)/.exec(pieces.join('').slice(0, 9000)) ?? [];
  return {pieces, method, path};
}

// ---- What is asserted ----

const statusesIn = text => [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(match => Number(match[1]));

/** Lines and columns that an offset stands for. */
function placeOf(bytes, offset) {
  const before = Buffer.from(bytes).subarray(0, offset);
  const line = before.subarray(before.lastIndexOf('\n') + 1);
  return {line: before.filter(byte => byte === 10).length + 1, column: line.filter(byte => (byte & 0xC0) !== 0x80).length + 1};
}

function assertPlace(problem, body, {culprit, offset}) {
  const bytes = Buffer.from(body);
  assert.deepEqual({line: problem.line, column: problem.column}, placeOf(bytes, problem.offset), 'line and column of the offset');
  if (offset !== undefined) assert.equal(problem.offset, offset);
  if (culprit === undefined) return;
  const begin = culprit === '' ? bytes.length : bytes.indexOf(culprit);
  const end = begin + Math.max(Buffer.byteLength(culprit), 1);
  assert.ok(problem.offset >= begin && problem.offset < end, `offset ${problem.offset} is not in ${begin}..${end - 1}: ${problem.detail}`);
}

function assertAlike(got, wanted, what) {
  for (const [key, value] of Object.entries(wanted)) {
    if (value instanceof RegExp) assert.match(String(got?.[key]), value, `${what} ${key}`);
    else assert.deepEqual(got?.[key], value, `${what} ${key}`);
  }
}

const byPointer = (x, y) => x.pointer < y.pointer ? -1 : 1;

function assertFaults(problem, {faults, among, anyOrder}) {
  const text = JSON.stringify(problem.errors, null, 1);
  const got = anyOrder ? [...problem.errors].sort(byPointer) : problem.errors;
  if (faults) {
    assert.equal(got.length, faults.length, text);
    faults.forEach((fault, i) => assertAlike(got[i], fault, `${text}\nfault ${i}`));
  }
  if (!among) return;
  const {detail = /./, ...wanted} = among;
  assert.ok(problem.errors.some(fault => detail.test(fault.detail) && Object.keys(wanted).every(key => fault[key] === wanted[key])), text);
}

function assertProblem(reply, expect, body) {
  assert.equal(reply.json?.code, expect.code, reply.text.slice(0, 500));
  if (expect.code === 'invalid_json') assertPlace(reply.json, body, expect);
  if (expect.code === 'invalid_request') assertFaults(reply.json, expect);
  if (expect.about) assertAlike(reply.json, expect.about, `${reply.text.slice(0, 500)}\n`);
  if (expect.small) assert.ok(reply.body.length < 4000, `${reply.body.length} bytes`);
}

/** Of an absolute target, which the contract need not list. */
const withoutAuthority = path => path.replace(/^http:\/\/[^/]*/, '') || '/';

function assertReply(reply, {method, path}, expect, body) {
  assert.equal(reply.status, expect.status, reply.text.slice(0, 500));
  if (expect.library) return;
  const {status, headers, text} = reply;
  assert.deepEqual(judge({method, path: withoutAuthority(path), requestHeaders: {}, requestBody: body?.toString(), status, headers, body: text}), []);
  assertAlike(headers, expect.headers ?? {}, 'header');
  if (expect.closed) assert.equal(headers.connection?.toLowerCase(), 'close');
  if (expect.code && method !== 'HEAD') assertProblem(reply, expect, body);
  expect.check?.(reply);
}

// ---- One exchange ----

async function assertEnd(line, expect) {
  if (!expect.closed) return assert.ok(await isOpen(line));
  const rest = await (expect.slow ? line.closed() : untilClosed(line));
  if (!expect.library) assert.equal(rest, '', 'bytes after the reply');
  assert.ok(!line.all.includes('still-open'), 'the connection is kept');
  const wanted = expect.oneOf ?? [expect.status, expect.maybe];
  assert.ok(statusesIn(line.all).every(status => wanted.includes(status)), line.all.slice(0, 2000));
}

async function converse(port, asked, expect) {
  const line = await connect(port);
  try {
    await line.send(...asked.pieces);
    if (expect.interim) assert.equal((await line.reply()).status, expect.interim);
    if (expect.oneOf) assert.ok(expect.oneOf.includes((await line.reply()).status));
    else if (expect.status) assertReply(await line.reply(asked.method), asked, expect, asked.body);
    for (const id of expect.ids?.slice(1) ?? []) assert.equal((await line.reply()).headers['x-request-id'], id);
    await assertEnd(line, expect);
    assert.ok(!line.all.includes('smuggled'), 'a hidden request was answered');
  } finally {
    line.destroy();
  }
}

/** How often /version has been asked for, which is what hidden requests do. */
async function hiddenAnswers(port) {
  const {text} = await request(port, 'GET', '/metrics');
  return text.split('\n').filter(line => line.startsWith('backpropd_http_requests_total{route="/version"'));
}

async function assertSame(port, {path}, expected) {
  const [first, ...others] = await Promise.all(expected.map(body => request(port, 'POST', path, body)));
  assert.equal(first.status, 200, first.text);
  for (const [i, {text}] of others.entries()) assert.equal(text, first.text, expected[i + 1]);
}

const peakOf = pid => 1024 * Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

/** With a daemon of its own, where flags or its memory matter. */
async function withDaemon({args, memory}, act) {
  if (!args && !memory) return act(daemon);
  const own = await start({args: ['--log-format', 'off', ...(args ?? ['--threads', '1'])]});
  try {
    return await act(own);
  } finally {
    await own.stop();
  }
}

async function run({request: wish, expect}) {
  const asked = {...asBytes(wish), body: wish.body};
  await withDaemon(expect, async ({port, pid}) => {
    const before = peakOf(pid);
    await converse(port, asked, expect);
    if (expect.memory && !isSanitized) {
      const factor = (peakOf(pid) - before) / asked.body.length;
      assert.ok(factor <= expect.memory, `${factor.toFixed(1)} times the body`);
    }
    if (expect.sameAs) await assertSame(port, asked, [wish.body, ...expect.sameAs]);
    assert.equal((await request(port, 'GET', '/livez')).status, 200, 'the daemon is not alive');
  });
}

// ---- The tests ----

test('no row has been lost', () => {
  const rows = new Set(table.map(({row}) => row));
  const wanted = Array.from({length: 80}, (_, i) => i + 1).filter(row => !absent.includes(row));
  assert.deepEqual([...rows].sort((x, y) => x - y), wanted);
  assert.equal(new Set(table.map(({row, name}) => `${row} ${name}`)).size, table.length, 'names are told apart');
});

test('what is left of a request after a hidden one is noticed', async () => { // or the rows could not fail
  const line = await connect(daemon.port);
  await line.send(head('GET /livez HTTP/1.1', 'Host: a', 'Content-Length: 0') + head('GET /problems/ HTTP/1.1', 'Host: a', 'X-Request-Id: smuggled'));
  assert.ok(await line.reply() && await line.reply());
  assert.ok(line.all.includes('smuggled'));
  assert.deepEqual(statusesIn(line.all), [200, 200]);
  line.destroy();
});

/** Those that wait for a deadline of the daemon start at once, and are waited for in the end. */
const slow = table.filter(({expect}) => expect.slow);
const outcomes = slow.map(entry => run(entry).catch(error => error));

for (const entry of table.filter(({expect}) => !expect.slow)) {
  test(`row ${entry.row}: ${entry.name}`, () => run(entry));
}

for (const [i, entry] of slow.entries()) {
  test(`row ${entry.row}: ${entry.name}`, async () => assert.ifError(await outcomes[i]));
}

test('no hidden request was answered in secret', async () => {
  assert.deepEqual(await hiddenAnswers(daemon.port), []);
});
