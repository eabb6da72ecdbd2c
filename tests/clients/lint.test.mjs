// Linters besides the one of make lint: what they say nothing about, the tools of others read as it is meant.
import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {contractFile, needsNode, runTool, skip, workshop} from './workshop.mjs';

const here = name => fileURLToPath(new URL(name, import.meta.url));
const quiet = {...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true'};
const linters = {
  spectral: {lint: file => runTool('spectral', ['lint', file, '--ruleset', here('spectral.yaml'), '--fail-severity', 'hint']), skip},
  'redocly 2': {lint: file => runTool('redocly', ['lint', file, '--config', here('../api/contract/redocly.yaml')], {env: quiet}), skip: needsNode(20, 19)},
};

for (const [name, {lint, skip: why}] of Object.entries(linters)) {
  test(`${name} finds nothing`, {skip: why}, () => lint(contractFile));
  test(`${name} finds what is broken`, {skip: why}, async () => {
    const file = join(workshop(`lint ${name}`), 'openapi.yaml');
    writeFileSync(file, readFileSync(contractFile, 'utf8').replace('#/components/schemas/Matrix', '#/components/schemas/Matrx'));
    await assert.rejects(lint(file), /Matrx/);
  });
}
