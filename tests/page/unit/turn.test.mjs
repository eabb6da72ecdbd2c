// What is asked of someone: what the page covers, what a check posts, which marks and hints its reply leads to.
import assert from 'node:assert/strict';
import test from 'node:test';
import {makeModel} from '../../../src/page/model.js';
import {canAsk, canGrade, cellsOf, checkOf, cover, firstOpen, fromHere, hintsOf, isAsked, isDone, keyOf, markOf, marksOf, relevant, reviewRequest, stepNames} from '../../../src/page/turn.js';

const NUMBERS = {z1: [11], h1: [12], y_hat: [13], loss: 14, dL_dy_hat: [15], dL_dW2: [[16]], dL_db2: [15], dL_dh1: [18], dh1_dz1: [1.5], dL_dz1: [19], dL_dW1: [[20]], dL_db1: [19]};
const USES = {z1: ['x', 'W1', 'b1'], h1: ['z1'], y_hat: ['h1', 'W2', 'b2'], loss: ['y_hat', 'y'], dL_dy_hat: ['y_hat', 'y'], dL_dW2: ['h1', 'dL_dy_hat'], dL_db2: ['dL_dy_hat'], dL_dh1: ['W2', 'dL_dy_hat'],
  dL_dz1: ['dL_dh1', 'dh1_dz1'], dL_dW1: ['x', 'dL_dz1'], dL_db1: ['dL_dz1']};
const step = (phase, tensor, value, uses, sample = null) => ({phase, tensor, value, uses, sample, number: null, line: null, mathml: '', substituted: null, remarks: [{code: 'neuron_dead', index: [0], text: `${JSON.stringify(value)} is told`}]});

/** A network of one unit a layer with made-up numbers, on n samples. */
function modelOf(n) {
  const body = {network: {W1: [[1]], b1: [2], W2: [[3]], b2: [4]}, samples: Array.from({length: n}, () => ({x: [5], y: [6]})), options: {}};
  const own = Array.from({length: n}, (_, s) => Object.entries(USES).map(([name, uses]) => step(name.startsWith('dL') ? 'backward' : 'forward', name, NUMBERS[name], uses, s))).flat();
  const gradients = {W1: [[30]], b1: [31], W2: [[32]], b2: [33]};
  const batch = n > 1 ? [step('batch', 'loss', 34, ['loss']), ...Object.entries(gradients).map(([name, value]) => step('batch', `gradients.${name}`, value, [`dL_d${name}`]))] : [];
  const update = Object.entries({W1: [[40]], b1: [41], W2: [[42]], b2: [43]}).map(([name, value]) => step('update', `network.${name}`, value, [name, `gradients.${name}`]));
  return makeModel({body, rate: 0.5, explain: {program: [], steps: [...own, ...batch, ...update, step('update', 'loss_after', 44, ['network.W1', 'network.b1', 'network.W2', 'network.b2'])]},
    gradients: {loss: 34, gradients, why_zero: {W1: [['neuron_dead']]}, samples: body.samples.map(() => ({...NUMBERS, dead: {h1: [true]}}))}});
}

const stateOf = (n, chosen, more = {}) => ({index: {links: {grade: 'grade'}}, model: modelOf(n), chosen, answers: {}, marks: {}, givenUp: [], ...more});
const momentOf = (model, id, sample = 0) => model.moments(sample).find(one => one.id === id);

/** Which of the made-up numbers a model still tells. */
const told = model => {
  const text = JSON.stringify([model.samples, model.explain.steps, model.gradients]);
  return [11, 12, 13, 14, 15, 16, 18, 19, 20, 30, 31, 32, 33, 34, 40, 41, 42, 43, 44, 1.5].filter(value => new RegExp(`(?<![\\d.])${value}(?![\\d.])`).test(text));
};

