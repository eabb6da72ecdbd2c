// The page's pure functions: layout of the picture, state to address and back, faults to fields, numbers as they are shown.
import assert from 'node:assert/strict';
import {Duplex} from 'node:stream';
import test from 'node:test';
import {createDeflateRaw, createInflateRaw} from 'node:zlib';
import {faultsByField, fieldName, fieldOf, fieldsOf, fromFile, keysOf, pointerTo, requests, write} from '../../../src/page/body.js';
import {layout, placeMarks, visibleLayers} from '../../../src/page/layout.js';
import {indices, makeModel, parts} from '../../../src/page/model.js';
import {isNumber, isShortened, shown, shownList, shownSum, typed} from '../../../src/page/numbers.js';
import * as shapes from '../../../src/page/shapes.js';
import {curl, fromFragment, pack, toFragment, unpack} from '../../../src/page/share.js';
import {spans} from '../../../src/page/trainer.js';

try {
  new CompressionStream('deflate-raw');
} catch { // Node 18 lacks this format, which every browser has
  globalThis.CompressionStream = function () { return Duplex.toWeb(createDeflateRaw()); };
  globalThis.DecompressionStream = function () { return Duplex.toWeb(createInflateRaw()); };
}

const body = {network: {W1: [[1, 2, 3], [4, 5, 6]], b1: [0, 0, 0], W2: [[1], [2], [3]], b2: null}, samples: [{x: [1, 2], y: [3]}], options: {}};

test('numbers: six digits, a real minus, and the sum as the service wrote it', () => {
  assert.equal(shown(-0.34750000000000003), '−0.3475');
  assert.equal(shown(0.8962500000000001), '0.89625');
  assert.equal(shown(1e-7), '1e−7');
  assert.equal(shown(null), '');
  assert.equal(isShortened(0.5), false);
  assert.equal(isShortened(-0.34750000000000003), true);
  assert.equal(shownList([[0.1, -0.34750000000000003], 2]), '[[0.1, -0.3475], 2]');
  assert.equal(shownSum('-0.1 + (1)(-0.5) = -0.09999999999999998, rounded to -0.1'), '−0.1 + (1)(−0.5) = −0.1');
  assert.equal(shownSum('max(0, z1[0]) = 1e-7'), 'max(0, z1[0]) = 1e−7');
  assert.equal(shownSum('dL_dy_hat[0] = -0.45'), 'dL_dy_hat[0] = −0.45');
});

test('what is typed becomes a number of JSON where it is one', () => {
  for (const [text, wanted] of [['0,5', '0.5'], ['−2', '-2'], ['.5', '0.5'], ['-.5', '-0.5'], ['+3', '3'], ['3.', '3'], [' 1e-3 ', '1e-3'], ['-0.2x', '-0.2x'], ['', '']]) assert.equal(typed(text), wanted);
  assert.ok(isNumber('1e400'));
  assert.ok(!isNumber('01') && !isNumber('') && !isNumber('NaN') && !isNumber('-'));
});

test('a request has what was typed, as it was typed', () => {
  assert.equal(write({a: [1, 2]}, {'#/a/1': '1e400'}), '{"a":[1,1e400]}');
  assert.equal(write({a: [1, 2]}, {'#/a/1': 'x"'}), '{"a":[1,"x\\""]}');
  assert.equal(write({'a/b~': 1, c: undefined}, {'#/a~1b~0': '2'}), '{"a/b~":2}');
  assert.equal(write({a: 10}, {'#/a': 'none'}), '{"a":null}');
  const {explain, gradients, step} = requests({body, drafts: {'#/network/W1/0/0': '7'}, rate: '0.5', frozen: ['b1']});
  assert.deepEqual(JSON.parse(explain), {...body, network: {...body.network, W1: [[7, 2, 3], [4, 5, 6]]}, learning_rate: 0.5, frozen: ['b1']});
  assert.equal(gradients.path, 'backward');
  assert.ok(!('learning_rate' in JSON.parse(gradients.text)));
  assert.equal(JSON.parse(step(3)).steps, 3);
});

test('without targets only the forward pass is asked for', () => {
  const {explain, gradients, step} = requests({body: {...body, samples: [{x: [1, 2]}]}, drafts: {}, rate: '0.1'});
  assert.equal(gradients.path, 'forward');
  assert.ok(!('learning_rate' in JSON.parse(explain)));
  assert.equal(step, null);
  assert.equal(requests({body: {...body, samples: [{x: [1, 2], dL_dy_hat: [1]}]}, drafts: {}, rate: '0.1'}).step, null);
});

