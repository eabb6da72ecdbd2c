// POST /explain: the text byte for byte, all of its arithmetic worked out again, its program run by NumPy.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {readFileSync, readdirSync} from 'node:fs';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {start} from '../../support/daemon.mjs';
import {evaluate, faultsOf} from '../explain/arithmetic.mjs';
import {mathmlFaults, problemsOf} from '../explain/judge.mjs';
import {bodies} from '../explain/random.mjs';

const here = name => new URL(`../explain/${name}`, import.meta.url);
const bookText = readFileSync(here('textbook.txt'), 'utf8');
const book = () => JSON.parse(readFileSync(new URL('../../../src/examples/textbook.json', import.meta.url), 'utf8'));
const types = {json: 'application/json', plain: 'text/plain', program: 'text/x-python'};

let daemon;
before(async () => { daemon = await start({judged: false}); }); // the tests below judge
after(() => daemon?.stop());

/** The cells of a tensor with their names, as texts have them. */
function cellsOf(name, value) {
  return Array.isArray(value) ? value.flatMap((inner, i) => cellsOf(`${name}[${i}]`, inner)) : [[name, value]];
}

const ask = (body, accept = types.json) => daemon.call('POST', '/explain', body, {accept});
async function explain(body, accept) {
  const reply = await ask(body, accept);
  assert.equal(reply.status, 200, `${reply.text.slice(0, 500)}\n${JSON.stringify(body)}`);
  return reply;
}

/** What /explain does not know is left out of a body for others; undefined if some of its samples have no y. */
function explainable({include, steps, ...body}) {
  const n = body.samples.filter(sample => sample.y || sample.dL_dy_hat).length;
  return n === 0 || n === body.samples.length ? body : undefined;
}

const folder = new URL('../vectors/', import.meta.url);
const vectors = readdirSync(folder).filter(name => name.endsWith('.json')).sort().flatMap(name => {
  const file = JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
  return (file.cases ?? [file]).map(({request}, i) => [`${name} ${i}`, explainable(request)]);
}).filter(([, body]) => body);
const examples = ['textbook', 'textbook-step'].map(name =>
  [name, explainable(JSON.parse(readFileSync(new URL(`../../../src/examples/${name}.json`, import.meta.url), 'utf8')))]);
const random = bodies(300).map((body, i) => [`random network ${i}`, body]);
const one = (network, sample, options = {}) => ({network, samples: [sample], options});
const special = Object.entries({
  'a gate that hangs on the last digit': {...book(), options: {round_decimals: null}},
  'a rounding that hangs on the last digit': one({W1: [[0.2], [-0.6]], b1: [0.9], activations: ['relu']}, {x: [1, 1], y: [1]}, {round_decimals: 0}),
  'integers beyond 64 bits': one({W1: [[1e20, 3]], b1: [0.5, 0]}, {x: [1], y: [1e20, 0.25]}),
  'integers alone, beyond 64 bits': one({W1: [[1e20, 3]], b1: [1, 0]}, {x: [2], y: [2e20, 6]}, {loss: 'sse'}),
  'softmax far out': one({W1: [[800, -800, 0]], b1: [0, 0, 0], activations: ['softmax']}, {x: [1], y: [0, 1, 0]}, {loss: 'cross_entropy'}),
  'softmax far out and right': one({W1: [[800, -800, 0]], b1: [0, 0, 0], activations: ['softmax']}, {x: [1], y: [1, 0, 0]}, {loss: 'cross_entropy'}),
  'sigmoids far out': one({W1: [[800, -800, 40]], b1: [0, 0, 0], activations: ['sigmoid']}, {x: [1], y: [0, 1, 0.5]}, {loss: 'binary_cross_entropy'}),
  'saturated units': one({W1: [[800, -800, 0]], b1: [0, 0, 0], W2: [[1], [1], [0]], b2: [0], activations: ['sigmoid', 'tanh']}, {x: [1], y: [2]}),
  'errors of 0': one({W1: [[1, -1, 0]], b1: [0, 0, 0], W2: [[0, 1], [0, 2], [0, 3]], b2: [1, 2]}, {x: [1], y: [1, 3]}),
  'sums that cancel': one({W1: [[1, -1]], b1: [0, 2], W2: [[1, -1], [2, 2]], b2: [0, 0]}, {x: [1], y: [1, -1]}, {loss: 'sse'}),
  'products too small': one({W1: [[1e-200]], b1: [0], W2: [[1e-200]], b2: [0], activations: ['identity', 'identity']}, {x: [1], dL_dy_hat: [1e-200]}),
  'a product too small': one({W1: [[-690]], b1: [0], W2: [[1]], b2: [0], activations: ['sigmoid', 'identity']}, {x: [1], dL_dy_hat: [1e-300]}),
});
const all = [...examples, ...vectors, ...special, ...random];

