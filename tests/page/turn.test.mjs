// Your turn: the values of the steps that are asked become fields; a check marks them and names the mistake, hints come one
// after the other, and nothing that is asked is told anywhere else.
import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {after} from 'node:test';
import {exact, shown} from '../../src/page/numbers.js';
import {atStep, serve, skip, withPage} from './browser.mjs';

const {expect} = JSON.parse(readFileSync(new URL('../api/vectors/textbook.json', import.meta.url), 'utf8'));
const [sample] = expect.samples;
const daemon = skip ? null : await serve();
const steps = ['z1', 'h1', 'y_hat', 'loss', 'dL_dy_hat', 'dL_dW2', 'dL_db2', 'dL_dh1', 'dL_dz1', 'dL_dW1', 'dL_db1', 'update'];
const at = (step, asked = '', more = {}) => ({daemon, path: `/#example=textbook&step=${step}${asked && `&turn=${asked}`}`, ...more});
const field = name => `[data-answer$="/${name}"]`;
const markOf = (page, name) => page.$eval(field(name), node => node.parentNode.querySelector('.mark').textContent);
const verdict = page => page.waitForSelector('#verdict').then(node => node.innerText());

async function fill(page, step, texts) {
  for (const [i, text] of texts.entries()) await page.fill(field(`${step}/${i}`), text);
}

async function check(page) {
  await page.click('#check');
  await page.waitForSelector('#check:not([aria-disabled])');
}

/** What one can see or hear of the page, but for the fields of the example's own parameters. */
const told = page => page.evaluate(() => {
  const attributes = [...document.querySelectorAll('*')].flatMap(node => ['title', 'aria-label', 'value', 'data-cell'].map(name => node.getAttribute(name)));
  return [document.body.innerText, document.querySelector('#live').textContent, ...attributes, ...[...document.querySelectorAll('svg text')].map(node => node.textContent)].filter(Boolean).join('\n');
});

/** The numbers of a step that stand nowhere else in the example. */
const secrets = ['dL_dy_hat', 'dL_dW2', 'dL_dh1'].flatMap(name => sample[name].flat()).filter(value => ![0, 0.44].includes(value));

test('what is asked, and what follows from it, is told nowhere', {skip}, () => withPage(at('dL_dy_hat', 'dL_dy_hat'), async page => {
  for (const step of steps.slice(4)) {
    if (step !== 'dL_dy_hat') await page.keyboard.press('ArrowRight');
    await atStep(page, step === 'update' ? 'W, b' : step);
    const text = await told(page);
    for (const value of secrets) for (const form of [shown(value), exact(value), String(value)]) assert.ok(!new RegExp(`(?<![\\d.])${form.replace('.', '\\.')}(?!\\d)`).test(text), `${form} stands at ${step}`);
    if (step !== 'dL_dy_hat') assert.match(await page.textContent('#panel'), /calculated from what is asked/);
    if (step === 'dL_dy_hat') await page.focus('#go-next');
  }
  await page.click('.track [title="y_hat"]');
  assert.equal(await page.textContent('.rows .vl'), '= 0.1');
}));

test('on the way forward too: neither the dead nor the boundary is told', {skip}, () => withPage(at('h1', 'z1'), async page => {
  assert.doesNotMatch(await page.textContent('#picture'), /dead|boundary|at 0/);
  assert.match(await page.textContent('#panel'), /calculated from what is asked/);
  await page.keyboard.press('ArrowLeft');
  await fill(page, 'z1', ['0', '-0.1', '0.5']);
  await check(page);
  await page.click('.track [title="h1"]');
  assert.match(await page.textContent('#picture'), /dead/);
}));

