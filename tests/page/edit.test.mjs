// Edits: what is typed is sent at once, a fault stands at its field, nothing typed is lost.
import assert from 'node:assert/strict';
import test from 'node:test';
import {shown} from '../../src/page/numbers.js';
import {serve, skip, withPage} from './browser.mjs';

const daemon = skip ? null : await serve();
const at = (example, step = 'dL_dy_hat') => ({daemon, path: `/#example=${example}&step=${step}`});
const field = pointer => `[data-pointer="${pointer}"]`;
const faultOf = (page, pointer) => page.waitForSelector(`${field(pointer)}[aria-invalid="true"]`);
const isSettled = page => page.waitForFunction(() => !document.querySelector('[aria-invalid], .fault, #banner:not([hidden])'));
const valueOf = (page, name) => page.waitForFunction(wanted => [...document.querySelectorAll('.rows .row')].find(row => row.textContent.includes(wanted))?.querySelector('.vl').textContent, name).then(handle => handle.jsonValue());
const open = (page, part) => page.click(`[data-fold="${part}"] > summary`);

test('a weight that is typed changes picture, step and table at once', {skip}, () => withPage(at('textbook', 'z1'), async page => {
  await page.click('#edit');
  await page.fill(field('#/network/W1/0/0'), '0.7');
  await page.waitForFunction(() => document.querySelector('.rows .row .vl').textContent === '= 0.5');
  assert.match(await page.getAttribute('[data-ref="u.1.0"]', 'aria-label'), /z1\[0\] = 0\.5/);
  assert.match(await page.getAttribute('[data-ref="e.1.0.0"]', 'aria-label'), /W1\[0\]\[0\] = 0\.7/);
  assert.equal(await page.inputValue(field('#/network/W1/0/0')), '0.7');
  assert.equal(await page.inputValue('#preset'), '');
  const reply = await daemon.call('POST', '/forward', {network: (await daemon.call('GET', '/examples/textbook')).json.network, samples: [{x: [1, 0, 1, 1]}]});
  assert.equal(await valueOf(page, 'z1[1]'), `= ${shown(reply.json.samples[0].z1[1])}`);
}));

test('typed key by key, with a reply in between, a number keeps its point and its zeros', {skip}, () => withPage(at('textbook', 'z1'), async page => {
  page.mayFail = true;
  await page.click('#edit');
  await page.fill(field('#/network/W1/0/0'), '');
  await faultOf(page, '#/network/W1/0/0');
  for (const key of '-0.70') {
    const reply = page.waitForResponse('**/explain');
    await page.keyboard.press(key);
    await (await reply).finished();
  }
  await page.waitForFunction(() => document.querySelector('[data-ref="e.1.0.0"]').getAttribute('aria-label').includes('= −0.7,'));
  assert.equal(await page.inputValue(field('#/network/W1/0/0')), '-0.70');
}));

test('inputs, targets and the learning rate can be edited too', {skip}, () => withPage(at('textbook', 'z1'), async page => {
  await page.click('#edit');
  await open(page, 'samples');
  await page.fill(field('#/samples/0/x/1'), '1');
  await page.waitForFunction(() => document.querySelector('[data-ref="x.1"]').getAttribute('aria-label').startsWith('x[1] = 1'));
  await page.fill(field('#/samples/0/y/0'), '0.25');
  await page.waitForFunction(() => document.querySelector('[data-ref="y.0"]').getAttribute('aria-label').startsWith('y[0] = 0.25'));
  await page.fill(field('#/learning_rate'), '0.5');
  await page.waitForFunction(() => [...document.querySelectorAll('#listing code')].some(node => node.textContent === 'learning_rate = 0.5'));
}));

test('activations, loss, rounding and the derivative at 0', {skip}, () => withPage(at('textbook', 'h1'), async page => {
  await page.click('#edit');
  await page.selectOption(field('#/network/activations/0'), 'tanh');
  await page.waitForFunction(() => document.querySelector('#h-panel').textContent === 'The gate of tanh');
  await page.selectOption(field('#/options/loss'), 'half_sse');
  await page.selectOption(field('#/network/activations/0'), 'relu');
  await page.fill(field('#/options/relu_at_zero'), '0.5');
  await page.waitForFunction(() => document.querySelector('[data-ref="u.1.0"]').getAttribute('aria-label').includes('alive'));
  await page.fill(field('#/options/round_decimals'), 'none');
  await isSettled(page);
  await page.selectOption(field('#/network/activations/1'), 'softmax');
  await page.selectOption(field('#/options/loss'), 'cross_entropy');
  await isSettled(page);
}));

test('samples, units, inputs and layers come and go', {skip}, () => withPage(at('textbook', 'z1'), async page => {
  await page.click('#edit');
  await open(page, 'shape');
  const click = words => page.click(`.buttons button:text-is("${words}")`);
  const total = n => page.waitForFunction(wanted => document.querySelector('#h-params').textContent === wanted, `All ${n} parameters`);
  await click('Add a unit to layer 1');
  await total(40);
  await click('Remove a unit of layer 1');
  await total(31);
  await click('Add an input');
  await total(34);
  await click('Remove an input');
  await total(31);
  await click('Add an output');
  await total(35);
  await click('Remove an output');
  await total(31);
  await click('Add a layer');
  await total(43);
  await click('Remove a layer');
  await total(31);
  await open(page, 'samples');
  await page.click('text=Add a sample');
  await page.waitForSelector('#sample');
  await page.click('[aria-label="Remove sample 1"]');
  await page.waitForSelector('#sample', {state: 'detached'});
}));

