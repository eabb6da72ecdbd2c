// Panel: the step in words: formula, the numbers put in, and what is to be noticed; and all steps so on paper.
import {at, indices, instructive, parts} from './model.js';
import {button, el, math, redraw, unseen} from './elements.js';
import {fieldOf, fieldRows, missing, tabs, turnNodes} from './fields.js';
import {exact, isShortened, own, shown, shownSum, tone} from './numbers.js';
import {faultText, nameOf, reasonText, texts} from './texts.js';
import {field} from './table.js';
import {cellsOf, isAsked} from './turn.js';

const ROWS_MAX = 64;
const RATE = '#/learning_rate';
const ICONS = {neuron_dead: 'dead', source_dead: 'dead', on_the_boundary: 'edge', input_zero: 'zero', newly_dead: 'dead'};
const same = (a, b) => a.tensor === b.tensor && String(a.index) === String(b.index);

const terms = text => text.split(/ (?=\+ )/).map((term, i) => [i ? ' ' : '', el('span', {class: 'term'}, term)]);
const number = (value, className = '') => el('span', {class: `vl ${className}`, title: isShortened(value) ? exact(value) : null}, shown(value));

/** The sum of a cell without its result, which stands beside it. */
function sumOf(step, index) {
  const text = step.substituted === null ? '' : at(step.substituted, index);
  return shownSum(text).replace(/ = [^=]*$/, '');
}

/** A row, or on paper the same without a button. */
function row(step, cell, view, act) {
  const {index} = cell;
  const value = at(step.value, index);
  const sum = sumOf(step, index);
  const isBack = view.moment.phase !== 'forward';
  const name = nameOf(step.tensor, index);
  const shows = [el('span', {class: 'nm'}, name), ' ', el('span', {class: 'sm'}, sum && sum !== name ? ['= ', terms(sum)] : ''), ' ',
    el('span', {class: `vl ${isBack && step.tensor !== 'loss' ? tone(value) : ''}`, title: isShortened(value) ? exact(value) : null}, `= ${shown(value)}`)];
  const className = `row ${sum.length > 26 ? 'long' : ''}`;
  if (!act) return el('li', {}, el('span', {class: className}, shows));
  return el('li', {}, button({class: className, 'data-cell': JSON.stringify(cell), 'data-key': `cell${name}`, 'aria-pressed': String(same(cell, view.cell)), onclick: () => act.cell(cell)}, shows));
}

function rows(view, act) {
  const [step] = view.moment.steps;
  const cells = indices(step.value).map(index => ({tensor: step.tensor, index}));
  const few = cells.slice(0, ROWS_MAX);
  if (!few.some(cell => same(cell, view.cell))) few.push(view.cell);
  return [el('ol', {class: 'rows'}, few.map(cell => row(step, cell, view, act))), cells.length > few.length && el('p', {class: 'hint'}, texts.more(cells.length - few.length))];
}

/** What came in and what came back: the two sides of a table of products. */
function sides({model, sample, moment}) {
  const k = moment.layer;
  const down = {name: model.inName(k), values: model.value(sample, model.inName(k))};
  const across = {name: model.errorName(k), values: model.value(sample, model.errorName(k))};
  return model.isOutIn ? [across, down] : [down, across];
}

