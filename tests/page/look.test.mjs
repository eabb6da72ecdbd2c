// Looks at each state at three widths, light and dark: axe-core finds nothing, nothing is wider than the window, targets
// are large enough, nothing moves while it loads. With SHOTS=FOLDER it leaves screenshots there for a person to look at.
import assert from 'node:assert/strict';
import {mkdirSync, readFileSync, statSync} from 'node:fs';
import {createRequire} from 'node:module';
import test from 'node:test';
import {fileURLToPath} from 'node:url';
import {atStep, open, serve, skip, withPage} from './browser.mjs';

const shots = process.env.SHOTS;
if (shots) mkdirSync(shots, {recursive: true});
const axe = skip ? '' : readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const daemon = skip ? null : await serve();
const steps = ['x', 'z1', 'h1', 'y_hat', 'loss', 'dL_dy_hat', 'dL_dW2', 'dL_db2', 'dL_dh1', 'dL_dz1', 'dL_dW1', 'dL_db1', 'update'];

/** Fills fields and checks; then takes all hints. */
const act = (how, answers) => async page => {
  for (const [name, text] of Object.entries(answers)) await page.fill(`[data-answer$="/${name}"]`, text);
  await page.click('#check');
  await page.waitForSelector('#verdict');
  while (how === 'hints' && await page.getAttribute('#hint', 'aria-disabled') === null) await page.click('#hint');
};

/** name -> [what follows the #, what to do then] */
const states = {
  ...Object.fromEntries(steps.map(step => [step, [`example=textbook&step=${step}`]])),
  batch: ['example=sixteen-images&step=batch.W1&sample=5'], deep: ['example=relu-sigmoid-softmax&step=dL_dh1'], wide: ['example=cs231n-two-layer&step=dL_dW2'], tanh: ['example=xor&step=dL_dz1&sample=2'],
  forward: ['example=mlmastery&step=y_hat'],
  editing: ['example=textbook&step=z1', async page => { await page.click('#edit'); for (const part of ['samples', 'shape']) await page.click(`[data-fold="${part}"] > summary`); }],
  fault: ['example=textbook&step=z1', async page => { page.mayFail = true; await page.click('#edit'); await page.fill('[data-pointer="#/network/W1/1/2"]', '-0.2x'); await page.waitForSelector('#fault'); }],
  trained: ['example=textbook&step=update', async page => { await page.click('[data-train="10"]'); await page.waitForSelector('#curve svg'); }],
  strip: ['example=textbook&step=dL_dh1', async page => { await page.click('#edit'); await page.click('[data-fold="shape"] > summary'); for (let i = 0; i < 11; i++) { await page.click('button:text-is("Add a unit to layer 1")'); await page.waitForFunction(n => document.querySelectorAll('[data-ref^="u.1."]').length === n, 4 + i); } await page.click('#edit'); }],
  turn: ['example=textbook&step=dL_dh1&turn=dL_dh1'], turnMatrix: ['example=textbook&step=dL_dW2&turn=dL_dW2', act('fill', {'dL_dW2/0/0': '-0.225', 'dL_dW2/1/2': '0', 'dL_dW2/2/0': 'x'})],
  turnWrong: ['example=textbook&step=dL_dh1&turn=dL_dh1', act('hints', {'dL_dh1/0': '0', 'dL_dh1/1': '0', 'dL_dh1/2': '0.44'})],
  turnTwo: ['example=textbook&step=dL_dz1&turn=dL_dy_hat~dL_dh1~dL_dz1', act('hints', {'dL_dz1/0': '-0.0975', 'dL_dz1/1': '-0.3475', 'dL_dz1/2': '0.44'})],
  turnRight: ['example=textbook&step=dL_dh1&turn=dL_dh1', act('fill', {'dL_dh1/0': '-0,0975', 'dL_dh1/1': '-139/400', 'dL_dh1/2': '0.44'})],
  turnShown: ['example=textbook&step=dL_dh1&turn=dL_dh1', page => page.click('#show')], turnWaits: ['example=textbook&step=dL_dz1&turn=dL_dh1'], turnUpdate: ['example=textbook&step=update&turn=update'],
  turnFolds: ['example=textbook&step=dL_dh1&turn=dL_dh1', async page => { for (const part of ['asked', 'exercise', 'review']) await page.click(`#panel [data-fold="${part}"] > summary`); await page.click('#review'); await page.waitForSelector('.review'); }],
  menu: ['example=textbook&step=z1', async page => { if (await page.isVisible('#more')) await page.click('#more'); await page.click('#downloads summary'); }],
};

async function audit(page) {
  await page.evaluate(source => { (0, window.eval)(source); }, axe).catch(() => page.evaluate(axe));
  const {violations} = await page.evaluate(() => window.axe.run(document, {resultTypes: ['violations']}));
  return violations.map(({id, nodes}) => `${id}: ${nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ')}`);
}

/** What is wider than the window, or smaller than a finger. */
const measure = page => page.evaluate(() => {
  const faults = [];
  const {scrollWidth, clientWidth} = document.documentElement;
  if (scrollWidth > clientWidth) faults.push(`the page is ${scrollWidth} wide, the window ${clientWidth}`);
  for (const node of document.querySelectorAll('button, select, summary, input:not([type=checkbox])')) {
    const {width, height} = node.getBoundingClientRect();
    const least = node.matches('.link, thead button') ? 20 : node.matches('.map button, .track button') ? 44 : 44;
    if (width && (height < least - 0.5 || width < least - 0.5)) faults.push(`${node.outerHTML.slice(0, 90)}: ${width} x ${height}`);
  }
  return faults;
});