test('what is asked and what is calculated from it is covered, and nothing else', () => {
  assert.deepEqual(told(cover(stateOf(1, []))).length, 20);
  assert.deepEqual(told(cover(stateOf(1, ['dL_dh1']))), [11, 12, 13, 14, 15, 16, 32, 33, 34, 1.5], 'the update is one step');
  assert.deepEqual(told(cover(stateOf(1, ['dL_dz1']))), [11, 12, 13, 14, 15, 16, 18, 32, 33, 34], 'the derivative is a part of what is asked');
  assert.deepEqual(told(cover(stateOf(1, ['z1']))), []);
  assert.deepEqual(told(cover(stateOf(1, ['update']))), [11, 12, 13, 14, 15, 16, 18, 19, 20, 30, 31, 32, 33, 34, 1.5]);
  assert.deepEqual(told(cover(stateOf(2, ['batch.W1']))), [11, 12, 13, 14, 15, 16, 18, 19, 20, 31, 32, 33, 34, 1.5]);
  assert.deepEqual(told(cover(stateOf(2, ['batch.loss']))).includes(34), false);
  const covered = cover(stateOf(1, ['h1']));
  assert.equal(covered.isDead(0, 1, 0), false);
  assert.equal(covered.after('W1'), undefined);
  assert.equal(covered.lossAfter, undefined);
  assert.equal(covered.reason('W1', [0, 0]), undefined);
});

test('what was typed stands where it was asked, whatever is right or given up is seen', () => {
  const answers = {'#/answers/samples/0/dL_dh1/0': ' 7 '};
  assert.deepEqual(cover(stateOf(1, ['dL_dh1'], {answers})).value(0, 'dL_dh1'), ['7']);
  assert.deepEqual(cover(stateOf(1, ['dL_dh1'])).value(0, 'dL_dh1'), ['?']);
  const marks = {'#/answers/samples/0/dL_dh1/0': {text: ' 7 ', mark: 'right'}};
  assert.equal(told(cover(stateOf(1, ['dL_dh1'], {answers, marks}))).length, 20);
  assert.ok(!told(cover(stateOf(1, ['dL_dh1'], {answers: {}, marks}))).includes(18), 'a mark is that of its text');
  assert.ok(!told(cover(stateOf(1, ['dL_dh1'], {answers, marks: {'#/answers/samples/0/dL_dh1/0': {text: ' 7 ', mark: 'follows'}}}))).includes(18));
  assert.equal(told(cover(stateOf(1, ['dL_dh1'], {givenUp: ['0/dL_dh1']}))).length, 20);
  const two = cover(stateOf(2, ['dL_dh1'], {givenUp: ['1/dL_dh1']}));
  assert.deepEqual([two.value(0, 'dL_dh1'), two.value(1, 'dL_dh1')], [['?'], [18]]);
});

test('what is wrong has a cross where it was typed', () => {
  const answers = {'#/answers/samples/0/dL_dh1/0': '7'};
  const marks = mark => ({'#/answers/samples/0/dL_dh1/0': {text: '7', mark}});
  assert.deepEqual(['wrong', 'follows', 'unreadable'].map(mark => cover(stateOf(1, ['dL_dh1'], {answers, marks: marks(mark)})).value(0, 'dL_dh1')[0]), ['7✕', '7', '7']);
  assert.deepEqual(['wrong', 'follows', 'right'].map(mark => isDone(stateOf(1, ['dL_dh1'], {answers, marks: marks(mark)}), momentOf(modelOf(1), 'dL_dh1'), 0)), [false, true, true]);
});

