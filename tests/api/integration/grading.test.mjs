// The referee over HTTP: verdicts of an independent implementation, every mistake by name, and what no reply may tell.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {readFileSync, readdirSync} from 'node:fs';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {binary, start} from '../../support/daemon.mjs';
import {commandsOf} from '../../support/pages.mjs';
import {cellsOf, compact, dice, mapCells, only, sentencesOf, sevenSteps, wordless} from '../grading/answers.mjs';
import {differences} from '../vectors/compare.mjs';

const folder = new URL('../grading/', import.meta.url);
const read = name => readFileSync(new URL(name, folder), 'utf8');
const lines = name => read(name).trim().split('\n').map(line => JSON.parse(line));
const vector = name => JSON.parse(read(`vectors/${name}.json`));
const book = () => vector('review').request;
const rule = {tolerance: 1e-6, whole: true};

let daemon;
before(async () => { daemon = await start(); });
after(() => daemon?.stop());

async function post(path, request) {
  const reply = await daemon.call('POST', path, request);
  assert.equal(reply.status, 200, `${path}: ${reply.text.slice(0, 500)}`);
  return reply;
}

const grade = async request => (await post('/grade', request)).json;

/** What /backward says of a task, as an answer to it. */
async function rightAnswers({network, samples, options}) {
  return (await post('/backward', {network, samples, ...(options && {options})})).json;
}

// ---- Verdicts ----

const named = readdirSync(new URL('vectors/', folder)).map(name => name.replace('.json', '')).filter(name => name !== 'refused');

test('no vector has been lost', () => {
  assert.ok(named.length >= 21, `${named.length} vectors`);
});

for (const name of named) {
  const {about, path, cases, request, expect} = vector(name);
  test(`${name}: ${about}`, async () => {
    for (const one of cases ?? [{request, expect}]) {
      const {json} = await post(path, one.request);
      assert.deepEqual(differences(wordless(json), wordless(one.expect), {...rule, whole: path !== '/check'}), []);
    }
  });
}

test('420 random requests get the verdicts of the reference', async () => {
  const cases = lines('cases.jsonl');
  assert.equal(cases.length, 420);
  const wrong = [];
  for (const [i, {request, expect}] of cases.entries()) {
    wrong.push(...differences(compact(await grade(request)), wordless(expect), rule, `case ${i}`));
  }
  assert.deepEqual(wrong, []);
});

test('requests that are refused, and where', async () => {
  const {about, cases} = vector('refused');
  const turned = vector('out_in_sum_no_bias').request;
  const own = await start({args: ['--only', '/grade,/step']});
  try {
    for (const {request, errors} of cases) {
      const {answers, marking, ...task} = request.options ? turned : book();
      const {status, json} = await own.call('POST', '/grade', {...task, ...request});
      assert.equal(status, 422, `${about}: ${JSON.stringify(request)}`);
      assert.deepEqual(json.errors.map(({pointer, code}) => ({pointer, code})), errors, JSON.stringify(request));
    }
  } finally {
    await own.stop();
  }
});

// ---- What is said ----

/** Requests with a name each: those of the vectors, and the mistakes planted in the worked example. */
function* allRequests() {
  for (const name of named.filter(one => vector(one).path === '/grade')) yield [name, vector(name).request];
  for (const {code, step, answers} of lines('planted.jsonl')) yield [`${code} at ${step}`, {...book(), answers}];
  yield* Object.entries(JSON.parse(read('said.json')));
}

test('what is said to students, word for word', async () => {
  const said = [];
  for (const [name, request] of allRequests()) said.push(`# ${name}`, ...sentencesOf(await grade(request)), '');
  assert.equal(`${said.join('\n')}`, read('said.txt'));
});

