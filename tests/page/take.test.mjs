// Takes it away: the address holds the state, curl and downloads give what the service gave, print makes a hand-out.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import test from 'node:test';
import {atStep, serve, skip, withPage} from './browser.mjs';

const daemon = skip ? null : await serve();
const textbook = {daemon, path: '/#example=textbook&step=dL_dh1', permissions: ['clipboard-read', 'clipboard-write']};
const clipboard = page => page.evaluate(() => navigator.clipboard.readText());

async function saved(page, what) {
  await page.click('#downloads summary');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(`#save-${what}`)]);
  return {name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8')};
}

test('the shared link opens the same state in another browser', {skip}, async () => {
  let url;
  let before;
  const state = page => page.evaluate(() => [...document.querySelectorAll('.eyebrow, .rows, #table td, #listing code, #sample, [data-pointer="#/learning_rate"]')].map(node => node.value ?? node.textContent));
  await withPage({...textbook, path: '/#example=three-layers&step=dL_dh1&sample=1'}, async page => {
    await page.click('#edit');
    await page.fill('[data-pointer="#/network/W1/0/0"]', '0.75');
    await page.waitForFunction(() => location.hash.includes('network='));
    await page.click('#edit');
    await page.click('.rows li:nth-child(1) button');
    await page.waitForFunction(() => location.hash.includes('cell=dL_dh1'));
    before = await state(page);
    await page.click('#share');
    await page.waitForSelector('#toast:not([hidden])');
    url = await clipboard(page);
  });
  await withPage({daemon, path: url.slice(daemon.url.length)}, async page => assert.deepEqual(await state(page), before));
});

test('back and forward go between examples', {skip}, () => withPage(textbook, async page => {
  await page.selectOption('#preset', 'xor');
  await page.waitForFunction(() => location.hash.includes('example=xor'));
  await page.goBack();
  await page.waitForFunction(() => document.querySelector('#preset').value === 'textbook' && document.querySelectorAll('#table tbody tr').length === 31);
  await page.goForward();
  await page.waitForFunction(() => document.querySelector('#preset').value === 'xor' && document.querySelectorAll('#table tbody tr').length === 9);
}));

test('a link that cannot be read is told, and the example is shown', {skip}, () => withPage({daemon, path: '/#network=nonsense'}, async page => {
  await page.waitForSelector('#table tbody tr');
  assert.equal(await page.inputValue('#preset'), 'textbook');
}));

test('the curl command gives the reply that the page shows', {skip}, () => withPage(textbook, async page => {
  await page.click('#curl');
  await page.waitForSelector('#toast:not([hidden])');
  const reply = execFileSync('sh', ['-c', `${await clipboard(page)} --silent`], {encoding: 'utf8'});
  assert.equal(reply, (await saved(page, 'reply')).text);
}));

test('without a clipboard the text is there to be copied by hand', {skip}, () => withPage({...textbook, permissions: []}, async page => {
  await page.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new Error('denied')); });
  await page.click('#curl');
  assert.match(await page.inputValue('#banner textarea'), /^curl http/);
  await page.click('#banner button');
  assert.equal(await page.isVisible('#banner'), false);
}));

test('request, reply, program and worked solution are files', {skip}, () => withPage(textbook, async page => {
  const request = await saved(page, 'request');
  assert.equal(request.name, 'request.json');
  const as = async accept => (await daemon.call('POST', '/explain', request.text, {accept})).text;
  assert.deepEqual(await saved(page, 'reply'), {name: 'reply.json', text: await as('application/json')});
  assert.deepEqual(await saved(page, 'program'), {name: 'backpropagation.py', text: await as('text/x-python')});
  assert.deepEqual(await saved(page, 'solution'), {name: 'solution.txt', text: await as('text/plain')});
}));

test('the hand-out has the picture, each step with its sums, and the table', {skip}, () => withPage(textbook, async page => {
  await page.emulateMedia({media: 'print'});
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  assert.equal(await page.isVisible('.picture svg'), true);
  assert.equal(await page.$$eval('#handout section', nodes => nodes.filter(node => node.offsetHeight > 0).length), 11);
  assert.equal(await page.$$eval('#handout math', nodes => nodes.length), 11);
  assert.equal(await page.$$eval('#table tbody tr', nodes => nodes.filter(node => node.offsetHeight > 0).length), 31);
  for (const hidden of ['.top', '.transport', '#panel', '#listing', '#train']) assert.equal(await page.isVisible(hidden), false, hidden);
  const pdf = await page.pdf({format: 'A4'});
  assert.ok(pdf.length > 10000);
}));

test('new exercise: other numbers, the same network, unsolved, and under its own name', {skip}, () => withPage(textbook, async page => {
  const before = await page.textContent('#table tbody tr td:nth-child(2)');
  await page.click('#fresh');
  await page.waitForFunction(old => document.querySelector('#table tbody tr td:nth-child(2)').textContent !== old, before);
  assert.equal(await page.textContent('#h-params'), 'All 31 parameters');
  await atStep(page, 'dL_dy_hat');
  assert.deepEqual(await page.$$eval('.track [data-asked]', nodes => nodes.map(node => node.textContent)), ['1', '2', '3', '4', '5', '6', '7']);
  assert.equal(await page.$$eval('[data-answer]', nodes => nodes.length), 4);
  assert.equal(await page.$eval('#preset', node => node.selectedOptions[0].textContent), 'Exercise, seed 2');
  await page.reload();
  await page.waitForSelector('[data-answer]');
  assert.equal(await page.$eval('#preset', node => node.selectedOptions[0].textContent), 'Exercise, seed 2');
  await page.click('#edit');
  await page.fill('[data-pointer="#/network/b1/0"]', '0.25');
  await page.waitForFunction(() => document.querySelector('#preset').selectedOptions[0].textContent === 'Your own network');
}));

test('new exercise from an example without targets has the way back to solve', {skip}, () => withPage({...textbook, path: '/#example=mlmastery&step=y_hat'}, async page => {
  await page.click('#fresh');
  await page.waitForSelector('.track [data-asked]');
  await atStep(page, 'dL_dy_hat');
}));