test('a step is asked with all that follow it; the first that is open is the one to do', () => {
  const model = modelOf(2);
  const ids = id => fromHere(model.moments(0), momentOf(model, id)).map(one => one.id);
  assert.deepEqual(ids('dL_dh1'), ['dL_dh1', 'dL_dz1', 'dL_dW1', 'dL_db1']);
  assert.equal(ids('z1').length, 11);
  assert.deepEqual(ids('batch.W1'), ['batch.W1']);
  const state = stateOf(2, ['dL_dh1', 'dL_dz1'], {givenUp: ['1/dL_dh1']});
  const open = (id, sample) => firstOpen(state, {moments: state.model.moments(sample), moment: momentOf(state.model, id, sample), sample})?.id;
  assert.deepEqual([open('dL_dW1', 0), open('dL_dh1', 0), open('dL_dW1', 1)], ['dL_dh1', undefined, 'dL_dz1']);
});

test('cells, keys and names of a step', () => {
  const model = modelOf(2);
  assert.deepEqual(cellsOf(momentOf(model, 'dL_dW2', 1), 1), [{pointer: '#/answers/samples/1/dL_dW2/0/0', tensor: 'dL_dW2', index: [0, 0]}]);
  assert.deepEqual(cellsOf(momentOf(model, 'loss'), 0).map(({pointer}) => pointer), ['#/answers/samples/0/loss']);
  assert.deepEqual(cellsOf(momentOf(model, 'batch.loss'), 1).map(({pointer}) => pointer), ['#/answers/loss']);
  assert.deepEqual(cellsOf(momentOf(model, 'update'), 1).map(({pointer}) => pointer), ['#/answers/network/W1/0/0', '#/answers/network/b1/0', '#/answers/network/W2/0/0', '#/answers/network/b2/0']);
  assert.deepEqual([keyOf(momentOf(model, 'z1'), 1), keyOf(momentOf(model, 'batch.W1'), 1)], ['1/z1', 'batch.W1']);
  assert.deepEqual(['loss', 'dL_dW1', 'batch.loss', 'batch.b2'].flatMap(id => stepNames(momentOf(model, id))), ['samples.loss', 'dL_dW1', 'loss', 'gradients.b2']);
});

test('what cannot be asked: the input, a step with frozen parts, samples without targets, a service without /grade', () => {
  const state = stateOf(1, ['x', 'z1', 'update']);
  const can = (id, more = {}) => canAsk({...state, ...more}, momentOf(state.model, id));
  assert.deepEqual([can('x'), can('z1'), can('update'), can('update', {frozen: ['b1']}), can('z1', {frozen: ['b1']})], [false, true, true, false, true]);
  assert.equal(can('z1', {index: {links: {}}}), false);
  assert.equal(canGrade({...state, model: {...state.model, body: {samples: [{x: [1], dL_dy_hat: [1]}]}}}), false);
  assert.equal(isAsked(state, momentOf(state.model, 'x')), false);
  const wide = {kind: 'h', id: 'h', phase: 'forward', steps: [{tensor: 'h1', value: Array.from({length: 257}, () => 0)}]};
  assert.equal(canAsk(state, wide), false);
});

const check = (state, id, sample = 0) => checkOf(state, cover(state), momentOf(cover(state), id, sample), sample);

test('a check posts what was typed, and the numbers that are seen up to the last step asked', () => {
  const answers = {'#/answers/samples/0/dL_dh1/0': '1/3'};
  const {request, moments} = check(stateOf(1, ['dL_dh1', 'dL_dz1', 'dL_dW1'], {answers}), 'dL_dz1');
  assert.deepEqual(request.answers.samples, [{z1: [11], h1: [12], y_hat: [13], loss: 14, dL_dy_hat: [15], dL_dW2: [[16]], dL_db2: [15], dL_dh1: ['1/3'], dL_dz1: ['']}]);
  assert.deepEqual([request.learning_rate, request.marking, request.samples.length], [0.5, {decimals: 3}, 1]);
  assert.deepEqual(moments.map(({id}) => id), ['dL_dh1', 'dL_dz1']);
  const forward = check(stateOf(1, ['h1'], {answers: {'#/answers/samples/0/h1/0': '2'}}), 'h1').request.answers;
  assert.deepEqual(forward, {samples: [{z1: [11], h1: ['2']}]});
});