test('by mouse: a mistake is named, its cells are marked, hints come one after the other', {skip}, () => withPage(at('dL_dh1'), async page => {
  assert.equal(await page.getAttribute('#turn-off', 'aria-pressed'), 'true');
  await page.click('#turn-on');
  assert.equal(await page.$eval(field('dL_dh1/0'), node => node === document.activeElement), true);
  assert.equal(await page.getAttribute('#hint', 'aria-disabled'), 'true');
  await fill(page, 'dL_dh1', ['0', '0', '0.44']);
  await check(page);
  assert.match(await verdict(page), /^One mistake: gated early\.\s+dL_dh1: the activation's derivative/);
  assert.deepEqual(await Promise.all([0, 1, 2].map(i => markOf(page, `dL_dh1/${i}`))), ['✕ not yet', '✕ not yet', '✓ right']);
  assert.deepEqual(await page.$$eval('[data-answer]', nodes => nodes.map(node => node.getAttribute('aria-invalid'))), ['true', 'true', null]);
  assert.match(await page.textContent('#live'), /gated early/);
  assert.equal(await page.$$eval('.hints li', nodes => nodes.length), 0);
  await page.click('#hint');
  assert.match(await page.textContent('.hints li'), /the gradient of h, or that of z\?/);
  await page.click('#hint');
  assert.match(await page.textContent('.hints li:last-child'), /dL_dh1 is sum over j of W\[i\]\[j\] dL_dz\[j\]; what was calculated is/);
  assert.equal(await page.getAttribute('#hint', 'aria-disabled'), 'true');
  assert.match(await page.textContent('#live'), /what was calculated/);
}));

test('by keyboard alone: Enter checks, and what is right opens the next step', {skip}, () => withPage(at('dL_dh1', 'dL_dh1'), async page => {
  await page.focus('#turn-on');
  for (const text of ['-0,0975', '−139/400', '0.44']) {
    await page.keyboard.press('Tab');
    await page.keyboard.type(text);
  }
  await page.keyboard.press('Enter');
  assert.match(await verdict(page), /^All 3 are right\.$/);
  assert.equal(await page.evaluate(() => document.activeElement.value), '0.44');
  await page.focus('#go-next');
  await page.keyboard.press('Enter');
  await atStep(page, 'dL_dz1');
  assert.deepEqual(await page.$$eval('.rows .vl', nodes => nodes.map(node => node.textContent)), ['= 0', '= 0', '= 0.44']);
}));

test('by touch, on a small window', {skip}, () => withPage(at('dL_dh1', '', {viewport: {width: 320, height: 700}, hasTouch: true, isMobile: true}), async page => {
  await page.tap('#turn-on');
  await page.tap(field('dL_dh1/2'));
  await page.keyboard.type('0.44');
  await page.tap('#check');
  assert.match(await verdict(page), /2 fields still blank/);
  await page.tap('#turn-off');
  assert.deepEqual(await page.$$eval('.rows .vl', nodes => nodes.map(node => node.textContent)), ['= −0.0975', '= −0.3475', '= 0.44']);
  await page.tap('#turn-on');
  assert.equal(await page.inputValue(field('dL_dh1/2')), '0.44');
}));

test('a mistake is carried on with: what follows from it is right from one\'s own numbers', {skip}, () => withPage(at('dL_dh1', 'dL_dh1~dL_dz1'), async page => {
  await fill(page, 'dL_dh1', ['0.0975', '0.3475', '-0.44']);
  await page.click('.track [title="dL_dz1"]');
  assert.match(await page.textContent('#picture'), /−0\.44/, 'the picture shows what was typed');
  await fill(page, 'dL_dz1', ['0', '0', '-0.44']);
  await check(page);
  assert.equal(await markOf(page, 'dL_dz1/2'), '✓ right from your numbers');
  await page.click('.track [title="dL_dh1"]');
  assert.equal(await markOf(page, 'dL_dh1/0'), '✕ not yet');
}));

test('/grade gets what was typed as it was typed, the numbers that are seen, and nothing of the other steps', {skip}, () => withPage(at('dL_dh1', 'dL_dh1~dL_dz1~dL_db2'), async page => {
  await fill(page, 'dL_dh1', [' 1/3', 'x', '']);
  const [request] = await Promise.all([page.waitForRequest('**/grade'), page.click('#check')]);
  const {answers, learning_rate: rate} = request.postDataJSON();
  const {z1, h1, y_hat: out, loss, dL_dy_hat: error, dL_dW2: weights} = sample;
  assert.deepEqual(answers, {samples: [{z1, h1, y_hat: out, loss: answers.samples[0].loss, dL_dy_hat: error, dL_dW2: weights, dL_dh1: [' 1/3', 'x', '']}]});
  assert.ok(Math.abs(answers.samples[0].loss - loss) < 1e-12);
  assert.equal(rate, 0.1);
  await verdict(page);
  assert.match(await markOf(page, 'dL_dh1/1'), /^\? "x": not a number: write the result alone, like/);
  assert.equal(await markOf(page, 'dL_dh1/2'), '');
}));

test('what is typed is never told as a fact: the program gives ?, the picture shows it as one\'s own, and a wrong one as wrong', {skip}, () => withPage(at('dL_dy_hat', 'dL_dy_hat~dL_dh1~dL_dz1'), async page => {
  await fill(page, 'dL_dy_hat', ['-0.225', '-0.55']);
  assert.match(await page.textContent('#listing .io'), /→ *gives *\?$/);
  assert.deepEqual(await page.$$eval('#picture text.own', nodes => nodes.map(node => node.textContent)), ['−0.225', '−0.55', '?', '?']);
  await check(page);
  assert.deepEqual(await page.$$eval('#picture text.own.no', nodes => nodes.map(node => node.textContent)), ['−0.225✕']);
  await page.click('.track [title="dL_dz1"]');
  assert.match(await page.textContent('#listing .io'), /dL_dh1 \?.*gives \?$/);
  assert.doesNotMatch(await page.textContent('#readout'), /stopped by the gate/, 'nor whether the gate lets it through');
}));

test('a ? leads to the step that it waits for', {skip}, () => withPage(at('dL_dz1', 'dL_dh1~dL_dz1'), async page => {
  assert.match(await page.textContent('#panel'), /still yours: dL_dh1\./);
  await page.click('#missing');
  await atStep(page, 'dL_dh1');
  assert.equal(await page.$eval(field('dL_dh1/0'), node => node === document.activeElement), true);
  assert.equal(await page.$('#missing'), null);
}));

test('your turn stays when one goes on: this step is asked and all after it, and Worked takes them back', {skip}, () => withPage(at('dL_dh1'), async page => {
  const asked = () => page.$$eval('.track [data-asked]', nodes => nodes.map(node => node.title));
  await page.click('#turn-on');
  assert.deepEqual(await asked(), ['dL_dh1', 'dL_dz1', 'dL_dW1', 'dL_db1']);
  await fill(page, 'dL_dh1', ['-0.0975', '-0.3475', '0.44']);
  assert.equal(await page.$('#turn-next'), null);
  await check(page);
  assert.equal(await page.textContent('#turn-next'), 'Next: dL_dz1');
  await page.click('#turn-next');
  await atStep(page, 'dL_dz1');
  assert.equal(await page.$eval(field('dL_dz1/0'), node => node === document.activeElement), true);
  await page.click('#show');
  await page.click('#turn-next');
  await atStep(page, 'dL_dW1');
  assert.equal(await page.$$eval('[data-answer]', nodes => nodes.length), 12);
  await page.click('#turn-off');
  assert.deepEqual(await asked(), ['dL_dh1', 'dL_dz1']);
}));

test('how many learn is not told while it is asked', {skip}, () => withPage(at('dL_dh1', 'dL_dh1'), async page => {
  assert.match(await page.textContent('#intro'), /your turn/);
  assert.equal(await page.isVisible('#tally'), false);
  assert.equal(await page.$('[data-filter]'), null);
  await page.click('#turn-off');
  assert.match(await page.textContent('#intro'), /12 learn/);
  assert.equal(await page.$$eval('[data-filter]', nodes => nodes.length), 3);
}));

test('a mark goes when its field is changed; the others stay', {skip}, () => withPage(at('dL_dh1', 'dL_dh1'), async page => {
  await fill(page, 'dL_dh1', ['1', '-0.3475', '0.44']);
  await check(page);
  await page.fill(field('dL_dh1/0'), '-0.0975');
  assert.equal(await markOf(page, 'dL_dh1/0'), '');
  assert.equal(await page.getAttribute(field('dL_dh1/0'), 'aria-invalid'), null);
  assert.equal(await markOf(page, 'dL_dh1/1'), '✓ right');
  await check(page);
  assert.match(await verdict(page), /^All 3 are right/);
}));

test('Show gives up, and what was typed is there again afterwards', {skip}, () => withPage(at('dL_dh1', 'dL_dh1'), async page => {
  await page.fill(field('dL_dh1/0'), '7');
  await page.click('#show');
  assert.deepEqual(await page.$$eval('.rows .vl', nodes => nodes.map(node => node.textContent)), ['= −0.0975', '= −0.3475', '= 0.44']);
  assert.match(await page.textContent('#panel'), /Shown\. Go on/);
  await page.click('.track [title="dL_dz1"]');
  assert.equal(await page.textContent('.rows li:last-child .vl'), '= 0.44');
  await page.click('.track [title="dL_dh1"]');
  await page.click('#show');
  assert.equal(await page.inputValue(field('dL_dh1/0')), '7');
}));

test('weights are asked as a table, the update as a list, and all values of the vector are right', {skip}, () => withPage(at('dL_dW2', `${steps.join('~')}`), async page => {
  for (const step of steps.slice(0, -1)) {
    await page.click(`.track [title="${step}"]`);
    await atStep(page, step);
    const cells = await page.$$eval('[data-answer]', nodes => nodes.map(node => node.dataset.answer));
    for (const pointer of cells) await page.fill(`[data-answer="${pointer}"]`, String(pointer.split('/').slice(5).reduce((value, i) => value[i], sample[step])));
    await check(page);
    assert.match(await verdict(page), /right\.$/, step);
  }
  await page.click('.track [title="update"]');
  await page.fill(field('network/b2/0'), '0.045');
  await page.fill(field('network/W1/0/0'), '0.2');
  await check(page);
  assert.match(await verdict(page), /^Right so far; 29 fields still blank/);
}));

test('of several samples each has fields of its own, and the batch too', {skip}, () => withPage({daemon, path: '/#example=sixteen-images&step=dL_dy_hat&turn=dL_dy_hat~batch.b2&sample=3'}, async page => {
  const reply = (await daemon.call('POST', '/backward', JSON.stringify(await page.evaluate(() => fetch('examples/sixteen-images').then(one => one.json())).then(({network, samples, options}) => ({network, samples, options}))))).json;
  const error = reply.samples[3].dL_dy_hat.map(String);
  for (const [i, text] of error.entries()) await page.fill(`[data-answer="#/answers/samples/3/dL_dy_hat/${i}"]`, text);
  await check(page);
  assert.match(await verdict(page), /^All 4 are right/);
  await page.selectOption('#sample', '4');
  assert.equal(await page.inputValue(field('dL_dy_hat/0')), '');
  assert.equal(await page.$('#verdict'), null);
  await page.selectOption('#sample', '3');
  assert.equal(await page.inputValue(field('dL_dy_hat/0')), error[0]);
  await page.click('.track [title="b2"]');
  for (const [i, value] of reply.gradients.b2.entries()) await page.fill(field(`gradients/b2/${i}`), String(value));
  await check(page);
  assert.match(await verdict(page), /^All 4 are right/);
}));

test('nothing typed is lost: by a change of the network, by loading again, in a link', {skip}, async () => {
  let url;
  await withPage(at('dL_dh1', 'dL_dh1~dL_dW2'), async page => {
    await page.fill(field('dL_dh1/1'), ' -0,3475');
    await page.click('#edit');
    await page.fill('[data-pointer="#/network/W1/0/0"]', '0.25');
    await page.waitForFunction(() => location.hash.includes('network='));
    assert.equal(await page.inputValue(field('dL_dh1/1')), ' -0,3475');
    url = await page.waitForFunction(() => location.hash.includes('answers=') && location.href).then(handle => handle.jsonValue());
    await page.reload();
    await page.waitForSelector(field('dL_dh1/1'));
    assert.equal(await page.inputValue(field('dL_dh1/1')), ' -0,3475');
  });
  await withPage({daemon, path: url.slice(daemon.url.length)}, async page => {
    assert.equal(await page.inputValue(field('dL_dh1/1')), ' -0,3475');
    assert.deepEqual(await page.$$eval('.track [data-asked]', nodes => nodes.map(node => node.title)), ['dL_dW2', 'dL_dh1']);
  });
});

test('marks are those of the network that was graded', {skip}, () => withPage(at('dL_dh1', 'dL_dh1'), async page => {
  await fill(page, 'dL_dh1', ['-0.0975', '-0.3475', '0.44']);
  await check(page);
  await page.click('#edit');
  await page.fill('[data-pointer="#/network/W2/0/0"]', '0.25');
  await page.waitForFunction(() => document.querySelector('[data-answer$="dL_dh1/0"]').parentNode.querySelector('.mark').textContent === '');
  assert.equal(await page.$('#verdict'), null);
}));

test('a busy service, and one that is gone: the check waits, and nothing typed is lost', {skip}, () => withPage(at('dL_dh1', 'dL_dh1'), async page => {
  page.mayFail = true;
  let tries = 0;
  await page.route('**/grade', route => ++tries === 1 ? route.fulfill({status: 503, headers: {'Retry-After': '1'}, body: '{}'}) : tries === 2 ? route.abort('connectionrefused') : route.continue());
  await fill(page, 'dL_dh1', ['0', '0', '0.44']);
  await page.click('#check');
  await page.waitForFunction(() => /busy/.test(document.querySelector('#banner').textContent));
  await page.fill(field('dL_dh1/0'), '0.5');
  assert.match(await verdict(page), /gated early/);
  assert.equal(await page.inputValue(field('dL_dh1/0')), '0.5');
  assert.equal(await markOf(page, 'dL_dh1/0'), '', 'what was typed while it waited has no mark');
  assert.equal(await markOf(page, 'dL_dh1/1'), '✕ not yet');
  assert.equal(await page.isVisible('#banner'), false);
  assert.equal(tries, 3);
}));

test('a check that the service refuses says why, and can be tried again', {skip}, async () => {
  const own = await serve(['--max-graded-cells', '8']);
  await withPage({...at('dL_dh1', 'z1~dL_dh1'), daemon: own}, async page => {
    page.mayFail = true;
    await page.click('.track [title="z1"]');
    await page.click('#show');
    await page.click('.track [title="dL_dh1"]');
    await page.click('#check');
    await page.waitForSelector('#banner:not([hidden])');
    assert.match(await page.textContent('#banner'), /cells/);
    await page.click('.track [title="z1"]');
    await page.click('#show');
    await page.fill(field('z1/0'), '0');
    await check(page);
    assert.match(await verdict(page), /2 fields still blank/);
    assert.equal(await page.isVisible('#banner'), false);
  });
});

test('with tokens: a check after the token was asked for', {skip}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  writeFileSync(join(folder, 'tokens'), 'a-token-of-a-test\n');
  after(() => rmSync(folder, {recursive: true}));
  const own = await serve(['--token-file', join(folder, 'tokens'), '--public', 'page']);
  await withPage({...at('dL_dh1', 'dL_dh1'), daemon: own, ready: false, prepare: async page => { page.mayFail = true; }}, async page => {
    await page.fill('#token', 'a-token-of-a-test');
    await page.keyboard.press('Enter');
    await fill(page, 'dL_dh1', ['0', '0', '0.44']);
    await check(page);
    assert.match(await verdict(page), /gated early/);
  });
});

