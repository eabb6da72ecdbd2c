// Random networks against exact fractions (tests/api/vectors/reference.py).
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {binary, start} from '../../support/daemon.mjs';
import {differences, misspeltNumbers} from '../vectors/compare.mjs';

const pytorch = fileURLToPath(new URL('../vectors/pytorch.py', import.meta.url));
const reference = fileURLToPath(new URL('../vectors/reference.py', import.meta.url));
const rule = {tolerance: 1e-11, exactZeros: true, whole: true};
const seeds = [1, 2, 3, 4, 5, 6];
const countPerSeed = 150;
const losses = ['mse', 'sse', 'half_mse', 'half_sse', 'cross_entropy', 'binary_cross_entropy', 'sum_binary_cross_entropy'];
const activations = ['relu', 'leaky_relu', 'sigmoid', 'tanh', 'identity', 'softmax'];
const reasons = ['error_zero', 'neuron_dead', 'saturated', 'source_dead', 'input_zero', 'underflow',
  'mixed', 'cancels'];

async function python(...args) {
  const run = promisify(execFile)('python3', [reference, ...args], {maxBuffer: 1 << 28});
  const {stdout} = await run.catch(error => {
    throw new Error(`${error.message}\n${error.stdout}`);
  });
  return stdout;
}

async function draw(seed) {
  const text = await python('random', '--seed', `${seed}`, '--count', `${countPerSeed}`);
  const lines = text.trim().split('\n');
  return lines.map((line, i) => ({name: `seed ${seed} case ${i}`, ...JSON.parse(line)}));
}

let daemon;
let cases = []; // {name, path, request, expect, text, got}

async function post(path, request, name = '') {
  const reply = await daemon.call('POST', path, request);
  assert.equal(reply.status, 200, `${name}: ${reply.text.slice(0, 500)}`);
  return reply.text;
}

before(async () => {
  daemon = await start(); // first, so that it is stopped whatever comes
  cases = (await Promise.all(seeds.map(draw))).flat();
  for (const one of cases) {
    one.text = await post(one.path, one.request, one.name);
    one.got = JSON.parse(one.text);
  }
});
after(() => daemon?.stop());

const depthOf = network => Object.keys(network).filter(name => name.startsWith('W')).length;

function activationsOf(network) {
  return network.activations ?? [...Array(depthOf(network) - 1).fill('relu'), 'identity'];
}

/** Pre-activations of a relu that came back as exactly 0. */
function zerosAtRelu({request, got}) {
  const ofRelu = activationsOf(request.network).map(name => name === 'relu');
  const z = (got.samples ?? []).flatMap(sample =>
    ofRelu.flatMap((isRelu, i) => isRelu ? sample[`z${i + 1}`] : []));
  return z.filter(value => value === 0).length;
}

/** Asserts that a property of the cases takes each of the values, several times. */
function assertCovered(values, wanted, least) {
  for (const value of wanted) {
    const count = values.filter(one => one === value).length;
    assert.ok(count >= least, `${value} occurs ${count} times, at least ${least} wanted`);
  }
}

test('the committed vectors agree with exact fractions', async () => {
  assert.match(await python('check'), /^\d{2,} cases in \d{2,} files, 0 differences$/m);
});

test('the values that the core is held to are those of their script', async () => {
  const file = name => fileURLToPath(new URL(`../../unit/core/decimal_values.${name}`, import.meta.url));
  const {stdout} = await promisify(execFile)('python3', [file('py')], {maxBuffer: 1 << 28});
  assert.equal(stdout, readFileSync(file('h'), 'utf8'));
});

test('random networks agree with exact fractions', () => {
  assert.equal(cases.length, seeds.length * countPerSeed);
  const wrong = cases.flatMap(({name, path, got, expect}) =>
    differences(got, expect, rule).slice(0, 3).map(line => `${name} ${path} ${line}`));
  assert.deepEqual(wrong.slice(0, 20), [], `${wrong.length} differences`);
});

test('random networks agree with PyTorch', async t => {
  const {stdout} = await promisify(execFile)(process.env.PYTHON ?? '/usr/bin/python3', [pytorch, binary])
    .catch(error => { throw new Error(`${error.message}\n${error.stdout}`); });
  if (stdout.startsWith('SKIPPED')) return t.skip(stdout.trim());
  assert.match(stdout, /^200 networks, 0 differences from PyTorch/m);
});

test('every number is written as JSON.stringify writes it', () => {
  const misspelt = cases.flatMap(({name, text}) =>
    misspeltNumbers(text).map(word => `${name}: ${word}`));
  assert.deepEqual(misspelt, []);
});