test('a check of the second sample posts it alone; one of the batch posts all', () => {
  const state = stateOf(2, ['dL_dh1', 'batch.W1'], {answers: {'#/answers/samples/1/dL_dh1/0': '7', '#/answers/gradients/W1/0/0': '8'}});
  const own = check(state, 'dL_dh1', 1);
  assert.equal(own.request.samples.length, 1);
  assert.deepEqual(own.request.answers.samples[0].dL_dh1, ['7']);
  const marks = marksOf(state, {marks: {samples: [{z1: ['right'], dL_dh1: ['wrong']}]}}, own.moments, 1);
  assert.deepEqual(marks, {'#/answers/samples/1/dL_dh1/0': {text: '7', mark: 'wrong', detail: undefined}}, 'numbers of the service get no mark');
  assert.equal(markOf({...state, marks}, '#/answers/samples/1/dL_dh1/0').mark, 'wrong');
  assert.equal(markOf({marks, answers: {}}, '#/answers/samples/1/dL_dh1/0'), undefined);
  const batch = check(state, 'batch.W1');
  assert.equal(batch.request.answers.samples.length, 2);
  assert.deepEqual([batch.request.answers.samples[1].dL_dh1, batch.request.answers.samples[0].dL_dh1, batch.request.answers.gradients], [['7'], undefined, {W1: [['8']], W2: [[32]], b2: [33]}]);
  assert.equal(batch.request.answers.loss, 34);
  assert.deepEqual(batch.moments.map(({id}) => id), ['batch.W1']);
});

test('what cannot be read has its cause as mark', () => {
  const state = stateOf(1, ['dL_dh1'], {answers: {'#/answers/samples/0/dL_dh1/0': 'x'}});
  const {moments} = check(state, 'dL_dh1');
  const reply = {marks: {samples: [{dL_dh1: [null]}]}, unreadable: [{pointer: '#/answers/samples/0/dL_dh1/0', detail: 'not a number'}]};
  assert.deepEqual(marksOf(state, reply, moments, 0), {'#/answers/samples/0/dL_dh1/0': {text: 'x', mark: 'unreadable', detail: 'not a number'}});
});

test('hints: each question first, then the formulas, out of the row of the step', () => {
  const catalogue = [{code: 'weights_transposed', step: 'zk', right: 'a', wrong: 'b'}, {code: 'weights_transposed', step: 'dL_dh(k-1), dL_dx', right: 'c', wrong: 'd'}];
  const mistakes = [{code: 'weights_transposed', steps: ['dL_dh12'], hint: 'Which?'}, {code: 'one_sign', steps: ['z1'], hint: 'Where?'}, {code: 'unknown', steps: []}];
  assert.deepEqual(hintsOf({mistakes}, catalogue), [{hint: 'Which?'}, {hint: 'Where?'}, {step: 'dL_dh12', right: 'c', wrong: 'd'}]);
});

test('a review is about the steps that are asked, their derivatives with them', () => {
  const {model} = stateOf(1, []);
  assert.deepEqual(reviewRequest(model, ['z1', 'samples.loss']).marking, {decimals: 3, weights: {z1: 1, 'samples.loss': 1}});
  assert.deepEqual(reviewRequest(model, []).marking, {decimals: 3});
  const review = {all_zero_score: 0, hidden: [{code: 'a', step: 'dh1_dz1'}, {code: 'b', step: 'z1'}, {code: 'c', step: 'dL_dz1'}], collisions: [{codes: ['d', 'e'], steps: ['dL_dz1', 'z1']}, {codes: ['f', 'g'], steps: ['dL_dz1', 'dh1_dz1']}]};
  const {hidden, collisions} = relevant(review, ['dL_dz1']);
  assert.deepEqual([hidden.map(({code}) => code), collisions.map(({codes}) => codes)], [['a', 'c'], [['f', 'g']]]);
  assert.deepEqual(relevant(review, []), review);
});