test('without /grade, and without targets, the part is absent', {skip}, async () => {
  const own = await serve(['--only', '/forward,/backward,/explain']);
  await withPage({...at('dL_dh1', 'dL_dh1'), daemon: own}, async page => {
    assert.equal(await page.$('.tabs'), null);
    assert.equal(await page.$('#fresh'), null);
    assert.equal(await page.textContent('.rows .vl'), '= −0.0975');
  });
  await withPage({daemon, path: '/#example=mlmastery&step=y_hat&turn=y_hat'}, async page => assert.equal(await page.$('.tabs'), null));
});

test('an exercise by its seed is that of /exercise, and going back brings the answers again', {skip}, () => withPage(at('dL_dh1', 'dL_dh1'), async page => {
  await page.fill(field('dL_dh1/0'), '3');
  await page.click('#panel [data-fold="exercise"] > summary');
  await page.fill('#panel [data-pointer="#/seed"]', '7');
  await page.click('#panel [data-make]');
  const {body: {network, samples}} = (await daemon.call('POST', '/exercise', {seed: 7, sizes: [4, 3, 4]})).json;
  await page.waitForFunction(first => document.querySelector('#table tbody tr td:nth-child(2)')?.textContent === first, shown(network.W1[0][0]));
  assert.deepEqual(await page.$$eval('#table tbody tr td:nth-child(2)', nodes => nodes.map(node => node.textContent)), ['W1', 'b1', 'W2', 'b2'].flatMap(name => network[name].flat()).map(shown));
  assert.match(await page.getAttribute('[data-ref="x.0"]', 'aria-label'), new RegExp(`^x\\[0\\] = ${shown(samples[0].x[0])},`));
  assert.equal(await page.inputValue(field('dL_dh1/0')), '');
  assert.equal(await page.inputValue('#panel [data-pointer="#/seed"]'), '7');
  await page.goBack();
  await page.waitForFunction(() => document.querySelector('[data-answer$="dL_dh1/0"]').value === '3');
}));

