// A page of another origin, in Chromium: it posts, it reads the headers that are for it, and it sees each kind of problem
// that a page can cause, where a network error would tell it nothing.
import assert from 'node:assert/strict';
import {once} from 'node:events';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {readContract} from '../api/contract/judge.mjs';
import {open, serve, skip} from '../page/browser.mjs';
import {start} from '../support/daemon.mjs';

const {components: {examples, schemas}} = readContract();
const book = () => structuredClone(examples.TextbookRequest.value);
const folder = mkdtempSync(join(tmpdir(), 'backpropd-'));
let site;
let opened;
let daemon;

before(async () => {
  if (skip) return;
  site = createServer((_, reply) => reply.setHeader('content-type', 'text/html').end('<!doctype html><title>a page of somebody else</title>'));
  await once(site.listen(0, '127.0.0.1'), 'listening');
  daemon = await start({judged: false});
  opened = await open({daemon: {url: `http://127.0.0.1:${site.address().port}`}, others: ['http://127.0.0.1:'], ready: false});
  opened.page.mayFail = true; // Chromium's console tells of each status that is no success
});
after(async () => {
  await opened?.close();
  site?.close();
  await daemon?.stop();
  rmSync(folder, {recursive: true});
});

/** What the page gets. A body of many bytes is made in the page. */
function ask(path, options = {}, {url} = daemon) {
  return opened.page.evaluate(async ([target, {bytes, ...init}]) => {
    const reply = await fetch(target, {...init, ...(bytes && {body: ' '.repeat(bytes)})});
    const text = await reply.text();
    return {status: reply.status, headers: Object.fromEntries(reply.headers), json: /json/.test(reply.headers.get('content-type')) ? JSON.parse(text) : text};
  }, [url + path, options]);
}

const post = (path, body, headers = {}, bytes = undefined) => ask(path, {method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers, bytes});

test('it posts, with a preflight and without', {skip}, async () => {
  for (const headers of [{}, {'content-type': 'application/json', 'x-request-id': 'a-page', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'}]) {
    const {status, json} = await post('/backward', book(), headers);
    assert.equal(status, 200);
    assert.deepEqual(json, examples.TextbookBackwardReply.value);
  }
});

test('it reads the headers that are for it', {skip}, async () => {
  const {headers} = await post('/backward', book(), {'x-request-id': 'a-page'});
  assert.equal(headers['x-request-id'], 'a-page');
  assert.match(headers['server-timing'], /^parse;dur=/);
  assert.match((await ask('/examples/textbook')).headers.etag, /^W\//);
});

/** A daemon with flags of its own, for one problem. */
const withFlags = (args, path, options) => async () => ask(path, options, await serve(args));
const fit = {method: 'POST', body: JSON.stringify(book())};
const problems = {
  invalid_json: () => post('/forward', '{"network": {},\n "samples": [1,]}'),
  unauthorized: () => {
    writeFileSync(join(folder, 'tokens'), 'a-token-of-this-test\n');
    return withFlags(['--token-file', join(folder, 'tokens')], '/forward', fit)();
  },
  not_found: () => ask('/nowhere'),
  method_not_allowed: () => ask('/forward'),
  not_acceptable: () => post('/explain', book(), {accept: 'image/png'}),
  body_too_large: () => post('/forward', undefined, {}, 8388609),
  uri_too_long: () => ask(`/${'a'.repeat(9000)}`),
  unsupported_media_type: () => post('/forward', '<network/>', {'content-type': 'application/xml'}),
  misdirected: withFlags(['--allow-host', 'elsewhere.example'], '/forward', fit),
  invalid_request: () => post('/backward', {...book(), network: {...book().network, W2: [[1]]}}),
  not_finite: () => post('/forward', {network: {W1: [[1e308]], b1: [1e308]}, samples: [{x: [1e10]}]}),
  headers_too_large: () => ask('/version', {headers: {'x-large': 'a'.repeat(20000)}}),
  overloaded: withFlags(['--max-memory-bytes', '1'], '/forward', fit),
};
/** What no page can do: send a broken head, a body without a length, one that stalls, Expect, or a method beyond those of CORS. */
const beyondPages = ['bad_request', 'length_required', 'request_timeout', 'expectation_failed', 'not_implemented', 'out_of_memory'];

test('each kind of problem is one that it sees, or that no page can cause', () => {
  assert.deepEqual([...Object.keys(problems), ...beyondPages].sort(), Object.keys(schemas.Problem.discriminator.mapping).sort());
});

for (const [code, make] of Object.entries(problems)) {
  test(`it sees the problem ${code}`, {skip}, async () => {
    const {status, headers, json} = await make();
    assert.equal(json.code, code);
    assert.equal(json.status, status);
    assert.equal(headers['content-type'], 'application/problem+json');
    assert.ok(headers['x-request-id'], 'the page can name the request to those who read the log');
    if (status === 503) assert.ok(Number(headers['retry-after']) >= 1);
  });
}

test('of a daemon for other pages it sees nothing', {skip}, async () => {
  await assert.rejects(withFlags(['--cors-origin', 'https://elsewhere.example'], '/version', {})(), /Failed to fetch/);
});