test('a gradient has a reason exactly where it is exactly 0', () => {
  const replies = cases.filter(({got}) => got.why_zero);
  assert.ok(replies.length >= 100, `${replies.length} replies`);
  for (const {name, got} of replies) {
    const flat = tensors => Object.values(tensors).filter(tensor => tensor !== null).flat(2);
    const gradients = flat(got.gradients);
    const explained = flat(got.why_zero).map(reason => reason !== null);
    assert.deepEqual(explained, gradients.map(gradient => gradient === 0), name);
    assert.equal(got.parameters.nonzero, gradients.filter(gradient => gradient !== 0).length, name);
  }
});

test('the random networks cover what they are there for', () => {
  const networks = cases.map(({request}) => request.network);
  const options = cases.map(({request}) => request.options ?? {});
  assertCovered(cases.map(({path}) => path), ['/forward', '/backward', '/step'], 50);
  assertCovered(networks.map(depthOf), [1, 2, 3, 4, 5], 30);
  assertCovered(cases.map(({request}) => request.samples.length), [1, 2, 3, 4, 5, 6, 7], 20);
  assertCovered(networks.flatMap(activationsOf), activations, 50);
  assertCovered(networks.map(network => activationsOf(network).at(-1)), activations, 20);
  assertCovered(networks.map(network => 'activations' in network), [true, false], 20);
  assertCovered(options.map(({loss}) => loss), [...losses, undefined], 20);
  assertCovered(options.map(o => o.round_decimals), [...Array(16).keys(), null, undefined], 3);
  assertCovered(options.map(o => o.relu_at_zero), [0, 0.25, 0.3, 0.5, 1, undefined], 10);
  assertCovered(cases.map(({request}) => request.steps), [1, 2, 3, 4, undefined], 5);
  assertCovered(options.map(({reduction}) => reduction), ['mean', 'sum', undefined], 30);
  assertCovered(options.map(({layout}) => layout), ['in_out', 'out_in', undefined], 30);
  assertCovered(networks.map(network => 'biases' + Object.values(network).includes(null)), ['biasestrue', 'biasesfalse'], 50);
  assertCovered(cases.map(({request}) => (request.frozen ?? []).length), [0, 1, 2], 10);
  const samples = cases.flatMap(({request, path}) => path === '/backward' ? request.samples : []);
  assertCovered(samples.map(sample => 'dL_dy_hat' in sample), [true, false], 50);
  const ends = cases.map(({request}) => `${activationsOf(request.network).at(-1)} ${request.options?.loss ?? 'mse'}`);
  assertCovered(ends, ['softmax mse', 'softmax half_sse', 'softmax cross_entropy', 'sigmoid binary_cross_entropy', 'sigmoid mse'], 5);
  const shown = cases.flatMap(({got}) => (got.samples ?? []).flatMap(sample => sample.dL_dy_hat ?? []));
  assertCovered(shown.map(value => value === null), [true], 10);
  const given = cases.flatMap(({got}) => Object.keys(got.parameters?.zero_because ?? {}));
  assertCovered(given, reasons, 5);
});

test('many of the networks have a relu at exactly 0', () => {
  const count = cases.filter(one => zerosAtRelu(one) > 0).length;
  assert.ok(count >= 75, `${count} networks`);
});

test('steps really kill and revive units', () => {
  const units = name => cases.flatMap(({got}) => Object.values(got[name] ?? {}).flat()).length;
  assert.ok(units('newly_dead') >= 5, `${units('newly_dead')} newly dead`);
  assert.ok(units('revived') >= 5, `${units('revived')} revived`);
});

/** The texts of the entries of the top-level member "samples". */
function sampleTexts(text) {
  const texts = [];
  let depth = 0;
  let begin = text.lastIndexOf('"samples"');
  assert.ok(begin >= 0, 'no samples');
  for (let at = begin; depth > 0 || texts.length === 0 || text[at] !== ']'; at++) {
    if (text[at] === '{' && depth++ === 0) begin = at;
    if (text[at] === '}' && --depth === 0) texts.push(text.slice(begin, at + 1));
    assert.ok(at < text.length, 'the array has no end');
  }
  return texts;
}

test('a sample alone gives the very bytes that it gives in a batch', async () => {
  const isBatch = ({path, got}) => path !== '/step' && got.samples?.length > 1;
  const batches = cases.filter(isBatch).slice(0, 80);
  assert.equal(batches.length, 80);
  for (const {name, path, request, text} of batches) {
    const together = sampleTexts(text);
    assert.equal(together.length, request.samples.length, name);
    for (const [i, sample] of request.samples.entries()) {
      const [alone] = sampleTexts(await post(path, {...request, samples: [sample]}));
      assert.equal(alone, together[i], `${name} sample ${i}`);
    }
  }
});

test('the same request gives the same bytes, also among others', async () => {
  const some = cases.slice(0, 60);
  const again = await Promise.all(some.map(({path, request}) => post(path, request)));
  assert.deepEqual(again, some.map(({text}) => text));
});
