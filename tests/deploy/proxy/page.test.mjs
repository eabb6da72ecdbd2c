// The page behind nginx and HAProxy, under their prefix: all that it asks stays below it.
import assert from 'node:assert/strict';
import {after, test} from 'node:test';
import {skip as noBrowser, withPage} from '../../page/browser.mjs';
import {missing, proxies, startDaemon} from './servers.mjs';

const skip = missing.length > 0 ? `${missing.join(' and ')} not installed; make proxy-deps installs what is missing` : noBrowser;
const daemon = skip ? null : await startDaemon();
const {all, stop} = skip ? {all: [{name: 'proxies'}]} : await proxies({nginx: daemon.port, haproxy: daemon.port});
after(async () => {
  await stop?.();
  await daemon?.stop();
});

for (const {name, port} of all) {
  test(`${name}: the page steps, edits and checks answers below the prefix`, {skip}, async () => {
    const asked = [];
    await withPage({daemon: {url: `http://127.0.0.1:${port}`}, path: '/api/bp/#example=textbook&step=h1', prepare: async page => { page.on('request', request => asked.push(new URL(request.url()).pathname)); }}, async page => {
      await page.click('#edit');
      await page.fill('[data-pointer="#/network/W1/0/0"]', '0.7');
      await page.waitForFunction(() => document.querySelector('.rows .row .vl').textContent === '= 0.5');
      await page.click('#turn-on');
      for (const [i, text] of ['0.5', '-0.1', '0.5'].entries()) await page.fill(`[data-answer$="/h1/${i}"]`, text);
      await page.click('#check');
      assert.match(await page.waitForSelector('#verdict').then(node => node.innerText()), /activation forgotten/);
      await page.click('#fresh');
      await page.waitForFunction(() => location.hash.includes('seed=2'));
    });
    assert.ok(asked.includes('/api/bp/grade') && asked.includes('/api/bp/exercise'));
    assert.deepEqual(asked.filter(path => !path.startsWith('/api/bp/')), []);
  });
}
