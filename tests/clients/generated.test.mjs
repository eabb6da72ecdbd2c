// Clients that generators make of openapi.yaml. Each must compile with a program that a user would write, and call every
// operation: the worked example, all that can be read, and each kind of problem that a client comes upon.
import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {start} from '../support/daemon.mjs';
import {compiled, contractFile, needsNode, runTool, skip, workshop} from './workshop.mjs';

/** Generates by orval into a folder, as its configuration says. */
async function orval(folder, output) {
  writeFileSync(join(folder, 'orval.config.cjs'), `module.exports = ${JSON.stringify({backpropd: {input: contractFile, output}})};\n`);
  await runTool('orval', ['--config', 'orval.config.cjs'], {cwd: folder});
}

/** By the name of the program: how the client is generated into a folder, and why it is not, if so. */
const clients = {
  'openapi-fetch': {generate: folder => runTool('openapi-typescript', [contractFile, '-o', join(folder, 'schema.d.ts')]), skip},
  orval: {
    generate: folder => orval(folder, {client: 'fetch', mode: 'split', target: 'client.ts', schemas: 'model', override: {mutator: {path: 'fetcher.ts', name: 'fetcher'}}}),
    skip,
  },
  'orval-zod': {generate: folder => orval(folder, {client: 'zod', target: 'schemas.ts'}), skip},
  'hey-api': {generate: folder => runTool('openapi-ts', ['-i', contractFile, '-o', join(folder, 'client')], {cwd: folder}), skip: needsNode(20, 19)},
};

let daemon;
before(async () => { daemon = await start({judged: false}); });
after(() => daemon.stop());

for (const [name, client] of Object.entries(clients)) {
  test(name, {skip: client.skip}, async t => {
    const folder = workshop(name);
    await client.generate(folder);
    const {calculate, read, fail} = await compiled(folder, name);
    await t.test('calculates', async () => assert.deepEqual(await calculate(daemon.url), {
      loss: 0.8962500000000001, z1: 0.5, gradient: 0.44, layer2: -0.225, reason: 'neuron_dead', gate: 1, dL_dh1: -0.34750000000000003,
      dead: true, nonzero: 12, losses: 4, kept: 0.1, goesOn: true, firstStep: 'z1', mistake: 'missing_factor_2', marks: ['wrong', 'wrong', 'wrong', null], mismatches: 1,
      verdict: 'mismatch', layers: 3, hidden: 1,
    }));
    await t.test('reads', async () => assert.deepEqual(await read(daemon.url), {
      layers: 16, link: 'backward', printed: '0.89625', W1: 0.2, code: 'bias_forgotten', document: '3.1.0', version: 'backpropd',
      health: ['ok', 'ok', 'ready'], texts: 6,
    }));
    if (fail) await t.test('meets problems', async () => assert.deepEqual(await fail(daemon.url), [
      ['invalid_json', 'line 2'],
      ['invalid_request', '#/network/W2'],
      ['not_finite', 'z1[0]'],
      ['not_acceptable', 'application/json text/plain text/x-python'],
      ['unsupported_media_type', 'send the body as JSON in UTF-8, with the header Content-Type: application/json, not application/xml (with curl: -H "Content-Type: application/json")'],
      ['not_found', 'no such mistake; /mistakes lists them'],
    ]));
  });
}