test('an exercise says what to work out, and what was agreed on', async () => {
  const task = async request => (await post('/exercise', request)).json.task;
  assert.equal(await task({seed: 7, sizes: [2, 2, 1], options: {relu_at_zero: 0.5, loss: 'half_sse'}}), 'A network of 2 inputs, 2 units (relu) and 1 output (identity). ' +
    'The loss of a sample is half the sum of (y_hat - y)^2 over the outputs. At z = 0 the derivative of relu is taken as 0.5. ' +
    'Work out z1, h1, y_hat, loss, dL_dy_hat, dL_dW2, dL_db2, dL_dh1, dL_dz1, dL_dW1, dL_db1.');
  assert.equal(await task({sizes: [1, 2], activations: ['tanh'], samples: 2, options: {reduction: 'sum'}, marking: {weights: {dL_dW1: 2, 'gradients.W1': 1, z1: 0}}}),
    'A network of 1 input and 2 outputs (tanh). The loss of a sample is the mean of (y_hat - y)^2 over the outputs. ' +
    'The loss and the gradients of the batch are sums over the samples. Work out dL_dW1, gradients.W1.');
});

test('what is said of gradients that are not the slope of the loss, or that stand at a corner', async () => {
  const said = async request => Object.values((await post('/check', request)).json.check).flat(2).flatMap(({message}) => message ?? []);
  const {body} = (await post('/exercise', {seed: 7, sizes: [2, 2, 1]})).json;
  const corner = (name, right, gradient, verdict) => `${name}: the loss has a corner here, with the slope 0 on the left and ${right} on the right. The gradient, ${gradient}, ${verdict}.`;
  const fine = 'is one of the two: it is fine';
  assert.deepEqual(await said(body), [corner('W1[0][0]', 0.144, 0, fine), corner('W1[1][0]', 0.288, 0, fine), corner('b1[0]', 0.144, 0, fine)]);
  const turned = {...body, network: {...body.network, W1: [0, 1].map(unit => body.network.W1.map(row => row[unit])), W2: [body.network.W2.flat()]}, options: {layout: 'out_in'}};
  assert.deepEqual(await said({...turned, gradients: {W1: [[0.072, 0.3], [-0.336, -0.672]], W2: [[0.1, 0.864]], b1: [-0.1, -0.168], b2: [-0.96]}}), [
    corner('W1[0][0]', 0.144, 0.072, 'lies between them: it is fine'), corner('W1[0][1]', 0.288, 0.3, 'does not lie between them'),
    corner('b1[0]', 0.144, -0.1, 'does not lie between them'), 'b1[1]: the gradient is -0.168, but the slope of the loss is -0.336: a factor 2 is missing.',
    'W2[0][0]: the gradient is 0.1, but the slope of the loss is 0.', 'W2[0][1]: the gradient is 0.864, but the slope of the loss is -0.864: the sign is the wrong way round.',
    'b2[0]: the gradient is -0.96, but the slope of the loss is -0.48: there is one factor 2 too many.']);
});

// ---- The worked example ----

test('each mistake of the catalogue, made in the worked example, comes back by its name', async () => {
  const mistakes = lines('planted.jsonl');
  assert.equal(mistakes.length, 45);
  const {hidden} = vector('review').expect;
  for (const {code, step, answers} of mistakes) {
    const reply = await grade({...book(), answers});
    if (hidden.some(one => one.code === code && one.step === step)) {
      assert.equal(reply.score, 1, `${code} cannot be seen`);
      continue;
    }
    const [first, ...others] = reply.mistakes;
    assert.deepEqual(others, [], `${code} at ${step}`);
    assert.ok([first.code, ...first.or ?? []].includes(code), `${code} at ${step} is called ${first.code}`);
    assert.ok(first.steps.includes(step), `${code} at ${step} is found at ${first.steps}`);
    const wrong = reply.steps.filter(({status}) => status === 'wrong').map(({step: name}) => name);
    assert.deepEqual(wrong, [step], code);
  }
});