test('a seed that is none is told at its field', {skip}, () => withPage(at('dL_dh1', 'dL_dh1'), async page => {
  page.mayFail = true;
  await page.click('#panel [data-fold="exercise"] > summary');
  await page.fill('#panel [data-pointer="#/seed"]', '-1');
  await page.click('#panel [data-make]');
  await page.waitForSelector('#seed-fault');
  assert.equal(await page.getAttribute('#panel [data-pointer="#/seed"]', 'aria-invalid'), 'true');
  assert.equal(await page.isVisible('#editor'), false);
  assert.equal(await page.isVisible('#banner'), false);
  await page.fill('#panel [data-pointer="#/seed"]', '8');
  await page.click('#panel [data-make]');
  await page.waitForFunction(() => location.hash.includes('network=') && !document.querySelector('#seed-fault'));
}));

test('teachers see what the exercise cannot tell, for the steps that are asked', {skip}, () => withPage(at('dL_dz1', 'dL_dz1'), async page => {
  await page.click('#panel [data-fold="review"] > summary');
  const [request] = await Promise.all([page.waitForRequest('**/exercise/review'), page.click('#review')]);
  assert.deepEqual(request.postDataJSON().marking, {decimals: 3, weights: {dL_dz1: 1}});
  await page.waitForSelector('.review');
  const {hidden} = await (await request.response()).json();
  assert.ok(hidden.some(({step}) => step === 'z1') && hidden.some(({step}) => step === 'dL_dz1'));
  const text = await page.textContent('.review');
  assert.match(text, /would not be seen: .*gradient rectified \(dL_dz1\)/);
  assert.doesNotMatch(text, /\(z1\)/, 'the numbers of a step that is not asked are seen');
}));

test('all steps back can be asked at once, and each on its own', {skip}, () => withPage(at('dL_dh1', 'dL_dh1'), async page => {
  const asked = () => page.$$eval('.track [data-asked]', nodes => nodes.map(node => node.title));
  await page.click('#panel [data-fold="asked"] > summary');
  await page.click('#ask-back');
  assert.deepEqual(await asked(), steps.slice(4, -1));
  await page.click('[data-ask="dL_dW1"]');
  await page.click('[data-ask="z1"]');
  assert.deepEqual(await asked(), ['z1', ...steps.slice(4, -1).filter(name => name !== 'dL_dW1')]);
  assert.equal(await page.getAttribute('[data-ask="z1"]', 'aria-pressed'), 'true');
}));
