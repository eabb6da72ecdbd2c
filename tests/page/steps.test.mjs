// Steps through the worked example: picture, step, listing and table show the same moment, with the service's numbers.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import test from 'node:test';
import {shown} from '../../src/page/numbers.js';
import {atStep, serve, skip, withPage} from './browser.mjs';

const {expect} = JSON.parse(readFileSync(new URL('../api/vectors/textbook.json', import.meta.url), 'utf8'));
const [sample] = expect.samples;
const daemon = skip ? null : await serve();
const order = ['x', 'z1', 'h1', 'y_hat', 'loss', 'dL_dy_hat', 'dL_dW2', 'dL_db2', 'dL_dh1', 'dL_dz1', 'dL_dW1', 'dL_db1', 'W, b'];
const from = step => ({daemon, path: `/#example=textbook&step=${step}`});
const texts = (page, selector) => page.$$eval(selector, nodes => nodes.map(node => node.textContent));
const yellow = 'rgb(255, 237, 163)';

test('the arrow keys go through all moments, Home and End to the ends', {skip}, () => withPage(from('x'), async page => {
  for (const name of order) {
    await atStep(page, name);
    await page.keyboard.press('ArrowRight');
  }
  await atStep(page, 'W, b');
  await page.keyboard.press('Home');
  await atStep(page, 'x');
  await page.keyboard.press('End');
  await atStep(page, 'W, b');
  await page.keyboard.press('ArrowLeft');
  await atStep(page, 'dL_db1');
}));

test('how long a redraw takes is printed', {skip}, () => withPage(from('x'), async page => {
  const n = 120;
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', {timeDomain: 'threadTicks'}); // time of the processor, whatever else runs
  const spent = async () => (await session.send('Performance.getMetrics')).metrics.find(({name}) => name === 'TaskDuration').value;
  const before = await spent();
  for (let i = 0; i < n; i++) {
    await page.evaluate(key => {
      document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
      return new Promise(done => { requestAnimationFrame(() => setTimeout(done)); });
    }, i % 12 === 0 ? 'Home' : 'ArrowRight');
  }
  console.log(`the page: a step is drawn in ${((await spent() - before) * 1000 / n).toFixed(1)} ms of processor time, on average of ${n}; a frame has 16.7`);
}));

test('the buttons do the same, and stop at the ends', {skip}, () => withPage(from('z1'), async page => {
  await page.click('#go-next');
  await atStep(page, 'h1');
  await page.click('#go-previous');
  await page.click('#go-first');
  await atStep(page, 'x');
  assert.equal(await page.getAttribute('#go-previous', 'aria-disabled'), 'true');
  await page.click('#go-previous', {force: true});
  await atStep(page, 'x');
  await page.click('#go-last');
  await atStep(page, 'W, b');
  await page.click('.track [title="dL_dz1"]');
  await atStep(page, 'dL_dz1');
}));

test('play goes on by itself and can be stopped', {skip}, () => withPage(from('y_hat'), async page => {
  await page.click('#go-play');
  assert.equal(await page.getAttribute('#go-play', 'aria-label'), 'Pause');
  await atStep(page, 'loss');
  await page.click('#go-play');
  assert.equal(await page.getAttribute('#go-play', 'aria-label'), 'Play');
}));

test('each step shows the numbers of the vector, and the listing what they come from', {skip}, () => withPage(from('x'), async page => {
  for (const name of order.slice(1, -1)) {
    await page.click(`.track [title="${name}"]`);
    await atStep(page, name);
    const wanted = [sample[name]].flat(2);
    const values = name.startsWith('dL_dW') ? (await texts(page, '.outer tbody button')).map(text => text.replace(/, .*/, '')) : (await texts(page, '.rows .vl')).map(text => text.replace('= ', ''));
    assert.deepEqual(values, wanted.map(shown), name);
    const current = await texts(page, '#listing [aria-current] code');
    assert.equal(current.length, 1, name);
    assert.match(current[0], new RegExp(`^${name} = `));
  }
}));

test('the exact number stands in the title', {skip}, () => withPage(from('dL_dh1'), async page => {
  assert.equal(await page.getAttribute('.rows li:nth-child(2) .vl', 'title'), '−0.34750000000000003');
}));