test('the whole reply of /backward, and of /step, is worth 1', async () => {
  const body = {...book(), learning_rate: 0.1};
  const backward = await rightAnswers(body);
  const step = (await post('/step', {...body, include: ['samples', 'why_zero']})).json;
  for (const answers of [backward, step]) {
    const reply = await grade({...body, answers});
    assert.deepEqual([reply.score, reply.note, reply.mistakes], [1, '', []]);
  }
});

test('null asks for nothing in place of a container, and is blank in place of a step', async () => {
  const reply = await grade({...book(), answers: {samples: [null], gradients: null, network: null, loss: null}});
  assert.deepEqual(reply.steps.map(({step, status}) => [step, status]), [['loss', 'blank']]);
  const one = await grade({...book(), answers: {samples: [{z1: null}]}});
  assert.deepEqual(one.steps.map(({step, status, cells}) => [step, status, cells]), [['z1', 'blank', {blank: 3}]]);
});

test('an empty text is blank, spaces are not a number, and counts are whole', async () => {
  const reply = await grade({...book(), answers: {samples: [{z1: ['', null, ' ']}], parameters: {nonzero: 12.5, zero: '19.0'}}});
  assert.deepEqual(reply.marks, {samples: [{z1: [null, null, null]}], parameters: {nonzero: null, zero: 'right'}});
  assert.deepEqual(reply.unreadable.map(({pointer, detail}) => [pointer, detail.slice(0, 19)]),
    [['#/answers/samples/0/z1/2', '" ": not a number: '], ['#/answers/parameters/nonzero', 'a whole number is n']]);
});

test('words name the activations of the steps that they speak of, and their rules', async () => {
  const {body} = (await post('/exercise', {seed: 4, sizes: [2, 3, 2, 2], activations: ['relu', 'tanh', 'sigmoid']})).json;
  const {samples: [{z2, h2, z3}]} = await rightAnswers(body);
  const told = async answers => (await grade({...body, answers: {samples: [answers]}})).mistakes.map(({message, hint}) => [message, hint]);
  assert.deepEqual(await told({z3, y_hat: z3}), [['y_hat: this is z itself: the activation was not applied.', 'What does sigmoid make of this z?']]);
  assert.deepEqual(await told({z2, h2: z2}), [['h2: this is z itself: the activation was not applied.', 'What does tanh make of this z?']]);
  const both = {dh2_dz2: z2.map(z => 1 - z * z), dy_hat_dz3: z3.map(z => z * (1 - z))};
  assert.deepEqual(await told(both), [['dy_hat_dz3, dh2_dz2: z was put into a rule that is written with h.',
    'The rule is h (1 - h) for sigmoid and 1 - h^2 for tanh. Which number of the forward pass is h?']]);
  assert.deepEqual(await told({h2, dh2_dz2: both.dh2_dz2}), [['dh2_dz2: z was put into a rule that is written with h.', 'The rule is 1 - h^2. Which number of the forward pass is h?']]);
});

test('the one wrong cell is named in the layout posted', async () => {
  const {body} = (await post('/exercise', {seed: 5, sizes: [4, 3], samples: 2, options: {layout: 'out_in'}})).json;
  const right = await rightAnswers(body);
  const samples = right.samples.map(sample => only(sample, ['dL_dy_hat', 'dL_dW1']));
  const {dL_dW1: matrix} = samples[1];
  const row = 2;
  const column = matrix[row].findIndex(value => Math.abs(value) > 0.05);
  matrix[row][column] *= -1;
  const {mistakes, marks} = await grade({...body, answers: {samples}});
  assert.deepEqual(mistakes.map(({code, at}) => [code, at]), [['one_sign', `#/answers/samples/1/dL_dW1/${row}/${column}`]]);
  assert.equal(marks.samples[1].dL_dW1[row][column], 'wrong');
});

// ---- Numbers without working ----

const everywhere = async value => {
  const [sample] = (await rightAnswers(book())).samples;
  return mapCells({samples: [only(sample, sevenSteps)]}, () => value);
};

