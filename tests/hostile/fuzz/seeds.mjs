// Writes the seeds among the corpus anew: each row of tests/api/integration/robustness.mjs that is not large, as the target
// for HTTP or for bodies takes it, and numbers that are hard to read or to write. What a fuzzer has found stays.
//
//   node tests/hostile/fuzz/seeds.mjs
import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {entries} from '../../api/integration/robustness.mjs';
import {head, post} from '../../support/raw.mjs';

const corpus = fileURLToPath(new URL('corpus/', import.meta.url));
const source = name => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
const largest = 2000;
const cut = '\x1e'; // where http.c lets a write end and the next begin

const limits = Object.fromEntries([...readFileSync(source('include/backpropd/limits.h'), 'utf8').matchAll(/X\((\w+), (\d+),/g)]
  .map(([, name, value]) => [name, Number(value)]));
const used = new Set();

function slug(target, row, name) {
  const base = `${target}/seed-${String(row).padStart(2, '0')}-${name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 40)}`;
  let unique = base;
  for (let n = 2; used.has(unique); n++) unique = `${base}-${n}`;
  used.add(unique);
  return unique;
}

function write(target, row, name, bytes) {
  if (bytes.length <= largest) writeFileSync(corpus + slug(target, row, name), bytes);
}

for (const target of ['body', 'http', 'lift', 'number']) {
  mkdirSync(corpus + target, {recursive: true});
  for (const file of readdirSync(corpus + target).filter(name => name.startsWith('seed-'))) rmSync(`${corpus}${target}/${file}`);
}

const toBuffer = piece => Buffer.isBuffer(piece) ? piece : Buffer.from(piece, 'latin1');

for (const {row, name, request} of entries(limits)) {
  if (request.path) {
    if (row > 40) write('body', row, name, Buffer.from(request.body));
    if (row > 40 && row < 60) write('lift', row, name, Buffer.from(request.body));
  } else {
    write('http', row, name, Buffer.concat([request].flat().flatMap((piece, i) => [Buffer.from(i ? cut : ''), toBuffer(piece)])));
  }
}

const textbook = readFileSync(source('src/examples/textbook.json'), 'utf8');
const step = readFileSync(source('src/examples/textbook-step.json'), 'utf8');
for (const [name, body] of [['textbook', textbook], ['textbook step', step]]) {
  write('body', 0, name, Buffer.from(body));
  write('lift', 0, name, Buffer.from(body));
  for (const path of ['/forward', '/backward', '/step']) write('http', 0, `${name} ${path}`, post(path, JSON.stringify(JSON.parse(body))));
}

const all = {network: {W1: [[1, -2], [0.5, 1e-3]], b1: [0, 1], W2: [[1, 2], [3, 4]], b2: [0.1, -0.1], W3: [[1], [1]], b3: [0]},
  samples: [{x: [1, 2], y: [0]}, {x: [0, -1], y: [1]}], learning_rate: 0.1, steps: 3};
const more = (activations, loss, options) => JSON.stringify({...all, network: {...all.network, activations}, options: {loss, ...options}, include: ['samples', 'why_zero']});
const kinds = [more(['relu', 'leaky_relu', 'identity'], 'mse', {round_decimals: null}), more(['sigmoid', 'tanh', 'relu'], 'half_sse', {relu_at_zero: 0.5}),
  more(['tanh', 'identity', 'sigmoid'], 'sse', {round_decimals: 0}), more(['leaky_relu', 'relu', 'leaky_relu'], 'half_mse', {round_decimals: 15})];
const words = [
  {network: {W1: [[0.5, -1, 2], [1, 0.25, -0.5]], b1: null, W2: [[1, -1], [0.5, 2]], b2: [0, 0.5], activations: ['sigmoid', 'softmax']},
    samples: [{x: [1, 0, -1], y: [0, 1]}, {x: [0, 2, 1], y: [0.5, 0.25]}], options: {loss: 'cross_entropy', reduction: 'sum', layout: 'out_in'}},
  {network: {W1: [[800, -800]], b1: [0, 0], activations: ['sigmoid']}, samples: [{x: [1], y: [0, 1]}], options: {loss: 'binary_cross_entropy'}},
  {network: {W1: [[1, 2], [3, 4]], b1: [0, 0], W2: [[1], [1]], b2: null, activations: ['tanh', 'sigmoid']}, samples: [{x: [1, 0], y: [0.5]}],
    options: {loss: 'sum_binary_cross_entropy', layout: 'in_out', reduction: 'mean'}},
  {network: {W1: [[1, -1]], b1: [0, 0], activations: ['softmax']}, samples: [{x: [1], y: [0, 1]}], options: {loss: 'half_mse'}},
];
for (const body of words) {
  write('body', 0, 'words', Buffer.from(JSON.stringify(body)));
  write('body', 0, 'words step', Buffer.from(JSON.stringify({...body, learning_rate: 0.5, steps: 2, frozen: ['b1', 'W1', 'b1']})));
}
const [{network}] = words;
write('body', 0, 'own gradient', Buffer.from(JSON.stringify({...words[0], samples: [{x: [1, 2, 3], dL_dy_hat: [1, -1]}, words[0].samples[0]]})));
write('body', 0, 'transposed', Buffer.from(JSON.stringify({...words[0], options: {}})));
write('body', 0, 'incompatible', Buffer.from(JSON.stringify({network: {...network, activations: ['softmax', 'relu']}, samples: [{x: [1, 2, 3], y: [-1, 1], dL_dy_hat: [0, 0]}], options: {loss: 'cross_entropy'}, frozen: ['W3']})));
const {steps, ...update} = all;
const explained = [{}, {options: {layout: 'in_out', reduction: 'sum', round_decimals: null}, frozen: ['b1', 'W3'], shown_decimals: 3},
  {network: {...all.network, b2: null, activations: ['tanh', 'sigmoid', 'sigmoid']}, options: {loss: 'binary_cross_entropy'}},
  {samples: [{x: [1, 2], dL_dy_hat: [1]}, {x: [0, 0], y: [0]}], shown_decimals: null},
  {network: {W1: [[800, -800], [0, 1]], b1: [0, 1], activations: ['softmax']}, options: {loss: 'cross_entropy'}, samples: [{x: [1, 0], y: [0, 1]}]}];
explained.forEach((more, i) => write('body', 0, `explain ${i}`, Buffer.from(JSON.stringify({...update, ...more}))));
const graded = source('tests/api/grading/vectors/');
for (const file of readdirSync(graded).filter(name => name !== 'refused.json')) {
  const {request, cases} = JSON.parse(readFileSync(graded + file, 'utf8'));
  for (const one of cases ? cases.map(({request: each}) => each) : [request]) write('body', 0, `referee ${file.replace('.json', '')}`, Buffer.from(JSON.stringify(one)));
}
const small = {network: {W1: [[1, -1], [0.5, 2]], b1: [0, 0.5], W2: [[1], [-1]], b2: null}, samples: [{x: [1, 2], y: [1]}, {x: [0, -1], y: [0]}]};
const cells = ['0,5', '-1/3', ' .5 ', '\u22121e-3', '', null, 'x', true, {}, [], [[]], 1e300, '9'.repeat(70), '1/0'];
const handedIn = [{samples: [{z1: ['0,5', '-1/3'], h1: null, loss: '1e-3'}, null]}, {gradients: {W1: [cells.slice(0, 2), cells.slice(2, 4)], b1: [[]], b2: null}, loss: {}},
  {samples: [{dL_dW1: [[1, 2], [3]], dL_dx: [[1], 2]}], dead: {h1: [true, 'x']}, parameters: {nonzero: '3.0', zero: 1.5, total: 9}}, {network: {W1: [[0.9, -1], [0.5, 2]], b1: [0, 0.5]}},
  {gradients: {W1: [cells.slice(4, 6), cells.slice(6, 8)], W2: [[[]], [{}]]}, samples: []}, {gradients: {W1: cells.map(cell => [cell, cell])}, why_zero: 1, unheard_of: 2}];
handedIn.forEach((answers, i) => write('body', 0, `handed in ${i}`, Buffer.from(JSON.stringify({...small, answers, learning_rate: 0.1,
  marking: {decimals: i, rtol: 0.01, weights: {[['z1', 'dL_dW2', 'network.b1', 'loss', 'dL_dx', 'dL_db2'][i]]: i + 1}, reveal: i % 2 === 0}}))));
write('body', 0, 'exercise', Buffer.from(JSON.stringify({seed: 3, sizes: [2, 3, 2], activations: ['relu', 'softmax'], samples: 2, options: {loss: 'cross_entropy', round_decimals: null, layout: 'out_in'}, learning_rate: 0.5, marking: {decimals: 2}, tries: 3})));
write('body', 0, 'check', Buffer.from(JSON.stringify({...small, gradients: {W1: [[1, 2], [3, 4]], b1: null, W2: [[1], [0]]}, epsilon: 0.001})));

for (const body of kinds) {
  const calm = JSON.stringify({...JSON.parse(body), learning_rate: undefined, steps: undefined});
  write('body', 0, 'kinds step', Buffer.from(body));
  write('body', 0, 'kinds', Buffer.from(calm));
  write('http', 0, 'kinds', Buffer.concat([post('/step', body), Buffer.from(cut), post('/backward', calm)]));
}

const paths = ['/', '/livez', '/readyz', '/healthz', '/metrics', '/version', '/openapi.json', '/examples/textbook', '/problems/not-found'];
for (const path of paths) {
  for (const method of ['GET', 'HEAD', 'OPTIONS']) write('http', 0, `${method} ${path}`, Buffer.from(head(`${method} ${path} HTTP/1.1`, 'Host: a')));
}
write('http', 0, 'pipelined', Buffer.from(paths.map(path => head(`GET ${path} HTTP/1.1`, 'Host: a', 'X-Request-Id: one')).join('')));
write('http', 0, 'chunked in pieces', Buffer.from(['POST /forward HTTP/1.1\r\nHost: a\r\nTransfer-', 'Encoding: chunked\r\n\r\n1\r', '\n{\r\n', '1;a=b\r\n}\r\n0\r\n', 'X-A: b\r\n\r', '\nGET / HTTP/1.1\r\n', 'Host: a\r\n\r\n'].join(cut)));
write('http', 0, 'preflight', Buffer.from(head('OPTIONS /step HTTP/1.1', 'Host: a', 'Origin: null', 'Access-Control-Request-Method: POST')));
write('http', 0, 'trace', Buffer.from(head('GET /livez HTTP/1.0', 'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'Connection: keep-alive')));

const numbers = ['0', '-0', '0.1', '1', '10', '1e1', '1E+2', '1.5e-3', '-0.45', '123456789.123456789', '12345678.1234567', '9007199254740993', '1e21', '1e20', '0.000001',
  '1e-6', '9.5367431640625e-7', '1e-7', '5e-324', '2.4703282292062327e-324', '2.4703282292062328e-324', '2.2250738585072011e-308', '2.2250738585072014e-308',
  '1.7976931348623157e308', '1.7976931348623159e308', '1e400', '-1e400', '1e-400', '1e99999999999999999999', '01', '-', '+1', '.5', '1.', '1e', '1e+', '1.e1', '1.5.5', '1-1',
  '0x10', '1_0', '0.30000000000000004', '8.41', '2e-1', `${'1'.repeat(400)}`, `0.${'0'.repeat(330)}1e330`, `${'9'.repeat(25)}.${'9'.repeat(25)}`, '1 ', '1,', '1]', '99999999.99999999',
  '0.1234567', '0.12345678', '4503599627370496.5', '9.5', '0.1000000000000000055511151231257827'];
for (const number of numbers) {
  write('number', 0, number, Buffer.from(number));
  if (number.length < 30) write('lift', 0, `array of ${number}`, Buffer.from(`[[${number},0],[1,${number}]]`));
}
for (const text of ['{"a":[1,{"b":"\\u0061\\ud834\\udd1e\\n"}],"c":[[],[1]],"d":[[1,2],[3,4]],"e":null,"f":[true,false],"g":{}}', '[[[[[[[[1]]]]]]]]', '[[[[[[[[[1]]]]]]]]]', '"é"', '1', 'true', '[1\0,2]',
  '{"a":{"b":1,"\\u0062":2},"a":3}', '[[1,2],[3]]', '[[1],"x"]', '[ ]', '[[ ] , [ ]]', '{"a":1}x', '[1 2]', 'nulll', '[tru]', '"\\x"', '[1,2,]', '[1e400]', '\ufeff[]'])
  write('lift', 0, text, Buffer.from(text));