test('one yellow: the units, the row, the line and the table cells of the step', {skip}, () => withPage(from('dL_dW2'), async page => {
  const backgrounds = selector => page.$$eval(selector, nodes => nodes.map(node => getComputedStyle(node).backgroundColor));
  assert.deepEqual(await backgrounds('.outer button[aria-pressed="true"]'), [yellow]);
  assert.deepEqual(await backgrounds('#listing [aria-current]'), [yellow]);
  assert.equal((await texts(page, 'tr.now th')).length, 12);
  await page.click('.track [title="dL_dh1"]');
  assert.equal(await page.$$eval('.picture .hl', nodes => nodes.length), 3);
}));

test('a line of the listing leads to its step, by mouse and by keyboard', {skip}, () => withPage(from('x'), async page => {
  await page.click('#listing button:has-text("dL_dz1 = ")');
  await atStep(page, 'dL_dz1');
  await page.focus('#listing button:has-text("y_hat = h1")');
  await page.keyboard.press('Enter');
  await atStep(page, 'y_hat');
  assert.match((await texts(page, '.io'))[0], /h1 \[0, 0, 0\.5\].*\[0\.1, -0\.1, -0\.05, -0\.25\]/);
}));

test('a place of the picture can be chosen by mouse, and walked and chosen by keyboard', {skip}, () => withPage(from('dL_dh1'), async page => {
  await page.click('[data-ref="u.1.2"]');
  assert.match(await page.textContent('.rows [aria-pressed="true"]'), /dL_dh1\[2\]/);
  assert.match(await page.textContent('#readout'), /Hidden unit 2 of layer 1: z1\[2\] = 0\.5, h1\[2\] = 0\.5, alive, dL_dh1\[2\] = 0\.44\./);
  await page.focus('[data-ref="u.1.2"]');
  await page.keyboard.press('ArrowUp');
  assert.match(await page.textContent('#readout'), /Hidden unit 1 of layer 1: z1\[1\] = −0\.1, h1\[1\] = 0, dead, dL_dh1\[1\] = −0\.3475\./);
  await page.keyboard.press('Enter');
  assert.match(await page.textContent('.rows [aria-pressed="true"]'), /dL_dh1\[1\]/);
}));

test('a blocked edge says why', {skip}, () => withPage(from('dL_dW1'), async page => {
  const label = ref => page.getAttribute(`[data-ref="${ref}"]`, 'aria-label');
  assert.match(await label('e.1.1.2'), /W1\[1\]\[2\] = −0\.2, from x\[1\] to h1\[2\]; gradient 0, blocked: x\[1\] is 0/);
  assert.match(await label('e.1.0.0'), /blocked: h1\[0\] is dead/);
  assert.match(await label('e.2.0.3'), /blocked: h1\[0\] is dead/);
  assert.match(await page.getAttribute('[data-ref="e.1.1.2"]', 'class'), /blocked/);
  await page.focus('[data-ref="e.1.1.2"]');
  assert.match(await page.textContent('#readout'), /x\[1\] is 0/);
}));

test('the reasons of a zero are those of the cell that is chosen, and each dead unit is told', {skip}, () => withPage(from('dL_dW1'), async page => {
  const why = async (i, j) => {
    await page.click(`[data-key="celldL_dW1[${i}][${j}]"]`);
    return page.textContent('.one');
  };
  assert.match(await why(0, 0), /= 0: h1\[0\] is dead$/);
  assert.match(await why(1, 1), /= 0: h1\[1\] is dead$/);
  assert.match(await why(1, 2), /= 0: x\[1\] is 0$/);
  assert.match(await why(0, 2), /= 0\.44$/);
  assert.deepEqual(await texts(page, '.notes li'), ['h1[0] is dead: no weight into it gets anything.', 'h1[1] is dead: no weight into it gets anything.', 'x[1] = 0: nothing came in, so there is nothing to learn.']);
}));

test('of several samples each zero has the reason of its own sample', {skip}, () => withPage({daemon, path: '/#example=sixteen-images&step=dL_dW1&sample=3'}, async page => {
  const [{x, dead}] = await page.evaluate(() => fetch('examples/sixteen-images').then(one => one.json())).then(async ({network, samples, options}) => (await daemon.call('POST', '/backward', {network, samples: [samples[3]], options})).json.samples.map(one => ({...one, x: samples[3].x})));
  for (const [i, value] of x.entries()) {
    for (const [j, isDead] of dead.h1.entries()) {
      await page.click(`[data-key="celldL_dW1[${i}][${j}]"]`);
      const text = await page.textContent('.one');
      if (isDead) assert.match(text, new RegExp(`: h1\\[${j}\\] is dead$`));
      else if (value === 0) assert.match(text, new RegExp(`: x\\[${i}\\] is 0$`));
    }
  }
}));