// ---- The three representations ----

test('the plain text of the worked example, byte for byte', async () => {
  const reply = await explain(book(), types.plain);
  assert.equal(reply.text, bookText);
  assert.match(reply.headers['content-type'], /^text\/plain/);
});

test('the program is the same in JSON and alone, and z1 of the book is its line 14', async () => {
  const {json} = await explain(book());
  const alone = await explain(book(), types.program);
  assert.equal(alone.text, `${json.program.join('\n')}\n`);
  assert.match(alone.headers['content-type'], /^text\/x-python/);
  assert.equal(json.steps[0].line, 14);
  assert.equal(json.program[13], 'z1 = np.round(x @ W1 + b1, 10)');
});

test('the steps of the book', async () => {
  const {json} = await explain(book());
  assert.deepEqual(json.steps.map(step => [step.phase, step.number, step.tensor]), [
    ['forward', null, 'z1'], ['forward', null, 'h1'], ['forward', null, 'y_hat'], ['forward', null, 'loss'],
    ['backward', 1, 'dL_dy_hat'], ['backward', 2, 'dL_dW2'], ['backward', 3, 'dL_db2'], ['backward', 4, 'dL_dh1'],
    ['backward', 5, 'dL_dz1'], ['backward', 6, 'dL_dW1'], ['backward', 7, 'dL_db1']]);
  assert.deepEqual(json.steps[0].remarks, [{code: 'on_the_boundary', index: [0],
    text: 'z1[0] is exactly 0, where relu has a corner: its derivative there is taken as 0.'}]);
  assert.deepEqual(json.steps.map(step => step.uses), [['x', 'W1', 'b1'], ['z1'], ['h1', 'W2', 'b2'], ['y_hat', 'y'],
    ['y_hat', 'y'], ['h1', 'dL_dy_hat'], ['dL_dy_hat'], ['W2', 'dL_dy_hat'], ['dL_dh1', 'dh1_dz1'], ['x', 'dL_dz1'], ['dL_dz1']]);
  assert.equal(json.steps[0].formula, 'z1[j] = b1[j] + sum over i of x[i] W1[i][j], rounded to 10 decimals');
});

const accepted = [[undefined, types.json], ['', types.json], ['*/*', types.json], ['text/*', types.plain], ['text/x-python', types.program],
  ['text/plain;q=0.5, application/json;q=0.4', types.plain], ['text/plain;q=0.5, text/x-python', types.program],
  ['text/plain, application/json', types.json], ['nonsense', types.json]];
test('Accept chooses, and Vary names it', async () => {
  for (const [accept, type] of accepted) {
    const {headers} = await explain(book(), accept);
    assert.equal(headers['content-type'].split(';')[0], type, accept);
    assert.match(headers.vary, /(^|, )Accept(,|$)/);
  }
});

test('an unacceptable representation is refused before the body is read', async () => {
  const {status, json, headers} = await ask('not JSON', 'image/png');
  assert.equal(status, 406);
  assert.equal(json.code, 'not_acceptable');
  assert.deepEqual(json.expected, Object.values(types));
  assert.match(headers.vary, /(^|, )Accept(,|$)/);
});

test('a problem is JSON, whatever is accepted', async () => {
  const {status, headers} = await ask({}, types.plain);
  assert.equal(status, 422);
  assert.equal(headers['content-type'], 'application/problem+json');
});

// ---- Its arithmetic ----