/** The gradient of weights as a table of products, its longer side down the page; `draw` makes a cell. */
function products(view, act, draw = productCell) {
  const {moment, cell} = view;
  const [step] = moment.steps;
  const [down, across] = sides(view);
  const isTurned = across.values.length > 4 && down.values.length <= 4;
  const [rowSide, columnSide] = isTurned ? [across, down] : [down, across];
  const indexOf = (r, c) => isTurned ? [c, r] : [r, c];
  const few = rowSide.values.slice(0, ROWS_MAX);
  const body = few.map((value, r) => el('tr', {}, el('th', {scope: 'row'}, el('span', {class: 'lab'}, `${rowSide.name}[${r}]`), ' ', el('span', {class: own(value)}, shown(value))),
    columnSide.values.map((_, c) => draw(view, act, {tensor: step.tensor, index: indexOf(r, c)}))));
  const table = el('table', {class: 'outer'}, el('caption', {}, texts.outer(rowSide.name, columnSide.name)),
    el('thead', {}, el('tr', {}, el('td'), columnSide.values.map((value, c) => el('th', {scope: 'col'}, el('span', {class: 'lab'}, unseen(columnSide.name), `[${c}]`), ' ', el('span', {class: own(value)}, shown(value)))))), el('tbody', {}, body));
  const isWide = columnSide.values.length > 5;
  return [el('div', isWide ? {class: 'scroll-x', tabindex: 0, role: 'region', 'aria-label': texts.outer(rowSide.name, columnSide.name)} : {}, table),
    rowSide.values.length > few.length && el('p', {class: 'hint'}, texts.more((rowSide.values.length - few.length) * columnSide.values.length)),
    act && draw === productCell && el('p', {class: 'one'}, el('b', {}, nameOf(cell.tensor, cell.index)), ' = ', terms(sumOf(step, cell.index)), ' = ', number(at(step.value, cell.index), tone(at(step.value, cell.index))), whyOf(view, cell.index, ': '))];
}

/** Why a cell of a table of products is 0, in words after a sign; false where it is not. */
const whyOf = ({model, sample, moment: {layer, steps: [{value}]}}, index, sign) => at(value, index) === 0 && sign + reasonText(model.whyZero(sample, layer, index), model, `W${layer}`, index);

function productCell(view, act, cell) {
  const value = at(view.moment.steps[0].value, cell.index);
  const why = whyOf(view, cell.index, ', ');
  const inner = [shown(value), why && unseen(why)];
  if (!act) return el('td', {}, el('span', {class: tone(value)}, inner));
  return el('td', {}, button({class: tone(value), 'data-cell': JSON.stringify(cell), 'data-key': `cell${nameOf(cell.tensor, cell.index)}`, 'aria-pressed': String(same(cell, view.cell)), onclick: () => act.cell(cell)}, inner));
}

/** What the step downhill changes. */
function moves({model, moment}) {
  const all = moment.steps.filter(step => step.tensor.startsWith('network.')).flatMap(step => {
    const {kind, layer} = parts(step.tensor);
    return indices(step.value).map(index => ({name: nameOf(`${kind}${layer}`, index), before: at(model.body.network[`${kind}${layer}`], index), after: at(step.value, index), sum: sumOf(step, index)}));
  }).filter(({before, after}) => before !== after);
  return [el('ol', {class: 'moves', tabindex: 0, 'aria-label': texts.titles.update()}, all.slice(0, ROWS_MAX).map(({name, before, after, sum}) => el('li', {}, el('b', {}, name), ' ', el('span', {class: 'sm'}, sum), ' ',
    el('span', {}, '= ', number(after), ' ', el('span', {class: after > before ? 'pos' : 'neg'}, after > before ? '↑' : '↓', unseen(after > before ? texts.goesUp : texts.goesDown)))))),
  all.length > ROWS_MAX && el('p', {class: 'hint'}, texts.more(all.length - ROWS_MAX)),
  model.lossAfter !== undefined && el('p', {class: 'one'}, texts.lossFell(model.gradients.loss, model.lossAfter))];
}

/** The dead units that no weight of a step can reach: the service's own remarks are about what comes in. */
const unreached = ({model, sample, moment: {kind, layer}}) => kind === 'dL_dW' ? Array.from({length: model.sizes[layer]}, (_, j) => j).filter(j => model.isDead(sample, layer, j))
  .map(j => ({code: 'neuron_dead', text: texts.unreached(`${model.outName(layer)}[${j}]`)})) : [];

