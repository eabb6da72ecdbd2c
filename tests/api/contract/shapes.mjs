// What a JSON schema cannot say: sizes that must agree, the order of members, and sums that must come out.
import {problemsOf} from '../explain/judge.mjs';
import {verdictJudge} from './verdicts.mjs';

const count = (n, make) => Array.from({length: n}, (_, i) => make(i + 1));
const last = array => array[array.length - 1];
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function depth(network) {
  return Object.keys(network).filter(name => /^W\d+$/.test(name)).length;
}

const isOutIn = request => request.options?.layout === 'out_in';
const transposed = ([rows, columns]) => [columns, rows];

/** Units of each layer, the input first. */
function sizesOf(request) {
  const {network} = request;
  const sides = matrix => isOutIn(request) ? transposed(shapeOf(matrix)) : shapeOf(matrix);
  return [sides(network.W1)[0], ...count(depth(network), k => network[`b${k}`]?.length ?? sides(network[`W${k}`])[1])];
}

/** The activation of each layer. */
function activationsOf(network) {
  const L = depth(network);
  return count(L, k => network.activations?.[k - 1] ?? (k < L ? 'relu' : 'identity'));
}

/** All that tells the shapes of tensors. */
function netOf(request) {
  const {network} = request;
  const L = depth(network);
  const sizes = sizesOf(request);
  const activations = activationsOf(network);
  const relu = count(L, k => [k < L ? `h${k}` : 'y_hat', sizes[k]]).filter((_, i) => activations[i] === 'relu');
  return {L, sizes, activations, relu, names: layerNames(L), isOutIn: isOutIn(request),
    hasBiases: ['', ...count(L, k => network[`b${k}`] !== null)]};
}

function shapeOf(value) {
  if (!Array.isArray(value)) return [];
  const widths = new Set(value.map(row => Array.isArray(row) ? row.length : -1));
  if (widths.size > 1) return [value.length, 'ragged'];
  const [width] = widths;
  return width === -1 ? [value.length] : [value.length, width];
}

/** The shape that a tensor of this name has; [] for the null in place of biases. */
function shapeNamed(name, {sizes, activations, isOutIn: isTransposed, hasBiases}) {
  if (/^(dL_d)?y_hat$/.test(name)) return [last(sizes)];
  if (name === 'dL_dx') return [sizes[0]];
  if (name.startsWith('dy_hat_dz') && last(activations) === 'softmax') return [last(sizes), last(sizes)];
  const [, letter, k] = /([zhbW])(\d+)$/.exec(name);
  if (letter === 'b' && !hasBiases[k]) return [];
  if (letter !== 'W') return [sizes[k]];
  return isTransposed ? [sizes[k], sizes[k - 1]] : [sizes[k - 1], sizes[k]];
}

function wrongTensors(where, tensors, names, net) {
  return names.flatMap(name => {
    const got = shapeOf(tensors[name]);
    const need = shapeNamed(name, net);
    return same(got, need) ? [] : [`${where}/${name} is ${got.join(' x ')}, not ${need.join(' x ')}`];
  });
}

export const layerNames = L => count(L, k => [`W${k}`, `b${k}`]).flat();

/** The activation that a loss needs at the end, and the largest y that it takes; of squares nothing. */
const ends = {
  cross_entropy: ['softmax', Infinity],
  binary_cross_entropy: ['sigmoid', 1],
  sum_binary_cross_entropy: ['sigmoid', 1],
};

function wrongEnds({network: {activations = []}, samples, options = {}}) {
  const [needed, largest] = ends[options.loss] ?? [];
  const faults = activations.slice(0, -1).flatMap((name, i) => name === 'softmax' ? [`/network/activations/${i}: softmax below the end`] : []);
  if (needed && last(activations) !== needed) faults.push(`/options/loss: ${options.loss} without ${needed}`);
  if (needed && !samples.every(({y = []}) => y.every(v => v >= 0 && v <= largest))) faults.push('/samples: a y beyond its range');
  return faults;
}