test('an exercise of a seed is the same each time, and undo brings the old ones back', {skip}, () => withPage(at('textbook'), async page => {
  await page.click('#edit');
  await open(page, 'shape');
  const first = () => page.inputValue(field('#/network/W1/0/0'));
  const before = await page.inputValue(field('#/network/W1/3/2'));
  await page.fill(`#editor ${field('#/seed')}`, '42');
  await page.click('#editor [data-make]');
  await page.waitForFunction(old => document.querySelector('[data-pointer="#/network/W1/3/2"]').value !== old, before);
  const once = await first();
  await page.click('#undo');
  await page.waitForFunction(old => document.querySelector('[data-pointer="#/network/W1/3/2"]').value === old, before);
  await page.fill(`#editor ${field('#/seed')}`, '42');
  await page.click('#editor [data-make]');
  await page.waitForFunction(old => document.querySelector('[data-pointer="#/network/W1/3/2"]').value !== old, before);
  assert.equal(await first(), once);
}));

test('all examples are shown without a fault', {skip}, () => withPage(at('textbook'), async page => {
  const names = await page.$$eval('#preset option', nodes => nodes.map(node => node.value));
  assert.ok(names.length >= 10, names.join());
  for (const name of names) {
    await page.selectOption('#preset', name);
    await page.waitForFunction(wanted => location.hash.includes(`example=${wanted}&`), name);
    await isSettled(page);
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press('Home');
    for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowRight');
  }
}));

// --- forty bad edits: [example, what to do] -> the fault comes to the field, the text stays, and a good text ends it ---

const numbers = ['x', '', '-', '1e400', '0.1.2', 'NaN', 'Infinity', '--1', '1e', '0x10'];
const places = ['#/network/W1/1/2', '#/network/b1/0', '#/network/W2/2/3', '#/learning_rate'];
const bad = places.flatMap(pointer => numbers.map(text => [pointer, text]));

test(`${bad.length} bad edits: each is told at its field, and nothing typed is lost`, {skip}, () => withPage(at('textbook', 'z1'), async page => {
  page.mayFail = true;
  await page.click('#edit');
  for (const [pointer, text] of bad) {
    const old = await page.inputValue(field(pointer));
    await page.fill(field(pointer), text);
    await faultOf(page, pointer);
    assert.equal(await page.inputValue(field(pointer)), text);
    assert.ok((await page.textContent('#fault')).length > 20, `${pointer} ${text}`);
    assert.equal(await page.getAttribute(field(pointer), 'aria-describedby'), 'fault');
    await page.fill(field(pointer), old);
    await isSettled(page);
  }
}));

test('a learning rate that is no number is told beside its field, in words, with no pointer', {skip}, () => withPage(at('textbook', 'z1'), async page => {
  page.mayFail = true;
  for (const [text, words] of [['abc', /“abc” is not a number: write it like 0\.1/], ['', /A number is missing/], ['-1', /a learning rate of 0 or more/]]) {
    await page.fill(field('#/learning_rate'), text);
    await page.waitForFunction(wanted => new RegExp(wanted).test(document.querySelector('#train #fault')?.textContent), words.source);
    const said = await page.textContent('#train #fault');
    assert.doesNotMatch(said, /#\/|string/);
    assert.match(said, /still those of before/);
    assert.match(await page.textContent('#live'), words);
    assert.equal(await page.isVisible('#editor'), false);
  }
}));

test('options that do not go together are told at the option, and the name leads to the field', {skip}, () => withPage(at('textbook'), async page => {
  page.mayFail = true;
  await page.click('#edit');
  await page.selectOption(field('#/options/loss'), 'cross_entropy');
  await faultOf(page, '#/options/loss');
  await page.click('#fault .link');
  assert.equal(await page.evaluate(() => document.activeElement.dataset.pointer), '#/options/loss');
  await page.fill(field('#/options/relu_at_zero'), '2');
  await faultOf(page, '#/options/relu_at_zero');
  await page.fill(field('#/options/relu_at_zero'), '0');
  await page.selectOption(field('#/options/loss'), 'mse');
  await isSettled(page);
}));

test('a number that overflows is told as what it is', {skip}, () => withPage(at('textbook'), async page => {
  page.mayFail = true;
  await page.click('#edit');
  await page.fill(field('#/network/W2/2/3'), '1e300');
  await page.fill(field('#/network/W1/0/2'), '1e300');
  await page.waitForSelector('#banner:not([hidden])');
  assert.match(await page.textContent('#banner'), /beyond what a double can hold/);
  assert.equal(await page.inputValue(field('#/network/W1/0/2')), '1e300');
}));

test('the field keeps the focus and the caret while replies come', {skip}, () => withPage(at('textbook'), async page => {
  await page.click('#edit');
  await page.focus(field('#/network/W1/0/0'));
  await page.keyboard.press('End');
  await page.keyboard.type('123');
  await page.keyboard.press('ArrowLeft');
  await page.waitForFunction(() => document.querySelector('[data-ref="e.1.0.0"]').getAttribute('aria-label').includes('0.2123'));
  assert.deepEqual(await page.evaluate(() => [document.activeElement.dataset.pointer, document.activeElement.selectionStart]), ['#/network/W1/0/0', 5]);
}));
