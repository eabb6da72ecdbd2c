// Listing: the NumPy program of the worked solution; a line leads to its step, the current one shows what it gives.
import {button, el, redraw, unseen} from './elements.js';
import {shownList} from './numbers.js';
import {texts} from './texts.js';

const LONG = 400; // characters of a value beside its line

/** line -> the moment and the step that it belongs to, for the sample looked at. */
function linesOf(moments) {
  const lines = new Map();
  for (const moment of moments) for (const step of moment.steps) if (step.line && !lines.has(step.line)) lines.set(step.line, {moment, step});
  return lines;
}

function valueText(model, sample, {step}) {
  const clip = value => {
    const text = [value].flat(2).some(one => typeof one === 'string') ? '?' : shownList(value); // what someone typed is not what the program gives
    return text.length > LONG ? `${text.slice(0, LONG)} …` : text;
  };
  const inputs = step.uses.filter(name => ['x', 'y'].includes(name) || /^(h\d|z\d|dL_|y_hat|dh)/.test(name)).slice(0, 2)
    .map(name => model.value(sample, name) === undefined ? null : `${name} ${clip(model.value(sample, name))}`).filter(Boolean);
  return [inputs.length > 0 && el('span', {class: 'in'}, inputs.join(', ')), el('span', {'aria-hidden': 'true'}, ' → '), unseen(` ${texts.gives} `), clip(step.value)];
}

function line(view, act, number, source, target) {
  const isHere = target?.moment === view.moment && (view.moment.kind !== 'update' || target.step.tensor === view.cell.tensor);
  const code = [el('span', {class: 'ln', 'aria-hidden': 'true'}, String(number)), el('code', {}, source)];
  const onclick = () => act.go(target.moment.id, target.moment.kind === 'update' ? {tensor: target.step.tensor, index: firstIndex(target.step.value)} : null);
  return el('li', {class: source.startsWith('#') ? 'comment' : null},
    target ? button({class: 'l', 'data-key': `line${number}`, 'data-line': number, 'aria-current': isHere ? 'step' : null, onclick}, code) : el('span', {class: 'l'}, code),
    isHere && el('p', {class: 'io'}, valueText(view.model, view.sample, target)));
}

const firstIndex = value => Array.isArray(value) ? [0, ...firstIndex(value[0])] : [];

export function drawListing(holder, view, act) {
  const {program} = view.model.explain;
  const lines = linesOf(view.moments);
  const first = Math.min(...lines.keys(), program.length);
  const list = (from, to) => el('ol', {class: 'code'}, program.slice(from, to).map((source, i) => source === '' ? null : line(view, act, from + i + 1, source, lines.get(from + i + 1))));
  holder.setAttribute('aria-label', texts.program);
  redraw(holder, first > 1 && el('details', {class: 'fold', 'data-fold': 'start'}, el('summary', {'data-key': 'fold'}, texts.fold(1, first - 1)), list(0, first - 1)), list(first - 1));
  const here = holder.querySelector('[aria-current]')?.parentNode;
  if (here && holder.scrollHeight > holder.clientHeight) holder.scrollTop = Math.min(Math.max(holder.scrollTop, here.offsetTop + here.offsetHeight - holder.clientHeight), here.offsetTop);
}
