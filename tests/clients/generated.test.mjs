// Clients that generators make of openapi.yaml. Each must compile with a program that a user would write, and call every
// operation: the worked example, all that can be read, and each kind of problem that a client comes upon.
import assert from 'node:assert/strict';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {start} from '../support/daemon.mjs';
import {compiled, contractFile, runTool, skip, workshop} from './workshop.mjs';

/** By the name of the program: how the client is generated into a folder, and why it is not, if so. */
const clients = {
  'openapi-fetch': {generate: folder => runTool('openapi-typescript', [contractFile, '-o', join(folder, 'schema.d.ts')]), skip},
};

let daemon;
before(async () => { daemon = await start({judged: false}); });
after(() => daemon.stop());

for (const [name, client] of Object.entries(clients)) {
  test(name, {skip: client.skip}, async t => {
    const folder = workshop(name);
    await client.generate(folder);
    const program = await compiled(folder, name);
    await t.test('calculates', async () => assert.deepEqual(await program.calculate(daemon.url), {
      loss: 0.8962500000000001, z1: 0.5, gradient: 0.44, layer2: -0.225, reason: 'neuron_dead', gate: 1, dL_dh1: -0.34750000000000003,
      dead: true, nonzero: 12, losses: 4, kept: 0.1, lossGoesOn: true, firstStep: 'z1', solution: 'The network    4 inputs, 3 hidden units (relu), 4 outputs (identity): 31 parameters',
      mistake: 'missing_factor_2', mismatches: 1, verdict: 'mismatch', layers: 3, hidden: 1,
    }));
    await t.test('reads', async () => assert.deepEqual(await program.read(daemon.url), {
      layers: 16, link: 'backward', printed: '0.89625', W1: 0.2, code: 'bias_forgotten', texts: Array(6).fill(true), document: 'object',
      version: 'backpropd', requestId: 'a-client', health: ['ok', 'ok', 'ready'],
    }));
    await t.test('meets problems', async () => assert.deepEqual(await program.fail(daemon.url), [
      ['invalid_json', 'line 2'],
      ['invalid_request', '#/network/W2'],
      ['not_finite', 'z1[0]'],
      ['not_acceptable', 'application/json text/plain text/x-python'],
      ['unsupported_media_type', 'the body must be application/json in UTF-8, not application/xml'],
      ['not_found', 'no such mistake; /mistakes lists them'],
    ]));
  });
}
