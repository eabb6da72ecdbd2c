// Editor: activations, loss, rounding, samples and the shape of the network; faults are told here and at their fields.
import {button, el, redraw} from './elements.js';
import {activationsOf, depthOf} from './model.js';
import {isOfEditor} from './body.js';
import {problemNodes} from './menu.js';
import {exerciseNodes} from './fields.js';
import {addLayer, addSample, addUnit, removeLayer, removeSample, removeUnit, setActivation, setOption} from './shapes.js';
import {field} from './table.js';
import {texts} from './texts.js';

const ACTIVATIONS = ['relu', 'leaky_relu', 'sigmoid', 'tanh', 'identity'];
const LOSSES = ['mse', 'sse', 'half_mse', 'half_sse', 'cross_entropy', 'binary_cross_entropy', 'sum_binary_cross_entropy'];
const SAMPLES_MAX = 32;

function choice(state, pointer, label, options, value, onchange) {
  const isFaulty = state.faults?.has(pointer);
  return el('label', {}, label, el('select', {'data-pointer': pointer, 'data-key': pointer, 'aria-invalid': isFaulty ? 'true' : null, 'aria-describedby': isFaulty ? 'fault' : null, onchange: event => onchange(event.target.value)},
    options.map(name => el('option', {value: name, selected: name === value}, name))));
}

function options(state, act) {
  const {body} = state;
  const {round, zero, activation, loss, reduction} = texts.editor;
  const depth = depthOf(body.network);
  const set = body.options ?? {};
  const activations = activationsOf(body.network);
  const text = (name, label, value) => el('label', {}, label, field(state, `#/options/${name}`, value, label, {type: (pointer, typed) => {
    state.body.options = {[name]: value, ...state.body.options}; // what is typed needs a place to stand
    act.type(pointer, typed);
  }}));
  return el('div', {class: 'pair'}, activations.map((name, k) => choice(state, `#/network/activations/${k}`, activation(k + 1), k + 1 === depth ? [...ACTIVATIONS, 'softmax'] : ACTIVATIONS, name,
    value => act.reshape(setActivation(body, k + 1, value)))),
  choice(state, '#/options/loss', loss, LOSSES, set.loss ?? 'mse', value => act.reshape(setOption(body, 'loss', value))),
  body.samples.length > 1 && choice(state, '#/options/reduction', reduction, ['mean', 'sum'], set.reduction ?? 'mean', value => act.reshape(setOption(body, 'reduction', value))),
  text('round_decimals', round, set.round_decimals === undefined ? 10 : set.round_decimals ?? texts.editor.none), text('relu_at_zero', zero, set.relu_at_zero ?? 0));
}

/** Buttons that make the network larger or smaller. */
function shape(state, act) {
  const {body} = state;
  const {addInput, removeInput, addOutput, removeOutput, addUnit: add, removeUnit: remove, addLayer: addOne, removeLayer: removeOne, shape: label} = texts.editor;
  const depth = depthOf(body.network);
  const {sizes} = state.model;
  const one = (words, make, isOff) => button({'data-key': `shape${words}`, disabled: isOff, onclick: () => act.reshape(make(body))}, words);
  const units = k => [one(k === 0 ? addInput : k === depth ? addOutput : add(k), old => addUnit(old, k)), one(k === 0 ? removeInput : k === depth ? removeOutput : remove(k), old => removeUnit(old, k), sizes[k] === 1)];
  return el('details', {class: 'fold', 'data-fold': 'shape'}, el('summary', {'data-key': 'shape'}, label),
    el('div', {class: 'buttons'}, sizes.map((_, k) => units(k)), one(addOne, addLayer), one(removeOne, removeLayer, depth === 1)), exerciseNodes(state, act));
}

function sampleRow(state, act, sample, s) {
  const {body} = state;
  const fields = name => (sample[name] ?? []).map((value, i) => el('label', {class: 'small'}, `${name}[${i}]`, field(state, `#/samples/${s}/${name}/${i}`, value, `${texts.editor.row(s)}, ${name}[${i}]`, act)));
  return el('fieldset', {}, el('legend', {}, texts.editor.row(s)), fields('x'), fields('y'), fields('dL_dy_hat'),
    body.samples.length > 1 && button({class: 'quiet', 'data-key': `remove${s}`, 'aria-label': texts.editor.removeSample(s), onclick: () => act.reshape(removeSample(body, s))}, '✕'));
}

function samples(state, act) {
  const {body} = state;
  return el('details', {class: 'fold', 'data-fold': 'samples', open: hasFault(state, '#/samples')}, el('summary', {'data-key': 'samples'}, texts.editor.samples), body.samples.slice(0, SAMPLES_MAX).map((sample, s) => sampleRow(state, act, sample, s)),
    body.samples.length > SAMPLES_MAX && el('p', {class: 'hint'}, texts.editor.fewSamples(body.samples.length)),
    el('div', {class: 'buttons'}, button({'data-key': 'addSample', onclick: () => act.reshape(addSample(body))}, texts.editor.addSample)));
}

/** True if a field of this part of the body has a fault: then its part must be open. */
const hasFault = (state, start) => [...state.faults?.keys() ?? []].some(pointer => pointer.startsWith(start));

export function drawEditor(holder, state, act) {
  const isFaulty = state.problem && isOfEditor(state.faults);
  holder.hidden = !state.isEditing && !isFaulty;
  if (holder.hidden) return redraw(holder);
  const parts = state.isEditing ? [options(state, act), samples(state, act), shape(state, act)] : [];
  return redraw(holder, parts, isFaulty && el('div', {class: 'fault', id: 'fault'}, problemNodes(state, act)));
}
