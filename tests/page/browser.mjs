// Opens the page in Debian's Chromium, by playwright-core from npm. What a page must never do is noted all the time: a
// request to another origin, a breach of its Content-Security-Policy, an error on the console.
import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {after} from 'node:test';
import {start} from '../support/daemon.mjs';
import {patience} from '../support/until.mjs';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const playwright = await import('playwright-core').catch(() => null);

/** Why there are no tests in a browser, or false. */
export const skip = !playwright ? 'playwright-core is missing; run: make page-deps' : !program ? 'there is no Chromium; run: make page-deps' : false;

let launched;
const browser = () => launched ??= playwright.chromium.launch({executablePath: program, args: ['--no-sandbox', '--force-color-profile=srgb']});
after(async () => { await (await launched)?.close(); });

/** A daemon whose requests are not judged: browsers send what they like. */
export async function serve(args = [], env = {}) {
  const daemon = await start({args, env, judged: false});
  after(() => daemon.stop());
  return daemon;
}

function watch(page, origins) {
  const faults = [];
  page.on('console', message => { if (message.type() === 'error' && !page.mayFail) faults.push(`console: ${message.text()}`); });
  page.on('pageerror', error => faults.push(`error: ${error.stack}`));
  page.on('request', request => { if (!origins.some(origin => request.url().startsWith(origin)) && !/^(blob|data):/.test(request.url())) faults.push(`request: ${request.url()}`); });
  return faults;
}

/**
 * Opens a page: {page, faults, close}. Options: daemon, path (what follows the origin), others (origins that it may call),
 * and those of a context: viewport, colorScheme. `page.mayFail = true` where the console says that a request failed, which is what is tested.
 */
export async function open({daemon, path = '/', others = [], ready = true, prepare, ...options}) {
  const context = await (await browser()).newContext({viewport: {width: 1280, height: 900}, reducedMotion: 'reduce', ...options});
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  page.setDefaultNavigationTimeout(patience);
  await page.addInitScript(() => addEventListener('securitypolicyviolation', event => console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`)));
  await prepare?.(page);
  const faults = watch(page, [daemon.url, ...others]);
  await page.goto(daemon.url + path);
  if (ready) await page.waitForSelector('#main:not([hidden])');
  async function close() {
    await context.close();
    assert.deepEqual(faults, []);
  }
  return {page, faults, close};
}

/** Opens, acts, closes: what all tests do. */
export async function withPage(options, act) {
  const {page, faults, close} = await open(options);
  await act(page, faults);
  await close();
}

/** Waits until the page shows the moment. */
export const atStep = (page, name) => page.waitForFunction(wanted => document.querySelector('.eyebrow code')?.textContent === wanted, name);
