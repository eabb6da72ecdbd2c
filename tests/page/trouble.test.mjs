// Trouble: a service that is busy, gone, wants a token, serves less, stands behind a prefix or in a frame.
import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import http from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {after} from 'node:test';
import {open, serve, skip, withPage} from './browser.mjs';

const daemon = skip ? null : await serve();
const path = '/#example=textbook&step=z1';
const banner = page => page.waitForSelector('#banner:not([hidden])').then(node => node.textContent());
/** A daemon whose page is open to all, and that wants a token for the rest. */
function withTokens() {
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  writeFileSync(join(folder, 'tokens'), 'a-token-of-a-test\n');
  after(() => rmSync(folder, {recursive: true}));
  return serve(['--token-file', join(folder, 'tokens'), '--public', 'page']);
}
const isQuiet = page => page.waitForSelector('#banner', {state: 'hidden'});
const edit = async (page, text) => { await page.click('#edit'); await page.fill('[data-pointer="#/network/W1/0/0"]', text); };
const first = page => page.textContent('.rows .row .vl');

test('a busy service is asked again after Retry-After, which the page says', {skip}, async () => {
  let left = 3;
  await withPage({daemon, path}, async page => {
    page.mayFail = true;
    await page.route('**/explain', route => left-- > 0 ? route.fulfill({status: 503, headers: {'Retry-After': '1', 'Content-Type': 'application/problem+json'}, body: '{"status":503,"code":"overloaded","title":"busy"}'}) : route.continue());
    await edit(page, '0.7');
    assert.match(await banner(page), /busy.*again in 1 second/);
    await page.waitForFunction(() => document.querySelector('.rows .row .vl').textContent === '= 0.5');
    await isQuiet(page);
    assert.ok(left < 0);
  });
});

test('a service that is gone comes back by itself, and nothing typed is lost', {skip}, () => withPage({daemon, path}, async page => {
  page.mayFail = true;
  let isGone = true;
  await page.route(/\/(explain|backward)$/, route => isGone ? route.abort('connectionrefused') : route.continue());
  await edit(page, '0.7');
  assert.match(await banner(page), /does not answer/);
  assert.equal(await first(page), '= 0');
  assert.equal(await page.inputValue('[data-pointer="#/network/W1/0/0"]'), '0.7');
  isGone = false;
  await page.waitForFunction(() => document.querySelector('.rows .row .vl').textContent === '= 0.5');
  await isQuiet(page);
}));

test('the older request is aborted when there is a newer one', {skip}, () => withPage({daemon, path}, async page => {
  const held = [];
  await page.route('**/explain', route => held.length < 1 ? held.push(route) : route.continue());
  await edit(page, '0.7');
  await page.fill('[data-pointer="#/network/W1/0/0"]', '0.8');
  await page.waitForFunction(() => document.querySelector('.rows .row .vl').textContent === '= 0.6');
  await held[0].continue().catch(() => {});
  assert.equal(await first(page), '= 0.6');
}));

test('a token is asked for once, and kept in memory alone', {skip}, async () => {
  const own = await withTokens();
  const {page, close} = await open({daemon: own, path, ready: false});
  page.mayFail = true;
  await page.fill('#token', 'another-token-that-is-wrong');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('#banner').textContent.includes('not known'));
  await page.fill('#token', 'a-token-of-a-test');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#main:not([hidden])');
  await edit(page, '0.7');
  await page.waitForFunction(() => document.querySelector('.rows .row .vl').textContent === '= 0.5');
  assert.equal(await page.isVisible('#token'), false);
  assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie, location.href.includes('a-token')]), [0, 0, '', false]);
  await close();
});

test('?embed hides the header, and the page works in a frame of another origin, with a token', {skip}, async () => {
  const own = await withTokens();
  const outer = http.createServer((request, response) => response.writeHead(200, {'Content-Type': 'text/html'}).end(`<iframe src="${own.url}/?embed#example=textbook&amp;step=z1" width="900" height="700"></iframe>`));
  await new Promise(done => outer.listen(0, '127.0.0.1', done));
  after(() => outer.close());
  const {page, faults} = await open({daemon: {url: `http://localhost:${outer.address().port}`}, ready: false, prepare: async one => { one.mayFail = true; }});
  const frame = page.frameLocator('iframe');
  await frame.locator('#token').fill('a-token-of-a-test');
  await frame.locator('#token').press('Enter');
  await frame.locator('#main:not([hidden])').waitFor();
  assert.equal(await frame.locator('.top').isVisible(), false);
  await frame.locator('#go-next').click();
  await frame.locator('.eyebrow code:text-is("h1")').waitFor();
  await frame.locator('#turn-on').click();
  for (const [i, text] of ['0', '-0.1', '0.5'].entries()) await frame.locator(`[data-answer$="/h1/${i}"]`).fill(text);
  await frame.locator('#check').click();
  await frame.locator('#verdict:has-text("activation forgotten")').waitFor();
  assert.deepEqual(faults.filter(fault => !fault.startsWith(`request: ${own.url}/`)), [], 'nothing but the frame asks, and of its own origin');
  await page.context().close();
});

test('behind a prefix the page finds all by relative addresses', {skip}, async () => {
  const proxy = http.createServer((request, response) => {
    if (!request.url.startsWith('/api/bp/')) return response.writeHead(404).end();
    const inner = http.request({port: daemon.port, host: '127.0.0.1', method: request.method, path: request.url.slice(7), headers: request.headers}, reply => { response.writeHead(reply.statusCode, reply.headers); reply.pipe(response); });
    return request.pipe(inner);
  });
  await new Promise(done => proxy.listen(0, '127.0.0.1', done));
  after(() => proxy.close());
  await withPage({daemon: {url: `http://127.0.0.1:${proxy.address().port}`}, path: `/api/bp${path}`}, async page => {
    await edit(page, '0.7');
    await page.waitForFunction(() => document.querySelector('.rows .row .vl').textContent === '= 0.5');
  });
});

test('beyond what is explained the page says so and shows tables', {skip}, async () => {
  const own = await serve(['--max-explained-terms', '50']);
  await withPage({daemon: own, path, prepare: async page => { page.mayFail = true; }}, async page => {
    assert.match(await page.textContent('#picture'), /left out/);
    assert.equal(await page.$$eval('#table tbody tr', nodes => nodes.length), 31);
    assert.equal(await page.isVisible('#panel'), false);
    await page.click('[data-train="10"]');
    await page.waitForSelector('#curve svg');
  });
});