/** Of a request that its schema allows: what disagrees within it. */
export function wrongShapes(request) {
  const {network, samples, frozen = []} = request;
  if (!network) return [];
  const net = netOf(request);
  const {sizes, L} = net;
  const faults = [...wrongTensors('/network', network, net.names, net), ...wrongEnds(request)];
  if (network.activations && network.activations.length !== L) faults.push('/network/activations: not one a layer');
  samples.forEach(({x, ...others}, i) => {
    if (x.length !== sizes[0]) faults.push(`/samples/${i}/x: ${x.length} numbers for ${sizes[0]} inputs`);
    for (const [name, {length}] of Object.entries(others)) {
      if (length !== sizes[L]) faults.push(`/samples/${i}/${name}: ${length} numbers for ${sizes[L]} outputs`);
    }
  });
  return [...faults, ...frozen.flatMap((name, i) => net.names.includes(name) ? [] : [`/frozen/${i}: no tensor`])];
}

function wrongMembers(where, object, names) {
  const got = Object.keys(object);
  return same(got, names) ? [] : [`${where} has the members ${got.join(' ')}, not ${names.join(' ')}`];
}

const forwardTensors = L => [...count(L, k => [`z${k}`, k < L ? `h${k}` : 'y_hat']).flat()];
const backwardTensors = L => ['dL_dy_hat', `dy_hat_dz${L}`, `dL_dz${L}`, `dL_dW${L}`, `dL_db${L}`,
  ...count(L - 1, i => L - i).flatMap(k => [`dL_dh${k}`, `dh${k}_dz${k}`, `dL_dz${k}`, `dL_dW${k}`, `dL_db${k}`]), 'dL_dx'];

function wrongDead(where, dead, relu) {
  const faults = wrongMembers(where, dead, relu.map(([name]) => name));
  if (faults.length > 0) return faults;
  return relu.flatMap(([name, units]) =>
    dead[name].length === units ? [] : [`${where}/${name} has ${dead[name].length} entries for ${units} units`]);
}

function wrongIndices(where, lists, relu) {
  const faults = wrongMembers(where, lists, relu.map(([name]) => name));
  if (faults.length > 0) return faults;
  return relu.flatMap(([name, units]) =>
    lists[name].every((i, at, all) => i < units && (at === 0 || all[at - 1] < i)) ? [] : [`${where}/${name} is no ascending list of units`]);
}

function wrongSample(where, sample, backward, hasTarget, net) {
  const {L, relu} = net;
  const first = forwardTensors(L);
  const second = backward ? backwardTensors(L) : [];
  const faults = wrongMembers(where, sample, [...first, ...(hasTarget ? ['loss'] : []), 'dead', ...second]);
  if (faults.length > 0) return faults;
  return [...wrongTensors(where, sample, [...first, ...second], net), ...wrongDead(`${where}/dead`, sample.dead, relu)];
}

function wrongParameters({total, nonzero, zero, zero_because: because}, gradients, whyZero) {
  const flat = tensors => Object.values(tensors).filter(tensor => tensor !== null).flat(2);
  const values = flat(gradients);
  const faults = [];
  if (total !== values.length || nonzero + zero !== total) faults.push('parameters: total is not the sum of its parts');
  if (nonzero !== values.filter(v => v !== 0).length) faults.push('parameters/nonzero does not agree with gradients');
  if (zero !== Object.values(because).reduce((a, b) => a + b, 0)) faults.push('parameters/zero_because does not add up to zero');
  if (!whyZero) return faults;
  const reasons = flat(whyZero);
  if (!values.every((v, i) => (v === 0) === (reasons[i] !== null))) faults.push('why_zero does not agree with gradients');
  const order = ['error_zero', 'neuron_dead', 'saturated', 'source_dead', 'input_zero', 'underflow', 'mixed', 'cancels'];
  const counts = order.map(r => [r, reasons.filter(reason => reason === r).length]).filter(([, n]) => n > 0);
  if (!same(Object.entries(because), counts)) faults.push('zero_because does not agree with why_zero');
  return faults;
}

