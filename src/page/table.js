// Table: all parameters with value, gradient, what becomes of them and why not; sorted, filtered, and the place to edit them.
import {at, indices, parts} from './model.js';
import {button, el, find, redraw} from './elements.js';
import {pointerTo} from './body.js';
import {exact, shown, tone} from './numbers.js';
import {nameOf, reasonText, texts} from './texts.js';
import {fit} from './units.js';

const CELLS_MAX = 40; // of a bar in the tally

/** One row a parameter, in the order of the layers. */
export function rowsOf(model) {
  const names = Array.from({length: model.depth}, (_, k) => [`W${k + 1}`, `b${k + 1}`]).flat();
  return names.flatMap(tensor => {
    const value = model.body.network[tensor];
    if (value === null) return [];
    const after = model.after(tensor);
    const gradients = model.gradients.gradients?.[tensor];
    return indices(value).map(index => ({tensor, index, name: nameOf(tensor, index), value: at(value, index), gradient: at(gradients, index) ?? null, after: at(after, index) ?? null,
      why: reasonText(model.reason(tensor, index), model, tensor, index)}));
  });
}

/** The rows that are wanted, in the order that is wanted. */
export function chosenRows(rows, filter, sort) {
  const some = rows.filter(({gradient}) => filter === 'all' || (gradient !== 0) === (filter === 'moves'));
  if (!sort) return some;
  const value = row => sort.column === 'gradient' ? Math.abs(row.gradient) : row[sort.column];
  const compare = (a, b) => value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0;
  return some.sort((a, b) => sort.isUp ? compare(a, b) : compare(b, a));
}

function header(state, act) {
  const {sort} = state;
  const column = (name, className = '', canSort = true) => {
    const order = sort?.column === name ? sort.isUp ? 'ascending' : 'descending' : 'none';
    const mark = {ascending: '▴', descending: '▾', none: '▵'}[order];
    return el('th', {scope: 'col', class: className, 'aria-sort': canSort ? order : null},
      canSort ? button({'data-key': `sort${name}`, onclick: () => act.sort(name)}, `${texts.columns[name]} `, el('span', {'aria-hidden': 'true'}, mark)) : texts.columns[name]);
  };
  return el('thead', {}, el('tr', {}, column('name', '', false), column('value', 'n opt val'), column('gradient', 'n'), column('change', '', false), column('why', 'why', false), column('after', 'n opt')));
}

/** A field that holds a number of the body. */
export function field(state, pointer, value, label, act, attributes = {}) {
  const fault = state.faults?.get(pointer);
  return el('input', {'data-pointer': pointer, 'data-key': pointer, 'aria-label': label, inputmode: 'decimal', autocomplete: 'off', spellcheck: 'false', value: state.drafts[pointer] ?? String(value),
    'aria-invalid': fault ? 'true' : null, 'aria-describedby': fault ? 'fault' : null, oninput: event => act.type(pointer, event.target.value), ...attributes});
}

function row(state, entry, act) {
  const {name, tensor, index, value, gradient, after, why} = entry;
  const change = gradient === null ? '' : gradient === 0 ? el('span', {class: 'zero'}, texts.stays) : `${gradient < 0 ? '↑' : '↓'} ${gradient < 0 ? texts.goesUp : texts.goesDown}`;
  const number = (one, className) => el('td', {class: `n ${className}`, title: fit(one, 84) === exact(one) ? null : exact(one)}, fit(one, 84));
  return el('tr', {'data-tensor': tensor}, el('th', {scope: 'row'}, name),
    state.isEditing ? el('td', {class: 'n opt val'}, field(state, pointerTo('network', tensor, ...index), value, name, act)) : number(value, 'opt val'),
    number(gradient, tone(gradient)), el('td', {}, change, el('span', {class: 'why-in'}, shown(value), after !== null && after !== value && ` → ${shown(after)}`, why && `; ${why}`)), el('td', {class: 'why'}, why), number(after, 'opt'));
}

export function drawTable(holder, state, act) {
  const {model} = state;
  const rows = chosenRows(rowsOf(model), areKnown(model.gradients.parameters) ? state.filter : 'all', state.sort);
  holder.setAttribute('aria-label', texts.table);
  const rest = rows.length - state.rows;
  redraw(holder, el('table', {class: state.isEditing ? 'editing' : ''}, el('caption', {class: 'sr'}, texts.table), header(state, act), el('tbody', {}, rows.slice(0, state.rows).map(entry => row(state, entry, act)))),
    rest > 0 && button({class: 'quiet', 'data-key': 'more', onclick: act.moreRows}, texts.showMore(Math.min(rest, 200))));
}

/** Marks the rows that the current step computes. */
export function markTable(holder, {moment}) {
  const now = moment.steps.map(({tensor}) => /^(dL_d[Wb]\d|gradients\.|network\.)/.test(tensor) ? `${parts(tensor).kind.replace('dL_d', '')}${parts(tensor).layer}` : '');
  for (const node of holder.querySelectorAll('tr[data-tensor]')) node.classList.toggle('now', now.includes(node.dataset.tensor) && moment.phase !== 'update');
}

const TEXTURES = {nonzero: 'full', neuron_dead: 'hatch', source_dead: 'cross', input_zero: 'dot'};

const areKnown = parameters => parameters?.zero !== undefined; // not while they are asked

function drawTally(parameters) {
  const counts = {nonzero: parameters.nonzero, ...parameters.zero_because};
  redraw(find('tally'), Object.entries(counts).map(([code, n]) => el('p', {}, el('span', {class: 'cells', 'aria-hidden': 'true'}, Array.from({length: Math.min(n, CELLS_MAX)}, () => el('i', {class: TEXTURES[code] ?? ''})),
    n > CELLS_MAX && '…'), el('b', {}, String(n)), ` ${texts.tally[code][n === 1 ? 0 : 1]}`)));
}

/** Heading, tally and filter; forward alone has no gradients to filter by. */
export function drawTableHead(state, act) {
  const {parameters} = state.model.gradients;
  find('h-params').textContent = texts.parameters(parameters?.total ?? rowsOf(state.model).length);
  if (areKnown(parameters)) drawTally(parameters);
  else redraw(find('tally'));
  const one = (name, n) => button({'data-filter': name, 'data-key': `filter${name}`, 'aria-pressed': String(state.filter === name), onclick: () => act.filter(name)}, texts.filters[name], ' ', el('b', {}, String(n)));
  find('filter').setAttribute('aria-label', texts.filters.label);
  redraw(find('filter'), areKnown(parameters) && [one('all', parameters.total), one('moves', parameters.nonzero), one('stays', parameters.zero)],
    button({id: 'edit', 'data-key': 'edit', 'aria-pressed': String(state.isEditing), onclick: act.edit}, texts.edit));
}
