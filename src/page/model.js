// Model: a body and the replies about it, as moments to step through and numbers to look up. Pure; it makes no number.

/** What a list of indices leads to. */
export const at = (value, index) => index.reduce((inner, i) => inner?.[i], value);

/** The name of a tensor taken apart: "network.W2" is {kind: "W", layer: 2}. */
export function parts(name) {
  const [, kind, layer] = /^(?:network\.|gradients\.)?(\D+?)(\d*)$/.exec(name);
  return {kind, layer: layer ? Number(layer) : null};
}

/** Every index of a value, in order; a scalar has the empty one. */
export function indices(value) {
  return Array.isArray(value) ? value.flatMap((inner, i) => indices(inner).map(rest => [i, ...rest])) : [[]];
}

/** The index of the value that is furthest from 0. */
function largest(value) {
  const size = index => Math.abs(at(value, index) ?? 0);
  return indices(value).reduce((best, index) => size(index) > size(best) ? index : best, indices(value)[0] ?? []);
}

export const depthOf = network => Object.keys(network).filter(name => /^W\d+$/.test(name)).length;
export const activationsOf = network => network.activations ?? Array.from({length: depthOf(network)}, (_, k) => network[`W${k + 2}`] ? 'relu' : 'identity');

/** The shapes and options of a body that the service took. */
function shapeOf({network, samples, options = {}}) {
  const depth = depthOf(network);
  const isOutIn = options.layout === 'out_in';
  const activations = activationsOf(network);
  const widthOf = matrix => isOutIn ? matrix.length : matrix[0].length;
  const sizes = [samples[0].x.length, ...Array.from({length: depth}, (_, k) => widthOf(network[`W${k + 1}`]))];
  return {depth, isOutIn, activations, sizes, lastIsIdentity: activations[depth - 1] === 'identity'};
}

/** Replies and a body in one: what the rest of the page asks. `explain` is null where it is beyond the limit. */
export function makeModel({body, rate, explain, gradients}) {
  const shape = shapeOf(body);
  const {depth, isOutIn} = shape;
  const samples = body.samples.map((sample, s) => ({...sample, ...gradients.samples?.[s]}));
  const outName = k => k === depth ? 'y_hat' : `h${k}`;
  const seen = isIt => explain?.steps.find(step => isIt(step) && !step.cover)?.value;
  const model = {
    body, rate, explain, gradients, ...shape, samples, outName,
    inName: k => k === 1 ? 'x' : `h${k - 1}`,
    /** The gradient that comes to the sum of a layer: an identity at the end has none of its own. */
    errorName: k => k === depth && shape.lastIsIdentity ? 'dL_dy_hat' : `dL_dz${k}`,
    value: (sample, tensor) => samples[sample][tensor],
    index: (i, j) => isOutIn ? [j, i] : [i, j],
    weight: (k, i, j) => at(body.network[`W${k}`], model.index(i, j)),
    bias: (k, j) => body.network[`b${k}`]?.[j],
    isDead: (sample, k, j) => samples[sample].dead?.[outName(k)]?.[j] === true,
    /** The code of why_zero, or undefined. */
    reason: (tensor, index) => at(gradients.why_zero?.[tensor], index) ?? undefined,
    /** The same for one sample and a cell of dL_dW: of several samples each has its own. */
    whyZero(sample, layer, index) {
      const [i, j] = model.index(...index);
      if (samples.length === 1) return model.reason(`W${layer}`, index);
      if (model.isDead(sample, layer, j)) return 'neuron_dead';
      if (layer > 1 && model.isDead(sample, layer - 1, i)) return 'source_dead';
      return samples[sample][model.inName(layer)][i] === 0 ? 'input_zero' : 'error_zero';
    },
    after: name => seen(step => step.phase === 'update' && step.tensor === `network.${name}`),
    lossAfter: seen(step => step.tensor === 'loss_after'),
  };
  const cache = new Map();
  model.moments = sample => {
    if (!cache.has(sample)) cache.set(sample, momentsOf(model, sample));
    return cache.get(sample);
  };
  return model;
}