test('a fault comes to its field, or to the nearest', () => {
  const fields = fieldsOf(body);
  assert.ok(fields.includes('#/network/W1/1/2') && fields.includes('#/samples/0/y/0') && !fields.some(name => name.startsWith('#/network/b2')));
  assert.equal(fieldOf('#/network/W1/1/2', fields), '#/network/W1/1/2');
  assert.equal(fieldOf('#/network/W2', fields), '#/network/W2/0/0');
  assert.equal(fieldOf('#/options/loss', fields), '#/options/loss');
  assert.equal(fieldOf('#', fields), null);
  assert.equal(fieldOf('#/nowhere', fields), null);
  const faults = faultsByField({errors: [{pointer: '#/network/W1/1/2', detail: 'a'}, {pointer: '#', detail: 'b'}]}, body);
  assert.deepEqual([...faults.keys()], ['#/network/W1/1/2', '']);
  assert.equal(fieldName('#/network/W1/1/2'), 'W1[1][2]');
  assert.equal(fieldName('#/samples/0/x/3'), 'samples[0].x[3]');
  assert.equal(fieldName('#/options/relu_at_zero'), 'relu_at_zero');
  assert.deepEqual(keysOf(pointerTo('a/b', 1)), ['a/b', '1']);
});

test('the state goes into an address and comes back', async () => {
  assert.deepEqual(await unpack(await pack(body)), body);
  const state = {example: null, body, rate: '0.25', frozen: ['b1'], moment: 'dL_dh1', sample: 1, cell: {tensor: 'dL_dh1', index: [2]}, chosen: ['dL_dh1', 'batch.W1'], answers: {'#/answers/loss': ' 1/3', '#/answers/samples/0/loss': ''}, seed: '7'};
  const back = await fromFragment(await toFragment(state));
  assert.deepEqual(fromFile(back.file), {body, rate: '0.25', frozen: ['b1']});
  assert.deepEqual(back.patch, {moment: 'dL_dh1', sample: 1, cell: {tensor: 'dL_dh1', index: [2]}, chosen: ['dL_dh1', 'batch.W1'], answers: {'#/answers/loss': ' 1/3'}, seed: '7'});
  const example = await fromFragment(await toFragment({...state, example: 'xor', cell: null, sample: 0, chosen: [], answers: {}, seed: '1'}));
  assert.deepEqual(example, {example: 'xor', patch: {moment: 'dL_dh1', rate: '0.25', chosen: [], answers: {}}});
  assert.deepEqual(await fromFragment(''), {example: null, patch: {chosen: [], answers: {}}});
  await assert.rejects(fromFragment('#network=%%%'));
  await assert.rejects(fromFragment(`#network=${await pack({a: 1})}`));
});

test('a curl command is safe in a shell, and tells no token', () => {
  assert.equal(curl('http://h/explain', '{"a":"it\'s"}', false), `curl http://h/explain -H 'Content-Type: application/json' -d '{"a":"it'\\''s"}'`);
  assert.match(curl('u', '{}', true), /"Authorization: Bearer \$TOKEN"/);
});

const inside = (box, plan) => box.x >= -0.5 && box.y >= 0 && box.x + box.w <= plan.width + 0.5 && box.y + box.h <= plan.height + 0.5;
const overlap = (a, b) => a.x < b.x + b.w - 0.01 && b.x < a.x + a.w - 0.01 && a.y < b.y + b.h - 0.01 && b.y < a.y + a.h - 0.01;

test('the picture: everything inside, nothing on top of another, at each width and size', () => {
  for (const width of [288, 305, 320, 500, 639, 640, 700, 760, 1050]) {
    for (const sizes of [[4, 3, 4], [1, 1], [2, 2, 2], [12, 12], [3, 2, 4, 1], [4, 10, 3], [300, 20, 3], [8, 13]]) {
      const columns = sizes.map((n, k) => ({n, kind: k === 0 || k === sizes.length - 1 ? 'pill' : 'unit'}));
      const plan = layout(width, columns, true);
      const boxes = [...plan.columns.flatMap(({boxes: some}) => some), ...plan.targets, plan.loss];
      for (const box of boxes) assert.ok(inside(box, plan), `${width} ${sizes} ${JSON.stringify(box)}`);
      for (const [i, a] of boxes.entries()) for (const b of boxes.slice(i + 1)) assert.ok(!overlap(a, b), `${width} ${sizes} ${JSON.stringify([a, b])}`);
    }
  }
});

test('two layers of many are drawn, around the one looked at', () => {
  assert.deepEqual(visibleLayers(2, 1, 700, 1), {from: 1, to: 2});
  assert.deepEqual(visibleLayers(3, 1, 900, 2), {from: 1, to: 3});
  assert.deepEqual(visibleLayers(3, 3, 700, 3), {from: 2, to: 3});
  assert.deepEqual(visibleLayers(16, 9, 700, 15), {from: 8, to: 9});
  assert.deepEqual(visibleLayers(16, null, 700, 15), {from: 15, to: 16});
  assert.deepEqual(visibleLayers(16, 0, 700, 15), {from: 1, to: 2});
});

