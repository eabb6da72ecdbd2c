// How the page is served: which clients get it, its headers, and its size. What it does: tests/page.
import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {start} from '../../support/daemon.mjs';

const BUDGET = 61440; // bytes as sent to a browser, all files together
const files = readdirSync(new URL('../../../src/page/', import.meta.url));
const browserAccept = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';
const isHtml = reply => reply.headers['content-type'] === 'text/html; charset=utf-8';

let daemon;
before(async () => { daemon = await start(); });
after(() => daemon?.stop());
const root = (accept, method = 'GET') => daemon.call(method, '/', undefined, accept === undefined ? {} : {accept});

test('GET / is HTML where Accept gives it a strictly higher q than JSON', async () => {
  for (const accept of [browserAccept, 'text/html', 'text/*', 'text/html, */*;q=0.9', 'application/json;q=0.5, text/html;q=0.6', 'application/json;q=0, */*']) assert.ok(isHtml(await root(accept)), accept);
});

test('and JSON otherwise', async () => {
  for (const accept of [undefined, '*/*', '', 'application/json', 'text/html, application/json', 'text/html;q=0.5, application/json;q=0.5', 'text/html;q=0.1, */*', 'text/html;q=0', 'image/png', 'text/html;q=', 'nonsense']) {
    const reply = await root(accept);
    assert.equal(reply.status, 200, accept);
    assert.equal(reply.json?.name, 'backpropd', accept);
  }
});

test('both say that they depend on Accept, and HEAD is alike', async () => {
  for (const accept of [browserAccept, 'application/json']) {
    const [get, head] = [await root(accept), await root(accept, 'HEAD')];
    assert.match(get.headers.vary, /\bAccept\b(?!-)/);
    for (const name of ['content-type', 'content-length', 'etag', 'vary', 'content-security-policy']) assert.equal(head.headers[name], get.headers[name], name);
    assert.equal(head.text, '');
  }
});

test('the policy of the page lets nothing in from elsewhere, nothing inline, and lets it be framed', async () => {
  const {headers} = await root(browserAccept);
  const policy = headers['content-security-policy'];
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe-|\*|frame-ancestors|https?:/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['referrer-policy'], 'no-referrer');
  assert.equal(headers['x-frame-options'], undefined);
  assert.match((await daemon.call('GET', '/problems/')).headers['content-security-policy'], /frame-ancestors 'none'/);
});

test('every file of src/page is served with its type and an ETag, and asked for again is 304', async () => {
  const types = {js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml'};
  for (const name of files.filter(one => one !== 'index.html')) {
    const reply = await daemon.call('GET', `/page/${name}`);
    assert.equal(reply.status, 200, name);
    assert.equal(reply.headers['content-type'], types[name.split('.')[1]], name);
    assert.equal((await daemon.call('GET', `/page/${name}`, undefined, {'if-none-match': reply.headers.etag})).status, 304, name);
  }
  assert.equal((await daemon.call('GET', '/page/index.html')).status, 404);
  assert.equal((await daemon.call('GET', '/page/')).status, 404);
  const {headers: {etag}} = await root(browserAccept);
  assert.equal((await daemon.call('GET', '/', undefined, {accept: browserAccept, 'if-none-match': etag})).status, 304);
});

test('a module is served as it is, but for comments', async () => {
  for (const name of files.filter(one => /\.(js|css)$/.test(one))) {
    const source = readFileSync(new URL(`../../../src/page/${name}`, import.meta.url), 'utf8').split('\n');
    const lines = (await daemon.call('GET', `/page/${name}`)).text.split('\n');
    const isComment = line => /^ *(\/\/|\/?\*)/.test(line) && !/^\*,/.test(line);
    assert.deepEqual(lines.filter(isComment), [], name);
    assert.deepEqual(lines, source.filter(line => !isComment(line)).map(line => line.replace(/([;,{]) +\/\/ .*$/, '$1')), name);
  }
});

test('everything together keeps to the budget', async t => {
  let sum = 0;
  for (const path of ['/', ...files.filter(one => one !== 'index.html').map(name => `/page/${name}`)]) {
    const reply = await daemon.call('GET', path, undefined, {accept: browserAccept, 'accept-encoding': 'gzip'});
    sum += Number(reply.headers['content-length']);
  }
  t.diagnostic(`the page: ${sum} bytes of ${BUDGET}`);
  console.log(`the page: ${sum} bytes of ${BUDGET} as sent, in ${files.length} files`);
  assert.ok(sum <= BUDGET, `${sum} bytes`);
});

async function withOwn(args, act) {
  const own = await start({args, judged: !args.includes('off')}); // what is off is described all the same
  await act(own).finally(() => own.stop());
}

test('--page off: no page, no files of it, and GET / is JSON for all', () => withOwn(['--page', 'off'], async own => {
  const reply = await own.call('GET', '/', undefined, {accept: browserAccept});
  assert.equal(reply.json?.name, 'backpropd');
  assert.doesNotMatch(reply.headers.vary ?? '', /\bAccept\b(?!-)/);
  assert.equal((await own.call('GET', '/page/main.js')).status, 404);
}));

test('the page is public where tokens are wanted, unless --public leaves it out', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  const tokens = join(folder, 'tokens');
  writeFileSync(tokens, 'a-token-of-a-test\n');
  const statuses = own => Promise.all([['/', browserAccept], ['/page/main.js', '*/*'], ['/', 'application/json']].map(async ([path, accept]) => (await own.call('GET', path, undefined, {accept})).status));
  await withOwn(['--token-file', tokens], async own => assert.deepEqual(await statuses(own), [200, 200, 200]));
  await withOwn(['--token-file', tokens, '--public', 'page'], async own => assert.deepEqual(await statuses(own), [200, 200, 401]));
  await withOwn(['--token-file', tokens, '--public', 'docs'], async own => assert.deepEqual(await statuses(own), [401, 401, 200]));
  rmSync(folder, {recursive: true});
});