for (const shown of [undefined, 0, 3, 17]) {
  test(`every text is arithmetic that agrees with its value: shown_decimals ${shown ?? 'left out'}`, async () => {
    for (const [name, body] of shown === undefined ? all : all.slice(0, 120)) {
      const asked = {...body, ...(shown !== undefined && {shown_decimals: shown})};
      const {json} = await explain(asked);
      assert.deepEqual(problemsOf(json, asked), [], name);
    }
  });
}

test('the values are those of /backward and /forward', async () => {
  for (const [name, {learning_rate, frozen, ...body}] of all) {
    const {json} = await explain(body);
    const has_loss = body.samples.some(sample => sample.y || sample.dL_dy_hat);
    const {json: reply} = await daemon.call('POST', has_loss ? '/backward' : '/forward', body);
    for (const {phase, tensor, sample, value} of json.steps) {
      const want = phase === 'batch' ? tensor.split('.').reduce((part, key) => part[key], reply) : reply.samples[sample][tensor];
      assert.deepEqual(value, want, `${name}: ${phase} ${sample} ${tensor}`);
    }
  }
});

test('the update is that of /step', async () => {
  const updates = all.filter(([, body]) => body.learning_rate !== undefined && body.samples.every(sample => sample.y));
  assert.ok(updates.length > 50);
  for (const [name, body] of updates) {
    const {json} = await explain(body);
    const {json: reply} = await daemon.call('POST', '/step', body);
    const steps = json.steps.filter(({phase}) => phase === 'update');
    for (const {tensor, value} of steps) {
      assert.deepEqual(value, tensor.split('.').reduce((part, key) => part[key], reply), `${name}: ${tensor}`);
    }
    const remarks = steps.at(-1).remarks;
    const count = code => remarks.filter(remark => remark.code === code).length;
    assert.equal(count('newly_dead'), Object.values(reply.newly_dead).flat().length, name);
    assert.equal(count('revived'), Object.values(reply.revived).flat().length, name);
    const same = reply.parameters.total - reply.changed;
    assert.deepEqual(remarks.filter(({code}) => code === 'unchanged').map(({text}) => Number(text.split(' ')[0])), same ? [same] : [], name);
  }
});

// ---- Remarks ----

/** The remarks that the reply of /backward to one sample asks for, as [tensor, index, code], but for those of `others`. */
function remarksOf({network, options = {}}, {samples: [sample], why_zero: why}) {
  const transposed = options.layout === 'out_in';
  const L = Object.keys(network).filter(name => /^W/.test(name)).length;
  const activation = k => network.activations?.[k - 1] ?? (k < L ? 'relu' : 'identity');
  const pair = /entropy/.test(options.loss) && sample.loss !== undefined;
  const want = [];
  for (let k = 1; k <= L; k++) {
    const h = k < L ? `h${k}` : 'y_hat';
    const cell = (i, j) => transposed ? [j, i] : [i, j];
    const reason = (i, j) => transposed ? why[`W${k}`][j][i] : why[`W${k}`][i][j];
    const [units, sources] = [sample[h].length, transposed ? why[`W${k}`][0].length : why[`W${k}`].length];
    sample[`z${k}`].forEach((z, j) => z === 0 && /relu/.test(activation(k)) && want.push([`z${k}`, [j], 'on_the_boundary']));
    sample.dead[h]?.forEach((dead, j) => dead && want.push([h, [j], 'neuron_dead']));
    for (let j = 0; j < units; j++) {
      if (k === L && (pair || ['softmax', 'identity'].includes(activation(k)))) continue;
      const error = k < L ? sample[`dL_dh${k}`][j] : sample.dL_dy_hat[j];
      const slope = sample[`${k < L ? `dh${k}` : 'dy_hat'}_dz${k}`][j];
      if (sample[`dL_dz${k}`][j] === 0) {
        want.push([`dL_dz${k}`, [j], error === 0 ? 'error_zero' : slope !== 0 ? 'underflow' : activation(k) === 'relu' ? 'neuron_dead' : 'saturated']);
      }
    }
    for (let i = 0; i < sources; i++) {
      const said = code => Array.from({length: units}, (_, j) => j).find(j => reason(i, j) === code);
      for (const code of ['source_dead', 'input_zero']) if (said(code) !== undefined) want.push([`dL_dW${k}`, cell(i, said(code)), code]);
    }
  }
  const isDirect = pair || activation(L) === 'softmax'; // then dL_dzL goes past the derivative
  return {want, others: new RegExp(`^dL_dy_hat$|^dL_dh|^dL_dz${isDirect ? L : 'none'}$`)};
}