test('marks keep away from each other, or are left out', () => {
  const lines = Array.from({length: 30}, (_, i) => [{x: 0, y: i}, {x: 100, y: 60 - i}]);
  const marks = placeMarks(lines, [{x: 50, y: 30}]).filter(Boolean);
  assert.ok(marks.length > 3 && marks.length < 30);
  for (const [i, a] of marks.entries()) for (const b of marks.slice(i + 1)) assert.ok(Math.hypot(a.x - b.x, (a.y - b.y) * 1.2) > 16);
});

test('a model without the worked solution has no moments but the input', () => {
  const model = makeModel({body, explain: null, gradients: {samples: [{z1: [1, 2, 3]}]}});
  assert.deepEqual(model.moments(0).map(({id}) => id), ['x']);
  assert.deepEqual(model.sizes, [2, 3, 1]);
  assert.deepEqual(parts('gradients.W12'), {kind: 'W', layer: 12});
  assert.deepEqual(parts('dL_dy_hat'), {kind: 'dL_dy_hat', layer: null});
  assert.deepEqual(indices([[1, 2]]), [[0, 0], [0, 1]]);
});

test('why a weight gets nothing: of several samples each has its own reason', () => {
  const own = {z1: [0, 0, 1], h1: [0, 0, 1], dead: {h1: [true, false, false]}};
  const gradients = {why_zero: {W1: [['mixed', 'mixed', 'mixed'], ['mixed', 'mixed', 'mixed']], W2: [['mixed'], ['mixed'], ['mixed']]}, samples: [own, own]};
  const {whyZero} = makeModel({body: {...body, samples: [{x: [0, 2], y: [3]}, {x: [0, 2], y: [3]}]}, explain: null, gradients});
  assert.deepEqual([whyZero(0, 1, [0, 0]), whyZero(0, 1, [0, 1]), whyZero(0, 1, [1, 1]), whyZero(0, 2, [0, 0]), whyZero(0, 2, [1, 0])], ['neuron_dead', 'input_zero', 'error_zero', 'source_dead', 'input_zero']);
  assert.equal(makeModel({body, explain: null, gradients: {...gradients, samples: [own]}}).whyZero(0, 1, [0, 0]), 'mixed');
});

test('an exercise has its name in the address, with its numbers', async () => {
  const {file, patch} = await fromFragment(await toFragment({example: 'exercise-7', body, rate: '0.1', moment: 'x', chosen: [], answers: {}, seed: '7'}));
  assert.deepEqual([file.network, patch.example], [body.network, 'exercise-7']);
});

const fits = ({network, samples}) => {
  const depth = Object.keys(network).filter(name => /^W/.test(name)).length;
  let n = samples[0].x.length;
  for (let k = 1; k <= depth; k++) {
    assert.equal(network[`W${k}`].length, n);
    n = network[`W${k}`][0].length;
    assert.ok(network[`W${k}`].every(row => row.length === n));
    if (network[`b${k}`]) assert.equal(network[`b${k}`].length, n);
  }
  for (const sample of samples) assert.equal(sample.y.length, n);
};

test('a network stays one when a unit, a layer, an input or a sample comes or goes', () => {
  for (let k = 0; k <= 2; k++) {
    fits(shapes.addUnit(body, k));
    if (k < 2) fits(shapes.removeUnit(body, k));
  }
  fits(shapes.addLayer(body));
  fits(shapes.removeLayer(body));
  fits(shapes.removeLayer(shapes.addLayer(shapes.addLayer(body))));
  assert.equal(shapes.addSample(body).samples.length, 2);
  assert.equal(shapes.removeSample(shapes.addSample(body), 0).samples.length, 1);
  const turned = shapes.addUnit({...body, network: {W1: [[1, 2], [3, 4], [5, 6]], b1: [0, 0, 0], W2: [[1, 2, 3]], b2: [0]}, options: {layout: 'out_in'}}, 1);
  assert.deepEqual([turned.network.W1.length, turned.network.W2[0].length], [4, 4]);
  assert.deepEqual(body.network.W1, [[1, 2, 3], [4, 5, 6]]);
});

test('when a unit is dead', () => {
  const events = [{name: 'a', at: 3, isDead: true}, {name: 'b', at: 4, isDead: true}, {name: 'a', at: 5, isDead: false}];
  assert.deepEqual(spans(false, events, 'a', 9), [[3, 5]]);
  assert.deepEqual(spans(true, [], 'c', 9), [[0, 9]]);
  assert.deepEqual(spans(false, events, 'b', 9), [[4, 9]]);
});