test('0 everywhere and 1 everywhere earn nothing', async () => {
  for (const value of [0, '0', '0.000', 1, '1.0']) {
    const reply = await grade({...book(), answers: await everywhere(value)});
    assert.equal(reply.score, 0, `${value} everywhere`);
    if (reply.decimals === 3) assert.equal(reply.all_zero_score, 0);
  }
});

test('an invented start with all the rest consistent earns at most 0.13', async () => {
  const roll = dice(5);
  for (let i = 0; i < 40; i++) {
    const invented = Array.from({length: 4}, () => (roll(199) - 99) / 100);
    const {network, samples: [{x}]} = book();
    const [sample] = (await post('/backward', {network, samples: [{x, dL_dy_hat: invented}]})).json.samples;
    const reply = await grade({...book(), answers: {samples: [only(sample, sevenSteps)]}});
    assert.ok(reply.score <= 0.13, `${invented} earns ${reply.score}`);
  }
});

test('leaving steps out does not help where the weights name them', async () => {
  const [sample] = (await rightAnswers(book())).samples;
  const weights = Object.fromEntries(sevenSteps.map(name => [name, 1]));
  const reply = await grade({...book(), answers: {samples: [only(sample, ['dL_db1'])]}, marking: {weights}});
  assert.ok(Math.abs(reply.score - 1 / 7) < 1e-6, `${reply.score}`);
  assert.deepEqual(reply.steps.filter(({status}) => status === 'blank').length, 6);
});

test('0.1 everywhere with one decimal shown is marked at the decimals asked for', async () => {
  const coarse = await grade({...book(), answers: await everywhere('0.1')});
  const fine = await grade({...book(), answers: await everywhere('0.1'), marking: {decimals: 3}});
  assert.equal(coarse.decimals, 1);
  assert.equal(fine.decimals, 3);
  assert.ok(fine.score <= coarse.score && fine.score < 0.05, `${coarse.score} and ${fine.score}`);
});

// ---- What no reply may tell ----

const losses = [{}, {}, {loss: 'half_sse', layout: 'out_in'}, {loss: 'cross_entropy'}, {loss: 'binary_cross_entropy', reduction: 'sum'}];

/** A small exercise; many of them have the same shapes. */
function specOf(roll, seed) {
  const options = losses[roll(losses.length)];
  const last = {cross_entropy: 'softmax', binary_cross_entropy: 'sigmoid'}[options.loss] ?? 'identity';
  const hidden = roll(3) ? [['relu', 'tanh'][roll(2)]] : [];
  return {seed, tries: 1, sizes: [2 + roll(2), ...hidden.map(() => 2), 1 + roll(2)], activations: [...hidden, last], samples: 1 + roll(2), options};
}

/** A right answer with something done to it. */
function spoilt(answers, roll) {
  const kind = roll(6);
  const one = roll(cellsOf(answers).length);
  let n = 0;
  return mapCells(answers, cell => {
    const isThis = n++ === one;
    if (typeof cell !== 'number') return cell;
    if (kind === 1) return 2 * cell;
    if (kind === 2) return -cell;
    if (kind === 3 && isThis) return ['', 'x', -cell, 7][roll(4)];
    if (kind === 4) return cell.toFixed(roll(4));
    if (kind === 5) return roll(4) ? cell : null;
    return cell;
  });
}

/** 2,000 requests with the right values and the reply of each, made once. */
let drawn;
async function draw() {
  const roll = dice(11);
  drawn ??= (async () => {
    const all = [];
    for (let i = 0; i < 500; i++) {
      const {body} = (await post('/exercise', specOf(roll, i))).json;
      const right = await rightAnswers(body);
      const parts = [{samples: right.samples}, {gradients: right.gradients}, {samples: right.samples, gradients: right.gradients}, {dead: right.dead, parameters: right.parameters, gradients: right.gradients}];
      for (const part of parts) {
        const request = {...body, answers: spoilt(part, roll)};
        all.push({request, right, text: (await post('/grade', request)).text});
      }
    }
    return all;
  })();
  return drawn;
}

