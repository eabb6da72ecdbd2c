// Edges: what each connection of a layer shows at a moment: a weight, a gradient or a change, and whether it carries anything. Pure.
import {at, isKnown, parts} from './model.js';

/** "weight", "gradient" or "change" where this moment is about the layer's edges, "asked" where their numbers are; else undefined. */
function subject(model, moment, k) {
  const isCovered = Boolean(moment.steps[0].cover);
  if (moment.kind === 'update') return isCovered ? 'asked' : 'change';
  if ((moment.kind === 'dL_dW' || (moment.phase === 'batch' && moment.kind === 'W')) && moment.layer === k) return isCovered ? 'asked' : 'gradient';
  const isSum = (moment.kind === 'z' && moment.layer === k) || (moment.kind === 'y_hat' && model.lastIsIdentity && k === model.depth);
  return isSum || (moment.kind === 'dL_dh' && moment.layer === k - 1) ? 'weight' : undefined;
}

/** What edges show that this moment is not about. */
function background(model, moments, moment, k) {
  if (moment.phase !== 'forward') return isKnown(moments, moment.position, `dL_dW${k}`) && !moments.some(one => one.steps[0].cover && one.tensor === `dL_dW${k}`) ? 'gradient' : 'weight';
  const sum = k === model.depth && model.lastIsIdentity ? 'y_hat' : `z${k}`;
  return isKnown(moments, moment.position, sum) ? 'weight' : 'off';
}

function valueOf(model, sample, moment, mode, k, i, j) {
  const index = model.index(i, j);
  if (mode === 'asked') return moment.phase === 'backward' ? at(model.value(sample, `dL_dW${k}`), index) : '?';
  if (mode === 'gradient') return at(moment.phase === 'batch' ? model.gradients.gradients[`W${k}`] : model.value(sample, `dL_dW${k}`), index);
  if (mode !== 'change') return model.weight(k, i, j);
  const [before, after] = [model.weight(k, i, j), at(model.after(`W${k}`), index)];
  return after > before ? 1 : after < before ? -1 : 0;
}

function isBlocked(model, sample, moments, moment, edge) {
  const {mode, layer, i, j, value} = edge;
  if (mode !== 'weight' || value === 0) return mode !== 'off' && mode !== 'asked' && value === 0;
  if (moment.kind === 'dL_dh' && edge.isActive) return model.value(sample, model.errorName(layer))[j] === 0;
  const isComing = moment.phase === 'forward' && (layer === 1 || isKnown(moments, moment.position, model.inName(layer)));
  return isComing && model.value(sample, model.inName(layer))[i] === 0;
}

/** True if the edge is one of those that make the cell looked at. */
function isInGroup(model, moment, cell, {layer, i, j}) {
  const {kind} = moment;
  if (kind === 'z' || kind === 'y_hat') return j === cell.index[0];
  if (kind === 'dL_dh') return i === cell.index[0];
  if (kind === 'update') return false;
  const [from, to] = model.index(...cell.index);
  return layer === model.depth && layer > 1 ? i === from : j === to;
}

/** The edges of layer k: {ref, i, j, mode, value, isActive, isBlocked, isInGroup}. */
export function edgesOf(model, sample, moments, moment, cell, k) {
  const about = subject(model, moment, k);
  const mode = about ?? background(model, moments, moment, k);
  const edges = [];
  for (let i = 0; i < model.sizes[k - 1]; i++) {
    for (let j = 0; j < model.sizes[k]; j++) {
      const edge = {ref: `e.${k}.${i}.${j}`, layer: k, i, j, mode, isActive: about !== undefined, value: valueOf(model, sample, moment, mode, k, i, j)};
      edge.isBlocked = isBlocked(model, sample, moments, moment, edge);
      edge.isInGroup = edge.isActive && isInGroup(model, moment, cell, edge);
      edges.push(edge);
    }
  }
  return edges;
}

/** True where values of the cell looked at fan out from one unit, false where they come together in one. */
export const fansOut = (model, moment) => moment.kind === 'dL_dh' || (['dL_dW', 'W'].includes(parts(moment.tensor).kind) && moment.layer === model.depth && model.depth > 1);
