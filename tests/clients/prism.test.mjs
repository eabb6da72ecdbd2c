// Prism's validating proxy between a client and the daemon: it finds nothing wrong with any example and its reply.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {after, before, test} from 'node:test';
import {Cursor, concrete, everyMethod, readContract} from '../api/contract/judge.mjs';
import {start} from '../support/daemon.mjs';
import {freePort} from '../support/port.mjs';
import {until} from '../support/until.mjs';
import {contractFile, skip, toolFile} from './workshop.mjs';

const root = new Cursor(readContract());
const operations = everyMethod(root).filter(({method}) => ['GET', 'POST'].includes(method));
let daemon;
let prism;
let url;

before(async () => {
  if (skip) return;
  daemon = await start({judged: false});
  const port = await freePort();
  prism = spawn(process.execPath, [toolFile('prism'), 'proxy', contractFile, daemon.url, '--port', String(port)], {stdio: ['ignore', 'pipe', 'pipe']});
  let printed = '';
  for (const stream of [prism.stdout, prism.stderr]) stream.setEncoding('utf8').on('data', piece => { printed += piece; });
  await until(() => printed.includes('is listening') || prism.exitCode !== null, () => `Prism listens: ${printed}`);
  assert.equal(prism.exitCode, null, printed);
  url = `http://127.0.0.1:${port}`;
});
after(async () => {
  if (!prism) return;
  const ended = once(prism, 'close');
  prism.kill();
  await ended;
  await daemon.stop();
});

/** A reply that came through Prism, and what it holds against request and reply. */
async function ask(path, options) {
  const reply = await fetch(url + path, options);
  return {status: reply.status, text: await reply.text(), faults: JSON.parse(reply.headers.get('sl-violations') ?? '[]')};
}

const post = (path, body, type = 'application/json') => ask(path, {method: 'POST', body: JSON.stringify(body), headers: {'content-type': type}});

for (const {path, method, operation} of operations) {
  test(`${method} ${path}`, {skip}, async () => {
    const bodies = method === 'GET' ? [undefined] : operation.get('requestBody', 'content', 'application/json', 'examples').entries().map(([, {node}]) => node.value);
    for (const body of bodies) {
      const {status, faults, text} = body ? await post(path, body) : await ask(concrete(path));
      assert.deepEqual([status, faults], [200, []], text.slice(0, 500));
    }
  });
}

const book = () => structuredClone(root.node.components.examples.TextbookRequest.value);
const problems = {
  'a shape': () => post('/backward', {...book(), network: {...book().network, W2: [[1]]}}),
  'a result beyond the largest double': () => post('/forward', {network: {W1: [[1e308]], b1: [1e308]}, samples: [{x: [1e10]}]}),
  'an unknown name': () => ask('/mistakes/unheard_of'),
};
for (const [name, make] of Object.entries(problems)) {
  test(`the problem is as documented: ${name}`, {skip}, async () => {
    const {status, faults, text} = await make();
    assert.ok(status >= 400, text);
    assert.deepEqual(faults, [], text);
  });
}

test('Prism sees a vector in place of a matrix', {skip}, async () => {
  const {status, faults} = await post('/backward', {...book(), network: {...book().network, W1: [1, 2]}});
  assert.equal(status, 422);
  assert.ok(faults.some(({location}) => location.join('.').startsWith('request.body.network.W1')), JSON.stringify(faults));
  assert.ok(faults.every(({location}) => location[0] === 'request'), JSON.stringify(faults));
});