test('the remarks are those that the reasons of /backward ask for', async () => {
  const codes = new Set();
  for (const [name, {learning_rate, frozen, ...body}] of all) {
    if (body.samples.length > 1 || !(body.samples[0].y || body.samples[0].dL_dy_hat)) continue;
    const {json} = await explain(body);
    const {json: reply} = await daemon.call('POST', '/backward', body);
    const {want, others} = remarksOf(body, reply);
    const got = json.steps.flatMap(({tensor, remarks}) => remarks.map(({code, index}) => [tensor, index, code]))
      .filter(([tensor, , code]) => !others.test(tensor) && !(/^dL_dW/.test(tensor) && code === 'underflow'));
    const sorted = list => list.map(remark => JSON.stringify(remark)).sort();
    assert.deepEqual(sorted(got), sorted(want), name);
    got.forEach(([, , code]) => codes.add(code));
  }
  assert.deepEqual([...codes].sort(), ['error_zero', 'input_zero', 'neuron_dead', 'on_the_boundary', 'saturated', 'source_dead', 'underflow']);
});

const said = (json, tensor) => json.steps.find(step => step.tensor === tensor).remarks.map(({code, index, text}) => [code, index, text]);
test('remarks on errors, sums and products', async () => {
  const of = async name => (await explain(Object.fromEntries(special)[name])).json;
  assert.deepEqual(said(await of('errors of 0'), 'dL_dy_hat'), [['error_zero', [0], 'There is nothing to correct at y_hat[0].'], ['error_zero', [1], 'There is nothing to correct at y_hat[1].']]);
  assert.deepEqual(said(await of('sums that cancel'), 'dL_dh1'), [['cancels', [0], 'The terms cancel exactly: their sum is 0, although they are not.']]);
  assert.deepEqual(said(await of('products too small'), 'dL_dh1'), []);
  assert.deepEqual(said(await of('softmax far out'), 'dL_dy_hat').map(([code, index]) => [code, index]), [['underflow', [1]]]);
});

test('the judge of arithmetic sees what is wrong', () => {
  const cell = () => 2;
  const faults = (text, value, more) => faultsOf(text, value, cell, more).length > 0;
  assert.equal(evaluate('1/4 ((0.1 - 1)^2 + (-0.1 - 1)^2) - exp(0) (2)/4 + max(0, -3) + ln(1) + b[0]', cell), 0.25 * (0.81 + 1.2100000000000002) - 0.5 + 2);
  assert.ok(!faults('0.1 + (1)(0.2) = 0.30000000000000004', 0.30000000000000004));
  assert.ok(faults('0.1 + (1)(0.3) = 0.3', 0.3));
  assert.ok(faults('0.1 + (1)(0.2) = 0.3', 0.30000000000000004));
  assert.ok(faults('0.3', 0.3));
  assert.ok(!faults('-1/0 = null', null));
  assert.ok(faults('-1/2 = null', null));
  assert.ok(faults('(0.123)(1) = 0.123', 0.123, {shown: 2}));
  assert.throws(() => evaluate('1 + ', cell));
  assert.throws(() => evaluate('(1', cell));
  assert.deepEqual(mathmlFaults('<math><mi>x</mi></math>'), []);
  for (const wrong of ['<math><mi>x</math>', '<math>x</math>', '<math><mfrac><mi>x</mi></mfrac></math>', '<math><b>x</b></math>', '<mi>x</mi>']) {
    assert.ok(mathmlFaults(wrong).length > 0, wrong);
  }
});

// ---- Its program ----

/** What the programs print, all run by one Python. */
async function runAll(programs) {
  const python = spawn(process.env.PYTHON ?? '/usr/bin/python3', [fileURLToPath(here('run_programs.py'))]);
  let out = '', said = '';
  python.stdout.setEncoding('utf8').on('data', piece => { out += piece; });
  python.stderr.setEncoding('utf8').on('data', piece => { said += piece; });
  python.stdin.end(programs.map(program => `${JSON.stringify({program})}\n`).join(''));
  await new Promise(done => python.on('close', done));
  assert.equal(said, '', 'a program warns');
  return out.trim().split('\n').map(line => JSON.parse(line));
}