/** What a reply may depend on: the marks, the names of what fits, the weights, all_zero_score, what could not be read, and, for
 * the credits, which right values are 0. */
function verdictOf({all_zero_score: allZero, decimals, mistakes, steps, unreadable, marks}, {request, right}) {
  const {answers, network, options} = request;
  const names = mistakes.map(({code, steps: at, or, with: other, at: cell}) => [code, at, or, other, cell]);
  const reasons = steps.map(({step, reason, weight}) => [step, reason, weight]);
  const zeros = Object.keys(answers).map(part => cellsOf(right[part]).map(value => typeof value === 'number' && Math.abs(value) <= 1e-9));
  return JSON.stringify([marks, names, reasons, allZero, decimals, unreadable, network.activations, options, zeros]);
}

test('a reply is a function of the verdict alone: 2,000 of them', async () => {
  const texts = new Map();
  let again = 0;
  for (const {text, ...one} of await draw()) {
    const verdict = verdictOf(JSON.parse(text), one);
    again += texts.has(verdict);
    assert.equal(text, texts.get(verdict) ?? text, verdict.slice(0, 500));
    texts.set(verdict, text);
  }
  assert.ok(again > 100, `only ${again} replies had a verdict that another one has`);
});

const inStrings = text => [...text.matchAll(/"(?:[^"\\]|\\.)*"/g)].map(([string]) => string).join(' ');
const significant = numeral => numeral.replace(/e.*/i, '').replace(/[.]/g, '').replace(/^0+/, '').length;
const numerals = text => [...text.matchAll(/\d+(?:[.]\d+)?(?:e[+-]?\d+)?/gi)].map(([numeral]) => numeral);

test('no number of three or more digits of a right answer stands in a reply: 2,000 of them', async () => {
  const constant = /not a number: write the result alone, like -0.0125, -0,0125, -1\/80 or -1.25e-2/g;
  for (const {request, right, text} of await draw()) {
    const {score, all_zero_score: allZero, decimals, steps, ...rest} = JSON.parse(text);
    // beside the scores and counts a reply has no numbers but those in its words
    assert.ok(cellsOf({...rest, steps: steps.map(({credit, weight, cells, ...step}) => step)}).every(cell => typeof cell !== 'number'), text);
    const posted = new Set(numerals(JSON.stringify(request)));
    const told = numerals(inStrings(text).replace(constant, '')).filter(numeral => significant(numeral) >= 3 && !posted.has(numeral));
    const values = cellsOf([right.samples, right.gradients, right.loss]).filter(value => typeof value === 'number').map(Math.abs);
    for (const numeral of told) {
      assert.ok(!values.some(value => value.toPrecision(significant(numeral)) === Number(numeral).toPrecision(significant(numeral))), `${numeral} in ${text}`);
    }
  }
});

test('with reveal the right values come back, in the shape of the answers', async () => {
  const right = await rightAnswers(book());
  const answers = {gradients: mapCells(right.gradients, () => 0.5), samples: [only(right.samples[0], ['z1', 'dL_dW2'])], parameters: {nonzero: 1, zero: 2}, dead: {h1: [true, true, true]}};
  const {expected} = await grade({...book(), answers, marking: {reveal: true}});
  assert.deepEqual(expected.gradients, {W2: right.gradients.W2, b2: right.gradients.b2, W1: right.gradients.W1, b1: right.gradients.b1});
  assert.deepEqual(expected.samples, [only(right.samples[0], ['z1', 'dL_dW2'])]);
  assert.deepEqual(expected.parameters, {nonzero: 12, zero: 19});
  assert.deepEqual(expected.dead, right.dead);
});

// ---- Limits ----