for (const width of [320, 768, 1280]) {
  for (const colorScheme of ['light', 'dark']) {
    test(`${width} px, ${colorScheme}: axe-core finds nothing, nothing is too wide or too small`, {skip}, async () => {
      const {page, close} = await open({daemon, path: '/#example=textbook&step=x', viewport: {width, height: 900}, colorScheme, hasTouch: true, isMobile: width < 700});
      await page.context().setExtraHTTPHeaders({});
      for (const [name, [hash, prepare]] of Object.entries(states)) {
        await page.goto('about:blank');
        await page.goto(`${daemon.url}/#${hash}`);
        await page.waitForSelector('#table tbody tr');
        await prepare?.(page);
        if (shots) await page.screenshot({path: `${shots}/${name}-${width}-${colorScheme}.png`, fullPage: true});
        assert.deepEqual(await measure(page), [], name);
        assert.deepEqual(await audit(page), [], name);
        page.mayFail = false;
      }
      await close();
    });
  }
}

test('nothing moves while the page loads, and stepping moves nothing', {skip}, () => withPage({daemon, path: '/#example=textbook&step=x', prepare: page => page.addInitScript(() => {
  window.shift = 0;
  new PerformanceObserver(list => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value; }).observe({type: 'layout-shift', buffered: true});
})}, async page => {
  await page.waitForLoadState('networkidle');
  assert.equal(await page.evaluate(() => window.shift), 0);
  const tops = () => page.$$eval('.stepper, .listing, .params', nodes => nodes.map(node => Math.round(node.getBoundingClientRect().top + scrollY)));
  const wanted = await tops();
  for (const step of steps.slice(1)) {
    await page.keyboard.press('ArrowRight');
    await atStep(page, step === 'update' ? 'W, b' : step);
    assert.deepEqual(await tops(), wanted, step);
  }
}));

test('a first view asks twice at most: the page, then all that it names, then the numbers', {skip}, async () => {
  const asked = [];
  const note = request => request.resourceType() === 'other' || asked.push({path: new URL(request.url()).pathname, type: request.resourceType()}); // the icon comes when it likes
  await withPage({daemon, prepare: async page => { page.on('request', note); }}, async page => { await page.waitForLoadState('networkidle'); });
  const numbers = asked.findIndex(({type}) => type === 'fetch');
  assert.ok(numbers > 20 && asked.slice(numbers).every(({type}) => type === 'fetch'), JSON.stringify(asked));
  assert.equal(new Set(asked.map(({path, type}) => `${type} ${path}`)).size, asked.length, 'nothing is asked twice');
});

test('all works by touch', {skip}, () => withPage({daemon, path: '/#example=textbook&step=dL_dh1', viewport: {width: 320, height: 700}, hasTouch: true, isMobile: true}, async page => {
  await page.tap('[data-ref="u.1.2"]');
  await page.waitForFunction(() => document.querySelector('#readout').textContent.startsWith('Hidden unit 2'));
  await page.tap('#go-next');
  await atStep(page, 'dL_dz1');
  await page.selectOption('#jump', 'z1');
  await atStep(page, 'z1');
  await page.tap('#more');
  await page.tap('#fresh');
  await page.waitForFunction(() => location.hash.includes('network='));
}));

test('Tab reaches every control, and the focus is seen', {skip}, () => withPage({daemon, path: '/#example=textbook&step=dL_dh1'}, async page => {
  const reached = new Set();
  for (let i = 0; i < 400; i++) {
    await page.keyboard.press('Tab');
    const here = await page.evaluate(() => {
      const node = document.activeElement;
      const style = getComputedStyle(node.dataset.ref?.startsWith('e.') ? node.querySelector('.hit') : node);
      return {key: node.dataset.key ?? node.id ?? node.tagName, isSeen: style.outlineStyle !== 'none' || style.stroke !== 'none', isBody: node === document.body};
    });
    if (here.isBody) break;
    assert.ok(here.isSeen, here.key);
    reached.add(here.key);
  }
  for (const key of ['preset', 'fresh', 'share', 'curl', 'downloads', 'u.1.1', 'godL_dh1', 'iconfirst', 'iconplay', 'iconlast', 'celldL_dh1[2]', 'line23', 'filterstays', 'edit', 'sortgradient', 'train1', '#/learning_rate', 'log']) assert.ok(reached.has(key), `${key} of ${[...reached]}`);
}));

test('Escape closes the menus', {skip}, () => withPage({daemon, viewport: {width: 360, height: 740}}, async page => {
  await page.click('#more');
  await page.click('#downloads summary');
  await page.keyboard.press('Escape');
  assert.equal(await page.isVisible('#save-request'), false);
  assert.equal(await page.isVisible('#fresh'), false);
  assert.equal(await page.getAttribute('#more', 'aria-expanded'), 'false');
}));

const picture = new URL('page.jpg', import.meta.url);

test('the picture of the README is there, and small; with PICTURE=1 it is taken anew', {skip}, async () => {
  if (process.env.PICTURE) {
    await withPage({daemon, path: '/#example=textbook&step=dL_dh1', viewport: {width: 1280, height: 900}}, async page => {
      const {y} = await page.$eval('.intro', node => node.getBoundingClientRect().toJSON());
      await page.screenshot({path: fileURLToPath(picture), type: 'jpeg', quality: 45, clip: {x: 0, y, width: 1265, height: 515}});
    });
  }
  assert.ok(statSync(picture).size <= 61440);
});

test('with reduced motion nothing runs along the edges', {skip}, async () => {
  for (const [reducedMotion, wanted] of [['reduce', 'none'], ['no-preference', 'inline']]) {
    await withPage({daemon, path: '/#example=textbook&step=z1', reducedMotion}, async page => {
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowRight');
      await page.waitForSelector('.flow', {state: 'attached'});
      assert.equal(await page.$eval('.flow', node => getComputedStyle(node).display), wanted);
    });
  }
});