function isNear(got, want) {
  if (Array.isArray(want)) return Array.isArray(got) && got.length === want.length && want.every((part, i) => isNear(got[i], part));
  if (want === null || got === null) return got === want;
  return Math.abs(got - want) <= 1e-12 * Math.max(1, Math.abs(want));
}

test('the programs print what the service replies', async () => {
  const replies = [];
  for (const [, body] of all) replies.push((await explain(body)).json);
  const printed = await runAll(replies.map(({program}) => program));
  assert.equal(printed.length, all.length);
  for (const [i, got] of printed.entries()) {
    const [name, body] = all[i];
    assert.equal(got.failed, undefined, name);
    const one = body.samples.length === 1;
    const of = (sample, tensor) => got[one ? tensor : `samples[${sample}].${tensor}`];
    for (const {phase, sample, tensor, value} of replies[i].steps) {
      const number = phase === 'batch' || phase === 'update' ? got[tensor] : of(sample, tensor);
      assert.ok(isNear(number, value), `${name}: ${phase} ${sample} ${tensor}: ${JSON.stringify(number)}, not ${JSON.stringify(value)}`);
    }
    if (!replies[i].steps.some(({phase}) => phase === 'backward')) continue;
    const {learning_rate, frozen, ...asked} = body;
    const {json} = await daemon.call('POST', '/backward', asked);
    for (const [s, sample] of json.samples.entries()) {
      for (const [tensor, mask] of Object.entries(sample)) { // of relu and its kin: exactly
        const k = Number(tensor.match(/^dh(\d+)_dz/)?.[1]);
        if (!k) continue;
        const is_mask = /relu/.test(body.network.activations?.[k - 1] ?? 'relu');
        assert.ok(is_mask ? JSON.stringify(of(s, tensor)) === JSON.stringify(mask.map(Number)) || assert.deepEqual(of(s, tensor), mask) === undefined
          : isNear(of(s, tensor), mask), `${name}: ${s} ${tensor}`);
      }
    }
  }
});

// ---- What is asked ----

const faultsOfReply = ({json}) => json.errors.map(({pointer, code}) => `${code} ${pointer}`);
const wrong = {
  'a sample without y beside one with it': [{...book(), samples: [...book().samples, {x: [1, 0, 0, 1]}]}, ['missing_member #/samples/1/y']],
  'y and dL_dy_hat': [{...book(), samples: [{...book().samples[0], dL_dy_hat: [1, 1, 1, 1]}]}, ['incompatible #/samples/0/dL_dy_hat']],
  'steps and include': [{...book(), steps: 1, include: []}, ['unknown_member #/include', 'unknown_member #/steps']],
  'a learning rate without a loss': [{...book(), samples: [{x: [1, 0, 1, 1]}], learning_rate: 1}, ['incompatible #/learning_rate']],
  'a negative learning rate': [{...book(), learning_rate: -1}, ['out_of_range #/learning_rate']],
  'a tensor that is not there': [{...book(), frozen: ['b3']}, ['unknown_value #/frozen/0']],
  'decimals beyond 17': [{...book(), shown_decimals: 18}, ['out_of_range #/shown_decimals']],
  'decimals below 0': [{...book(), shown_decimals: -1}, ['out_of_range #/shown_decimals']],
  'half a decimal': [{...book(), shown_decimals: 1.5}, ['wrong_type #/shown_decimals']],
  'decimals in words': [{...book(), shown_decimals: 'all'}, ['wrong_type #/shown_decimals']],
};
for (const [what, [body, faults]] of Object.entries(wrong)) {
  test(`refused: ${what}`, async () => {
    const {include, ...asked} = body;
    const reply = await ask(what === 'steps and include' ? body : asked);
    assert.equal(reply.status, 422);
    assert.deepEqual(faultsOfReply(reply).sort(), faults);
  });
}

test('without any y only the forward pass is explained', async () => {
  const {json} = await explain({...book(), samples: [{x: [1, 0, 1, 1]}, {x: [0, 0, 0, 0]}]});
  assert.ok(json.steps.every(({phase, tensor}) => phase === 'forward' && tensor !== 'loss'));
});