test('pairs are left out where they alone are too much work, and then the request', async () => {
  const answers = vector('gradients_only').request;
  const statusOf = async work => {
    const own = await start({args: ['--max-work', String(work)]});
    try {
      const {status, json} = await own.call('POST', '/grade', answers);
      return status === 200 ? json.pairs_left_out ?? false : json.errors.map(({code, pointer}) => `${code} ${pointer}`).join();
    } finally {
      await own.stop();
    }
  };
  const seen = [];
  for (let work = 2 ** 30; work > 2 ** 18; work /= 2) seen.push(await statusOf(work));
  const kinds = seen.filter((kind, i) => kind !== seen[i - 1]);
  assert.deepEqual(kinds, [false, true, 'limit_exceeded #/answers']);
});

test('cells that are asked for are counted: answers and weights', async () => {
  const own = await start({args: ['--max-graded-cells', '15']});
  try {
    const ask = async (answers, marking) => (await own.call('POST', '/grade', {...book(), answers, ...(marking && {marking})})).json;
    assert.equal((await ask({samples: [{z1: [0, 0, 0], dL_dW2: null}]})).errors, undefined);
    const {errors} = await ask({samples: [{z1: [0, 0, 0], dL_dW2: null}]}, {weights: {loss: 1}});
    assert.deepEqual(errors.map(({code, pointer, expected, got}) => [code, pointer, expected, got]), [['limit_exceeded', '#/answers', 15, 16]]);
    for (const path of ['/exercise', '/exercise/review']) {
      const {json} = await own.call('POST', path, path === '/exercise' ? {sizes: [4, 3, 4]} : book());
      assert.deepEqual(json.errors.map(({code, pointer}) => [code, pointer]), [['limit_exceeded', '#']], path);
    }
  } finally {
    await own.stop();
  }
});

test('100,000 cells of any kind are read', async () => {
  const n = 60;
  const network = {W1: Array.from({length: n}, () => Array(n).fill(0.1)), b1: Array(n).fill(0)};
  const samples = Array.from({length: 4}, () => ({x: Array(n).fill(1), y: Array(n).fill(0)}));
  const like = () => network.W1.map((row, i) => row.map((_, j) => (i + j) % 3 ? '0,5' : (i + j) % 2 ? null : 'x'));
  const reply = await grade({network, samples, answers: {gradients: {W1: like()}, samples: samples.map(() => ({dL_dW1: like()}))}});
  assert.equal(reply.steps.reduce((sum, {cells}) => sum + Object.values(cells).reduce((a, b) => a + b), 0), 5 * n * n);
  assert.equal(reply.unreadable.length, 5 * n * n / 6);
});

// ---- Other people's formats ----

test('the jq programs for Gradescope and PrairieLearn say what the Python ones say', async () => {
  const programs = Object.fromEntries(commandsOf('docker/graders.md').map(({command}) => /^cat > (\w+)[.]jq <<'END'\n([^]*)\nEND$/.exec(command)).filter(Boolean).map(([, name, text]) => [name, text]));
  assert.deepEqual(Object.keys(programs), ['gradescope', 'prairielearn']);
  const gradeVectors = named.map(vector).filter(({path}) => path === '/grade');
  const replies = await Promise.all(gradeVectors.map(({request}) => grade(request)));
  replies.push(await grade({...book(), answers: {samples: [{z1: 'x', dL_dW2: [[]]}]}}));
  const script = 'import dialects, json, sys\nprint(json.dumps([getattr(dialects, sys.argv[1])(r) for r in json.load(sys.stdin)]))';
  for (const [name, program] of Object.entries(programs)) {
    const input = JSON.stringify(replies);
    const cwd = fileURLToPath(new URL('reference/', folder));
    const want = JSON.parse(execFileSync('python3', ['-B', '-c', script, name], {cwd, input, encoding: 'utf8'}));
    const got = JSON.parse(execFileSync('jq', [`map(${program})`], {input, encoding: 'utf8'}));
    assert.deepEqual(got, want, name);
  }
});

test('what the referee reaches: what must be complete is complete, and what must be 0 is 0', () => {
  const report = fileURLToPath(new URL('report.py', folder));
  execFileSync('python3', ['-B', report, binary, '--exercises', '12', '--seed', '7'], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit']});
});
