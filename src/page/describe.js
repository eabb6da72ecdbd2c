// Describe: one sentence about each place of the picture, with what is known at the moment. Pure.
import {at, isKnown} from './model.js';
import {shown} from './numbers.js';
import {nameOf, reasonText, texts} from './texts.js';

const sentence = (start, parts) => `${start} ${parts.filter(Boolean).join(', ')}.`;

function unit(view, k, j) {
  const {model, sample, moments, moment} = view;
  const known = tensor => isKnown(moments, moment.position, tensor);
  const value = tensor => model.value(sample, tensor)?.[j];
  const isLast = k === model.depth;
  const [sum, out] = [`z${k}`, model.outName(k)];
  const has = tensor => known(tensor) && `${tensor}[${j}] = ${shown(value(tensor))}`;
  const isDead = model.isDead(sample, k, j);
  const isRelu = model.activations[k - 1] === 'relu';
  const said = [
    has(sum) && `${has(sum)}${isRelu && value(sum) === 0 ? ` (${texts.boundary})` : ''}`,
    has(out) && `${has(out)}${isRelu ? `, ${isDead ? texts.dead : texts.alive}` : ''}`,
    has(`dL_d${out}`), has(`dL_dz${k}`) && `${has(`dL_dz${k}`)}${isDead && value(`dL_dz${k}`) === 0 ? `, ${texts.stopped}` : ''}`, has(`dL_db${k}`)];
  return sentence(texts.unit({k, j, isLast}), said.some(Boolean) ? said : [texts.notComputed]);
}

function edge(view, k, i, j) {
  const {model, sample, moments, moment} = view;
  const index = model.index(i, j);
  const gradient = at(model.value(sample, `dL_dW${k}`), index);
  let text = texts.edge(nameOf(`W${k}`, index), model.weight(k, i, j), `${model.inName(k)}[${i}]`, `${model.outName(k)}[${j}]`);
  if (isKnown(moments, moment.position, `dL_dW${k}`)) {
    const code = model.whyZero(sample, k, index);
    text += `; ${texts.gradient} ${shown(gradient)}`;
    if (typeof gradient === 'number') text += gradient === 0 ? texts.blocked(reasonText(code, model, `W${k}`, index)) : `, ${gradient > 0 ? texts.goesDown : texts.goesUp}`;
  } else if (moment.phase === 'forward' && model.value(sample, model.inName(k))?.[i] === 0 && (k === 1 || isKnown(moments, moment.position, model.inName(k)))) {
    text += texts.blocked(texts.reasons.input_zero({source: model.inName(k), i}));
  }
  return `${text}.`;
}

function loss(view) {
  const {model, sample, moments, moment} = view;
  if (moment.phase === 'update' && model.lossAfter !== undefined) return texts.lossFell(model.gradients.loss, model.lossAfter);
  return isKnown(moments, moment.position, 'loss') ? texts.lossIs(model.value(sample, 'loss')) : texts.lossUnknown;
}

/** In: view {model, sample, moments, moment}; ref as model.js names places. */
export function describe(view, ref) {
  const [what, ...numbers] = ref.split('.');
  const [a, b, c] = numbers.map(Number);
  if (what === 'x') return texts.input(a, view.model.value(view.sample, 'x')[a]);
  if (what === 'y') return texts.target(a, view.model.value(view.sample, 'y')[a]);
  if (what === 'u') return unit(view, a, b);
  return what === 'e' ? edge(view, a, b, c) : loss(view);
}