const momentOf = step => {
  const id = step.phase === 'batch' ? `batch.${step.tensor.replace('gradients.', '')}` : step.tensor;
  return {id, ...parts(step.tensor), phase: step.phase, number: step.number, tensor: step.tensor, steps: [step]};
};

/** What happens to one sample, then to the batch, then to the network. */
function momentsOf(model, sample) {
  const steps = model.explain?.steps ?? [];
  const own = steps.filter(step => step.phase !== 'update' && (step.sample === sample || step.sample === null));
  const update = steps.filter(step => step.phase === 'update');
  const input = {id: 'x', kind: 'x', layer: 0, phase: 'forward', number: null, tensor: 'x',
    steps: [{tensor: 'x', value: model.value(sample, 'x'), substituted: null, remarks: [], line: inputLine(model, sample), uses: []}]};
  const moments = [input, ...own.map(momentOf)];
  if (update.length) moments.push({id: 'update', kind: 'update', layer: null, phase: 'update', number: null, tensor: 'network', steps: update});
  return moments.map((moment, position) => ({...moment, position}));
}

/** The program's line that holds the input. */
function inputLine(model) {
  const found = model.explain?.program.findIndex(line => /^(x|samples) = /.test(line)) ?? -1;
  return found < 0 ? null : found + 1;
}

/** True if a tensor of this sample has been computed at a moment. */
export function isKnown(moments, position, tensor) {
  const moment = moments.find(one => one.tensor === tensor && one.phase !== 'batch');
  return moment !== undefined && moment.position <= position;
}

/** The cell of a moment that teaches most: {tensor, index}. */
export function instructive(model, sample, moment) {
  const step = moment.kind === 'update' ? moment.steps.at(-1) : moment.steps[0];
  return {tensor: step.tensor, index: instructiveIndex(model, sample, moment, step)};
}

function instructiveIndex(model, sample, {kind, layer}, {value, remarks}) {
  const marked = code => remarks.filter(remark => remark.code === code && at(value, remark.index) !== undefined).map(remark => remark.index);
  const furthest = (tensor, list) => list.reduce((best, index) =>
    Math.abs(at(model.value(sample, tensor), index)) > Math.abs(at(model.value(sample, tensor), best)) ? index : best);
  const dead = marked('neuron_dead');
  const special = [...marked('input_zero'), ...marked('on_the_boundary')];
  if (special.length) return special[0];
  if (kind === 'h' && dead.length) return furthest(`z${layer}`, dead);
  if (kind === 'dL_dz' && dead.length) return furthest(`dL_d${model.outName(layer)}`, dead);
  if (kind === 'dL_dh') {
    const stopped = indices(value).filter(([j]) => model.isDead(sample, layer, j) && value[j] !== 0);
    if (stopped.length) return furthest(`dL_dh${layer}`, stopped);
  }
  return largest(value);
}

/** The name of what a cell belongs to in the picture: x.i, u.layer.j (a unit), e.layer.i.j (an edge) or loss. */
export function refOf(model, {tensor, index}) {
  const {kind, layer} = parts(tensor);
  if (kind === 'x') return `x.${index[0]}`;
  if (kind === 'dL_dW' || kind === 'W') return ['e', layer, ...(model.isOutIn ? [index[1], index[0]] : index)].join('.');
  if (kind === 'y_hat' || kind === 'dL_dy_hat') return `u.${model.depth}.${index[0]}`;
  return layer ? `u.${layer}.${index[0]}` : 'loss';
}

/** The cell of a moment that stands at a place of the picture, or undefined. */
export function cellAt(model, moment, ref) {
  for (const {tensor, value} of moment.steps) {
    const index = indices(value).find(one => refOf(model, {tensor, index: one}) === ref);
    if (index) return {tensor, index};
  }
  return undefined;
}
