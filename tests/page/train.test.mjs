// Trains: the losses are those of /step, the strip shows when a unit died, undo, redo and reset go back and forth.
import assert from 'node:assert/strict';
import test from 'node:test';
import {shown} from '../../src/page/numbers.js';
import {serve, skip, withPage} from './browser.mjs';

const daemon = skip ? null : await serve();
const textbook = {daemon, path: '/#example=textbook&step=loss'};
const outcome = page => page.textContent('#outcome');
const after = (page, n) => page.waitForFunction(wanted => document.querySelector('#outcome').textContent.includes(` after ${wanted} step`), n);
const steps = async (n, rate = 0.1) => (await daemon.call('POST', '/step', {...(await daemon.call('GET', '/examples/textbook')).json, learning_rate: rate, steps: n})).json;

for (const n of [1, 10, 100, 1000]) {
  test(`${n} steps give the loss of /step`, {skip}, () => withPage(textbook, async page => {
    await page.click(`[data-train="${n}"]`);
    await after(page, n);
    assert.equal((await page.textContent('#outcome b')), shown((await steps(n)).loss_after));
  }));
}

test('a unit that dies is told with its step, on the curve and in words', {skip}, () => withPage(textbook, async page => {
  await page.click('[data-train="10"]');
  await after(page, 10);
  let died = 1;
  while ((await steps(died)).newly_dead.h1.length === 0) died++;
  assert.match(await outcome(page), new RegExp(`h1\\[2\\] died at step ${died}\\.`));
  assert.match(await page.getAttribute('#curve svg', 'aria-label'), new RegExp(`h1\\[2\\] died at step ${died}`));
  assert.equal(await page.$$eval('#curve .gone', nodes => nodes.length), 3);
}));

test('the step is the same where 1000 are taken ten at a time', {skip}, () => withPage(textbook, async page => {
  await page.click('[data-train="1000"]');
  await after(page, 1000);
  assert.match(await page.getAttribute('#curve svg', 'aria-label'), /h1\[2\] died at step 4/);
}));

test('after 1000 steps the reasons stand on one line and no column is cut; what still learns is told', {skip}, () => withPage(textbook, async page => {
  await page.fill('[data-pointer="#/learning_rate"]', '0.5');
  await page.click('[data-train="1000"]');
  await after(page, 1000);
  const {lines, isCut} = await page.$eval('#table', node => ({lines: [...node.querySelectorAll('tbody tr')].map(row => row.offsetHeight), isCut: node.scrollWidth > node.clientWidth}));
  assert.equal(isCut, false);
  assert.ok(Math.max(...lines) < 1.5 * Math.min(...lines), lines.join());
  assert.match(await outcome(page), /h1\[2\] died at step 1\. Only b2 still learns\.$/);
}));

test('undo, redo, reset; an edit begins anew', {skip}, () => withPage(textbook, async page => {
  await page.click('[data-train="1"]');
  await after(page, 1);
  const first = await outcome(page);
  await page.click('[data-train="10"]');
  await after(page, 11);
  await page.click('#undo');
  await after(page, 1);
  assert.equal(await outcome(page), first);
  await page.click('#redo');
  await after(page, 11);
  assert.equal(await page.inputValue('#preset'), '');
  await page.click('#reset');
  await page.waitForFunction(() => document.querySelector('#outcome').textContent === 'No step yet.');
  assert.equal(await page.inputValue('#preset'), 'textbook', 'the numbers are the textbook\'s again, and so is the name');
  await page.click('#undo');
  await after(page, 11);
  assert.equal(await page.inputValue('#preset'), '');
  await page.click('#redo');
  await page.waitForFunction(() => location.hash.startsWith('#example=textbook&') && document.querySelector('tr[data-tensor="W1"]:nth-child(3) td.val').textContent === '0.1');
}));

test('the learning rate is the one that is typed', {skip}, () => withPage(textbook, async page => {
  await page.fill('[data-pointer="#/learning_rate"]', '0,5');
  await page.click('[data-train="1"]');
  await after(page, 1);
  assert.equal(await page.textContent('#outcome b'), shown((await steps(1, 0.5)).loss_after));
}));

test('a logarithmic scale, by keyboard', {skip}, () => withPage(textbook, async page => {
  await page.focus('[data-train="100"]');
  await page.keyboard.press('Enter');
  await after(page, 100);
  const before = await page.getAttribute('#curve .loss', 'd');
  await page.focus('#log');
  await page.keyboard.press('Space');
  await page.waitForFunction(old => document.querySelector('#curve .loss').getAttribute('d') !== old, before);
}));

test('a loss that overflows is told, and nothing is lost', {skip}, () => withPage(textbook, async page => {
  page.mayFail = true;
  await page.fill('[data-pointer="#/learning_rate"]', '1e9');
  await page.click('[data-train="1000"]');
  await page.waitForSelector('#banner:not([hidden])');
  assert.match(await page.textContent('#banner'), /beyond what a double can hold/);
  assert.equal(await page.textContent('tr[data-tensor="W1"]:nth-child(3) td.val'), '0.1');
}));

test('without targets there is nothing to train', {skip}, () => withPage({daemon, path: '/#example=mlmastery'}, async page => {
  assert.equal(await page.isVisible('#train'), false);
  assert.match(await page.textContent('#intro'), /no target/);
}));
