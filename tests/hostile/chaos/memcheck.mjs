// `make valgrind`, its second half: the daemon under memcheck through good, wrong and hostile requests, and `call`. Any
// error, or memory of its own that is lost, makes valgrind's exit status 99. What is answered is judged elsewhere.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {entries} from '../../api/integration/robustness.mjs';
import {binary, request} from '../../support/daemon.mjs';
import {connect, post} from '../../support/raw.mjs';
import * as cases from './cases.mjs';
import {launch} from './daemon.mjs';
import {converse, inParallel, plansFor} from './dialogue.mjs';
import {startProxy} from './proxy.mjs';
import {makeRandom, seed} from './random.mjs';

const memcheck = process.argv.slice(2); // the command, from the Makefile
console.log(`CHAOS_SEED=${seed} ${memcheck.join(' ')}`);

const daemon = await launch({wrapper: memcheck});
const {limits} = JSON.parse((await request(daemon.port, 'GET', '/')).text);
let answers = 0;

/** Sends, waits for an answer or an end, and goes. */
async function send({request: asked, expect}) {
  if (expect.args || expect.slow) return;
  const line = await connect(daemon.port);
  await line.send(...(asked.path ? [post(asked.path, Buffer.from(asked.body))] : [asked].flat()));
  await line.reply().then(() => { answers++; }, () => {});
  line.destroy();
}

for (const one of cases.all) assert.equal((await request(daemon.port, 'POST', one.path, one.body)).text, one.expected);
for (const path of ['/', '/livez', '/readyz', '/version', '/metrics', '/openapi.json', '/openapi.yaml', '/problems/', '/problems/not-finite', '/examples/textbook', '/nowhere']) await request(daemon.port, 'GET', path);
const table = entries(limits).map(entry => Array.isArray(entry) ? {request: entry[2], expect: entry[3]} : entry);
await inParallel(table, 8, send);
assert.ok(answers > 300, `${answers} of ${table.length} were answered`);
const proxy = await startProxy(daemon.port);
const plans = plansFor([cases.backward, cases.step], makeRandom());
await inParallel(plans, 20, ({one, plan}) => converse(proxy, one, plan));
proxy.stop();
const {code, signal, seconds} = await daemon.stop();
assert.deepEqual([code, signal], [0, null], 'memcheck found nothing');

for (const one of [...cases.small, {path: '/forward', body: '{', status: 1}, {path: '/backward', body: '{}', status: 1}, {path: '/nowhere', body: '', status: 1}]) {
  const {status, stderr} = spawnSync(memcheck[0], [...memcheck.slice(1), binary, 'call', one.path], {input: one.body, encoding: 'utf8'});
  assert.equal(status, one.status ?? 0, `call ${one.path}: ${stderr}`);
}
console.log(`memcheck: ${table.length} odd requests, ${plans.length} broken exchanges, stopped in ${seconds.toFixed(1)} s, 6 calls: no error, nothing lost`);
process.exit(0);