function notes(view) {
  const {moment} = view;
  const remarks = [...unreached(view), ...moment.steps.flatMap(step => step.remarks)].slice(0, 8);
  const own = (texts.notes[moment.kind] ?? []).slice(0, remarks.length > 2 ? 0 : 1);
  return el('ul', {class: 'notes'}, remarks.map(({code, text}) => el('li', {class: 'with'}, el('span', {class: `ico ${ICONS[code] ?? ''}`, 'aria-hidden': 'true'}), el('span', {}, shownSum(text)))),
    own.map(text => el('li', {}, typeof text === 'string' ? text : text(at(moment.steps[0].value, view.cell.index)))));
}

/** The fields of a step that is asked. */
function fields(state, view, act) {
  const cells = cellsOf(view.moment, view.sample);
  if (view.moment.kind !== 'dL_dW') return fieldRows(state, act, cells);
  return products(view, act, (_, __, {index}) => el('td', {}, fieldOf(state, act, cells.find(cell => String(cell.index) === String(index)))));
}

function body(view, act, state) {
  const [{cover}] = view.moment.steps;
  if (cover === 'waits') return [el('p', {class: 'hint'}, texts.turn.waits), state && missing(state, view, act)];
  if (view.moment.kind === 'update') return moves(view);
  return view.moment.kind === 'dL_dW' ? products(view, act) : rows(view, act);
}

export const where = ({moments, moment}) => texts.where(moment, moments.filter(one => one.phase === 'backward').length);
const titleOf = ({model, moment}) => texts.titles[moment.kind](moment, model);

/** The formula; of the update those of weights and biases, and the learning rate, which is called eta there. */
function formulas({moment: {kind, steps}}, state, act) {
  if (kind !== 'update') return steps[0].mathml && math(steps[0].mathml);
  const fault = state.faults?.get(RATE);
  return [el('div', {class: 'pair'}, ['W', 'b'].map(name => steps.find(({tensor}) => parts(tensor).kind === name)).map(step => step && math(step.mathml))),
    el('p', {class: 'one'}, el('label', {}, texts.eta, field(state, RATE, state.rate, texts.train.rate, act))), fault && el('p', {class: 'fault'}, faultText(state, RATE, fault.detail))];
}

export function drawPanel(holder, view, act, state) {
  const {moment} = view;
  const worked = () => [body(view, act, state), notes(view)];
  redraw(holder, el('div', {class: 'head'}, el('p', {class: 'eyebrow'}, where(view), ' ', el('code', {}, nameOf(moment.id === 'update' ? 'W, b' : moment.tensor, []))), tabs(state, view, act)),
    el('h2', {id: 'h-panel'}, titleOf(view)), formulas(view, state, act), isAsked(state, moment) ? turnNodes(state, view, act, () => fields(state, view, act), worked) : worked());
}

/** What a screen reader hears of a step. */
export function sentence(view) {
  const {moment, model} = view;
  const [{cover}] = moment.steps;
  if (cover) return `${where(view)}: ${nameOf(moment.tensor, [])}. ${titleOf(view)}. ${cover === 'asked' ? texts.turn.yours : texts.turn.waits}`;
  if (moment.kind === 'update') return `${where(view)}. ${titleOf(view)}. ${model.lossAfter === undefined ? '' : texts.lossFell(model.gradients.loss, model.lossAfter)}`;
  const values = [moment.steps[0].value].flat(2).slice(0, 24).map(shown).join(', ');
  return `${where(view)}: ${nameOf(moment.tensor, [])}. ${titleOf(view)}. ${values}`;
}

/** What is printed: each step back with its formula and its numbers. */
export function drawHandout(holder, view) {
  if (!view.model.explain) return;
  const steps = view.moments.filter(moment => moment.kind !== 'x' && moment.kind !== 'update');
  redraw(holder, steps.map(moment => {
    const own = {...view, moment, cell: instructive(view.model, view.sample, moment)};
    return el('section', {}, el('h3', {}, `${texts.phases[moment.phase]} ${moment.number ?? ''} `, el('code', {}, nameOf(moment.id, [])), ` ${titleOf(own)}`), formulas(own), body(own), notes(own));
  }));
}