function wrongGradients(reply, net) {
  const {names} = net;
  const faults = [...wrongMembers('/gradients', reply.gradients, names), ...(reply.why_zero ? wrongMembers('/why_zero', reply.why_zero, names) : [])];
  if (faults.length > 0) return faults;
  faults.push(...wrongTensors('/gradients', reply.gradients, names, net));
  if (reply.why_zero) faults.push(...wrongTensors('/why_zero', reply.why_zero, names, net));
  return faults.length > 0 ? faults : wrongParameters(reply.parameters, reply.gradients, reply.why_zero);
}

function wrongFrozen({network, frozen = []}, reply) {
  return frozen.filter(name => !same(network[name], reply.network[name])).map(name => `/network/${name} was frozen and has changed`);
}

function wrongStep(request, reply, net) {
  const {names, relu} = net;
  const faults = [
    ...wrongMembers('/network', reply.network, [...names, ...(request.network.activations ? ['activations'] : [])]),
    ...['dead_before', 'dead_after'].flatMap(name => wrongDead(`/${name}`, reply[name], relu)),
    ...['newly_dead', 'revived'].flatMap(name => wrongIndices(`/${name}`, reply[name], relu))];
  if (faults.length > 0) return faults;
  faults.push(...wrongTensors('/network', reply.network, names, net), ...wrongFrozen(request, reply));
  const {losses} = reply;
  if (losses.length !== (request.steps ?? 1) + 1) faults.push('/losses: not one more than steps');
  if (losses[0] !== reply.loss_before || last(losses) !== reply.loss_after) faults.push('/losses does not agree with loss_before and loss_after');
  return faults;
}

const replyMembers = {
  '/forward': ['loss', 'dead', 'samples'],
  '/backward': ['loss', 'gradients', 'dead', 'parameters', 'why_zero', 'samples'],
  '/step': ['network', 'loss_before', 'loss_after', 'losses', 'changed', 'dead_before', 'dead_after', 'newly_dead',
    'revived', 'gradients', 'parameters', 'why_zero', 'samples'],
};

function expectedMembers(path, request) {
  const include = request.include ?? (path === '/step' ? [] : ['samples', 'why_zero']);
  const absent = ['samples', 'why_zero'].filter(name => !include.includes(name));
  if (path !== '/step' && !request.samples.every(sample => sample.y)) absent.push('loss');
  return replyMembers[path].filter(name => !absent.includes(name));
}

/** Of a reply that its schema allows: what is wrong with it as an answer to this request. */
export function wrongReply(path, request, text) {
  if (path === '/explain' && !text.startsWith('{')) return []; // plain text, a program
  const reply = JSON.parse(text);
  if (`${JSON.stringify(reply)}\n` !== text) return ['the reply is not laid out as JSON.stringify does'];
  if (path === '/explain') return problemsOf(reply, request);
  const judge = verdictJudge(path);
  if (judge) return judge(request, reply);
  const net = netOf(request);
  const faults = wrongMembers('', reply, expectedMembers(path, request));
  if (faults.length > 0) return faults;
  if (path === '/step') faults.push(...wrongStep(request, reply, net));
  else faults.push(...wrongDead('/dead', reply.dead, net.relu));
  if (path !== '/forward') faults.push(...wrongGradients(reply, net));
  if (reply.samples && reply.samples.length !== request.samples.length) faults.push('/samples: not one for each that was posted');
  if (faults.length > 0) return faults;
  return (reply.samples ?? []).flatMap((sample, i) =>
    wrongSample(`/samples/${i}`, sample, path !== '/forward', 'y' in request.samples[i], net));
}