test('a unit that is off for one sample of several is not called dead', async () => {
  const {text} = await explain({...book(), samples: [...book().samples, {x: [0, 1, 0, 0], y: [0, 0, 1, 0]}]}, types.plain);
  assert.doesNotMatch(text, /\bdead\b/);
  assert.equal(text.match(/ off on this sample\n/g).length, 4);
  assert.match(text, /h1\[2\] is off: its four weights get nothing from this sample\n/);
});

/** Cells of a text whose value is shown as 0, with no remark that gives a reason; those that are not 0 say so. */
function hiddenZeros(text) {
  return text.split('\n').filter(line => /^ {4}\S.* = 0 {6}not quite 0: -?\d[.]\de[-+]\d+$/.test(line)).map(line => line.trim().split(' ')[0]);
}

test('a value that is shown as 0 and is not says so, in all texts', async () => {
  let seen = 0;
  for (const [name, body] of all.filter(([, each]) => each.samples.length === 1)) {
    const [{json}, {text}] = [await explain({...body, shown_decimals: 2}), await explain({...body, shown_decimals: 2}, types.plain)];
    const cells = json.steps.flatMap(({tensor, value}) => cellsOf(tensor, value)).filter(([, value]) => value !== null && value !== 0 && Math.abs(value * 100) <= 0.5);
    const told = hiddenZeros(text);
    for (const cell of told) assert.ok(cells.some(([at]) => at === cell), `${name}: ${cell} is 0, or can be seen`);
    const said = new Set(told);
    for (const [cell] of cells) if (!json.steps.some(({tensor, remarks}) => cell.startsWith(tensor) && remarks.length)) assert.ok(said.has(cell), `${name}: ${cell} is called 0`);
    seen += told.length;
  }
  assert.ok(seen > 20, `only ${seen} values were seen`);
});

test('a loss of one output is no sum', async () => {
  const said = async (activation, loss) => /^The loss +\S+ = (.*)$/m.exec((await explain(one({W1: [[1]], b1: [0], activations: [activation]}, {x: [1], y: [0]}, {loss}), types.plain)).text)[1];
  assert.equal(await said('identity', 'mse'), '(y_hat - y)^2');
  assert.equal(await said('identity', 'half_sse'), '1/2 (y_hat - y)^2');
  assert.equal(await said('sigmoid', 'binary_cross_entropy'), 'minus (y ln(y_hat) + (1 - y) ln(1 - y_hat))');
});

test('shown_decimals null shows all digits in plain text too, and 2 shows two', async () => {
  assert.match((await explain({...book(), shown_decimals: null}, types.plain)).text, / = 0\.8962500000000001\n/);
  assert.match((await explain({...book(), shown_decimals: 2}, types.plain)).text, / = 0\.9\n/);
});

test('a number beyond the largest double is not finite, and dL_dx, which no line shows, may be', async () => {
  const {status, json} = await ask({...book(), samples: [{x: [1e308, 1e308, 1e308, 1e308], y: [1, 1, 0, 1]}]});
  assert.equal(status, 422);
  assert.equal(json.code, 'not_finite');
  const network = {W1: [[1e200]], b1: [1]};
  await explain({network, samples: [{x: [0], dL_dy_hat: [1e200]}]});
});

test('the terms are counted before any work', async () => {
  const lengths = step => [step.value].flat(2).length;
  const fan = {z1: 4, y_hat: 3, loss: 4, dL_dh1: 4};
  const terms = (await explain(book())).json.steps.reduce((sum, step) => sum + lengths(step) * (fan[step.tensor] ?? 1), 0);
  for (const [limit, status] of [[terms, 200], [terms - 1, 422]]) {
    const own = await start({args: ['--max-explained-terms', String(limit)], judged: false});
    const reply = await own.call('POST', '/explain', book());
    await own.stop();
    assert.equal(reply.status, status, reply.text.slice(0, 300));
    if (status === 422) {
      assert.deepEqual(reply.json.errors.map(({pointer, code, expected, got}) => [pointer, code, expected, got]), [['#', 'limit_exceeded', terms - 1, terms]]);
    }
  }
});