test('the update names eta, which can be changed there, and writes each calculation out', {skip}, () => withPage(from('update'), async page => {
  page.mayFail = true;
  assert.equal(await page.$$eval('#panel math', nodes => nodes.length), 2);
  assert.match(await page.textContent('#panel label'), /^η, the learning rate = /);
  const first = () => page.textContent('.moves li');
  assert.match(await first(), /^W1\[0\]\[2\] 0\.1 - \(0\.1\)\(0\.44\) = 0\.056 ↓/);
  assert.match(await page.textContent('#picture'), /b1 stays/);
  await page.fill('#panel [data-pointer="#/learning_rate"]', '0,5');
  await page.waitForFunction(() => document.querySelector('.moves li').textContent.includes('0.1 - (0.5)(0.44) = −0.12'));
  assert.equal(await page.inputValue('#train [data-pointer="#/learning_rate"]'), '0,5');
  await page.fill('#panel [data-pointer="#/learning_rate"]', '0,5x');
  await page.waitForSelector('#panel .fault');
  assert.match(await page.textContent('#panel .fault'), /^“0,5x” is not a number: write it like 0\.1/);
}));

test('what the error says of an output has the sign of the one that is chosen', {skip}, () => withPage({daemon, path: '/#example=sixteen-images&step=dL_dy_hat&sample=5'}, async page => {
  for (const [i, value] of (await texts(page, '.rows .vl')).entries()) {
    await page.click(`.rows li:nth-child(${i + 1}) button`);
    assert.match(await page.textContent('.notes'), value.includes('−') ? /^Negative.*rises/ : /^Positive.*falls when this output falls/);
  }
}));

test('the buttons, the picture and the sum of the chosen cell are in a window of 1280 by 650 together', {skip}, () => withPage({...from('dL_dW1'), viewport: {width: 1280, height: 650}}, async page => {
  const bottom = selector => page.$eval(selector, node => node.getBoundingClientRect().bottom);
  for (const selector of ['.transport', '.picture [data-ref="u.2.3"]', '.readout', '.one']) assert.ok(await bottom(selector) <= 650, selector);
  await page.setViewportSize({width: 1280, height: 480});
  assert.ok(await bottom('.transport') <= 480, 'they stay where the window is lower');
  await page.click('#go-previous');
  await atStep(page, 'dL_dz1');
}));

test('in a narrow window each unit has its name, which no number covers, and the table has all numbers', {skip}, () => withPage({...from('dL_dW2'), viewport: {width: 360, height: 740}}, async page => {
  const names = ['x[0]', 'x[3]', 'z1[0]', 'z1[2]', 'h1[0]', 'h1[2]', 'ŷ[0]', 'ŷ[3]'];
  const covered = () => page.evaluate(wanted => {
    const boxes = selector => [...document.querySelectorAll(`#picture ${selector}`)].map(node => ({text: node.textContent, box: node.getBoundingClientRect()}));
    const chips = boxes('rect.chip');
    const labels = boxes('text.lab').filter(({text}) => wanted.includes(text));
    const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    return [labels.length, [...chips, ...labels].flatMap((one, i, all) => all.slice(i + 1).filter(({box}) => meet(one.box, box)).map(({text}) => text))];
  }, names);
  for (const step of ['dL_dW2', 'dL_dh1', 'dL_dW1', 'y_hat', 'z1']) {
    await page.selectOption('#jump', step);
    await atStep(page, step);
    assert.deepEqual(await covered(), [names.length, []], step);
  }
  assert.match(await page.innerText('#table tbody tr:nth-child(3)'), /0\.1 → 0\.056/);
  assert.match(await page.innerText('#table tbody tr:nth-child(1)'), /0\.2; h1\[0\] is dead/);
}));

test('the table has 31 parameters; it is filtered and sorted', {skip}, () => withPage(from('x'), async page => {
  const names = () => texts(page, '#table tbody th');
  assert.equal((await names()).length, 31);
  await page.click('[data-filter="stays"]');
  assert.equal((await names()).length, 19);
  await page.click('[data-filter="moves"]');
  await page.click('#table thead button:has-text("Gradient")');
  assert.deepEqual((await names()).slice(0, 2), ['b2[3]', 'b2[1]']);
  assert.match((await texts(page, '#tally p')).join(), /12 learn.*10 enter a dead unit.*8 leave a dead unit.*1 has a zero input/);
}));

test('a screen reader hears each step in the one live region', {skip}, () => withPage(from('dL_dh1'), async page => {
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.textContent('#live'), 'Backward, step 5 of 7: dL_dz1. The gate, from behind. 0, 0, 0.44');
}));
