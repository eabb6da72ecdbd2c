// Picture: draws the network at a moment, with the edges and their marks, and lets each place be chosen.
import {cellAt, refOf} from './model.js';
import {describe} from './describe.js';
import {edgesOf, fansOut} from './edges.js';
import {el, redraw, svg, unseen} from './elements.js';
import {between, ends, layout, placeMarks, visibleLayers} from './layout.js';
import {own, tone} from './numbers.js';
import {nameOf, texts} from './texts.js';
import {fit, inputs, layer, loss, strips, targets, text} from './units.js';

const EDGES_WITH_MARKS = 40;
const round = value => value.toFixed(1);
const line = ([a, b]) => `M${round(a.x)} ${round(a.y)}L${round(b.x)} ${round(b.y)}`;

/** The columns that are shown: {from, to, columns, kinds}. */
function columnsOf({model, moment}, width) {
  const kinds = model.activations.map((name, k) => k + 1 === model.depth && name === 'identity' ? 'pill' : 'unit');
  const {from, to} = visibleLayers(model.depth, moment.layer, width, kinds.filter(kind => kind === 'unit').length);
  const layers = Array.from({length: to - from + 1}, (_, k) => from + k);
  return {from, to, layers, kinds: [null, ...kinds], columns: [{kind: 'pill', n: model.sizes[from - 1]}, ...layers.map(k => ({kind: kinds[k - 1], n: model.sizes[k]}))]};
}

/** The edges of a layer that are drawn: all, or those of the cell looked at where a layer is a strip. */
function drawnEdges(draw, k, from, to) {
  const {model, sample, moments, moment, cell} = draw.view;
  const isWhole = !from.isStrip && !to.isStrip;
  if (!isWhole && model.sizes[k - 1] * model.sizes[k] > 20000) return [];
  const all = edgesOf(model, sample, moments, moment, cell, k);
  const edges = isWhole ? all : all.filter(edge => edge.isInGroup);
  return edges.length > 256 ? [] : edges.map(edge => ({...edge, line: ends(from.boxes[edge.i], to.boxes[edge.j], draw.plan.isUpright)}));
}

/** Where marks go: those of the cell looked at keep theirs, the others where there is room. */
function addMarks(draw, edges) {
  const fan = fansOut(draw.view.model, draw.view.moment);
  const shares = draw.plan.isUpright ? [0.68, 0.43] : [0.7]; // in two rows where there is little room beside each other, between the names
  const group = edges.filter(one => one.isInGroup);
  for (const [n, edge] of group.entries()) {
    edge.isFan = fan;
    const share = shares[n % shares.length];
    edge.mark = between(edge.line, fan ? share : 1 - share);
  }
  const taken = group.map(({mark}) => mark);
  const others = edges.filter(edge => edge.isActive && !edge.isInGroup && !edge.isBlocked && edge.mode !== 'asked');
  if (edges.length > EDGES_WITH_MARKS) return;
  placeMarks(others.map(edge => edge.line), taken).forEach((mark, n) => { others[n].mark = mark; });
}

function chip(draw, {mark: {x, y}, value}) {
  const words = fit(value, 66);
  const width = 8.2 * words.length + 8;
  text(draw, x, y + 4.5, `chip-t ${own(value)}`, words);
  return svg('rect', {class: 'chip', x: round(x - width / 2), y: round(y - 11), width: round(width), height: 22, rx: 5});
}

function markOf(draw, edge) {
  const {mark, value, mode, isInGroup} = edge;
  if (!mark) return null;
  if (isInGroup) return chip(draw, edge);
  text(draw, mark.x, mark.y + 5, `mark ${tone(value)}`, mode === 'change' ? value > 0 ? '↑' : '↓' : value > 0 ? '+' : '−');
  return null;
}

function arrow({line: ends, isFan}, isBack) {
  const tip = between(ends, isBack ? isFan ? 0.36 : 0.66 : isFan ? 0.36 : 0.68);
  const angle = Math.atan2(ends[1].y - ends[0].y, ends[1].x - ends[0].x) * 180 / Math.PI;
  return svg('path', {class: 'tip', d: 'M7 0l-13-6.5v13z', transform: `translate(${round(tip.x)} ${round(tip.y)}) rotate(${round(isBack ? angle + 180 : angle)})`});
}

function drawEdge(draw, edge, most) {
  const {mode, isActive, isInGroup, isBlocked, value} = edge;
  const isBack = draw.view.moment.phase !== 'forward';
  const isPlain = mode === 'off' || mode === 'asked';
  const look = isPlain ? mode : isBlocked ? 'blocked' : tone(value);
  const size = mode === 'change' ? 0.3 : Math.min(1, Math.abs(value) / most);
  const width = isPlain ? 1 : isBlocked ? 1.5 : (1.2 + 4.4 * size) * (isActive ? 1 : 0.7);
  const d = line(edge.line);
  return draw.place(edge.ref, `edge ${look} ${isActive ? 'act' : 'rest'} ${isInGroup ? 'grp' : ''}`,
    svg('path', {class: 'hit', d}), svg('path', {class: 'ln', d, 'stroke-width': width.toFixed(2)}),
    draw.isFresh && isActive && !isBlocked && !isPlain && mode !== 'change' && svg('path', {class: `flow ${isBack ? 'rev' : ''}`, pathLength: 100, d}),
    isInGroup && !isBlocked && arrow(edge, isBack), markOf(draw, edge));
}

const rank = ({isInGroup, isActive}) => isInGroup ? 2 : isActive ? 1 : 0;

function layerOfEdges(draw, k, from, to) {
  const edges = drawnEdges(draw, k, from, to);
  const most = Math.max(...edges.filter(({mode}) => mode !== 'off' && mode !== 'asked').map(({value}) => Math.abs(value)), Number.MIN_VALUE);
  addMarks(draw, edges);
  return svg('g', {role: 'group', 'aria-label': texts.groups.W(k)}, edges.sort((a, b) => rank(a) - rank(b)).map(edge => drawEdge(draw, edge, most)));
}

function wires({plan, view}, last) {
  const isOn = view.moment.kind === 'loss' || view.moment.kind === 'dL_dy_hat';
  return plan.targets.map((target, j) => svg('path', {class: `wire ${isOn ? 'on' : ''}`,
    d: plan.isUpright ? line([{x: target.cx, y: target.y + target.h}, {x: plan.loss.cx, y: plan.loss.y}]) + line(ends(last.boxes[j], target, true))
      : line(ends(last.boxes[j], target)) + line(ends(target, plan.loss))}));
}

function direction(draw) {
  const {plan, view: {moment: {phase}}} = draw;
  const words = texts.direction[phase];
  const isBack = phase === 'backward';
  const isFlat = phase === 'update' || phase === 'batch';
  if (plan.isUpright) {
    text(draw, plan.width / 2, 14, 'dw thin', `${isFlat ? '' : isBack ? '↑ ' : '↓ '}${words}`);
    return null;
  }
  const end = plan.width - 4;
  text(draw, plan.width / 2, 19, 'dw', words);
  return svg('g', {class: 'dir', 'aria-hidden': 'true'}, svg('path', {class: 'dl', d: `M18 14H${round(end)}`}),
    !isFlat && svg('path', {class: 'dt', d: isBack ? 'M18 14l12-5v10z' : `M${round(end)} 14l-12-5v10z`}));
}

/** A place that can be chosen: a button of its own. */
function placeOf(view, act) {
  const chosen = refOf(view.model, view.cell);
  const held = view.probe ?? chosen;
  return (ref, className, ...shapes) => act
    ? svg('g', {class: `${className} ${ref === chosen ? 'sel' : ''}`, role: 'button', tabindex: ref === held ? 0 : -1, 'aria-pressed': String(ref === chosen), 'aria-label': describe(view, ref),
      'data-ref': ref, 'data-key': ref, onclick: () => act.choose(ref), onfocus: () => act.look(ref), onpointerenter: () => act.look(ref)}, shapes)
    : svg('g', {class: className, role: 'img', 'aria-label': describe(view, ref)}, shapes);
}

/** The picture as a node. `act` has choose(ref) and look(ref); without it nothing can be chosen, as on paper. */
export function picture(view, width, {act, isFresh, prefix = ''} = {}) {
  const shape = columnsOf(view, width);
  const {model} = view;
  const hasTarget = shape.to === model.depth && model.value(view.sample, 'y') !== undefined;
  const plan = layout(width, shape.columns, hasTarget);
  const draw = {view, plan, isFresh, prefix, kinds: shape.kinds, over: [], place: placeOf(view, act)};
  const [first, ...rest] = plan.columns;
  const edges = shape.layers.map((k, n) => layerOfEdges(draw, k, plan.columns[n], rest[n]));
  const name = model.inName(shape.from);
  const nodes = [
    svg('g', {role: 'group', 'aria-label': shape.from === 1 ? texts.groups.x : name}, first.isStrip ? strips(draw, first, shape.from - 1) : inputs(draw, first, name, shape.from - 1)),
    ...shape.layers.map((k, n) => svg('g', {role: 'group', 'aria-label': texts.groups.layer(k, model.activations[k - 1], k === model.depth)}, layer(draw, rest[n], k)))];
  if (hasTarget) nodes.push(svg('g', {role: 'group', 'aria-label': texts.groups.y}, targets(draw)), loss(draw));
  const way = direction(draw);
  return svg('svg', {width: plan.width, height: round(plan.height), viewBox: `0 0 ${plan.width} ${round(plan.height)}`, role: 'group', 'aria-label': texts.picture(`${texts.phases[view.moment.phase]}, ${nameOf(view.moment.id, [])}`)},
    svg('defs', {}, svg('pattern', {id: `hatch${prefix}`, width: 7, height: 7, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)'}, svg('path', {class: 'hatch-l', d: 'M0 0v7'}))),
    edges, hasTarget && wires(draw, rest.at(-1)), way, nodes, svg('g', {class: 'over', 'aria-hidden': 'true'}, draw.over));
}

/** Where not all layers are drawn: a small map, with those that are. */
function map({model, moment, moments}, {from, to}, act) {
  return el('div', {class: 'map', role: 'group', 'aria-label': texts.map}, model.sizes.map((n, k) => el('button', {type: 'button', 'data-key': `map${k}`,
    'aria-pressed': String(k >= from - 1 && k <= to), onclick: () => act.go((moments.find(one => one.phase === moment.phase && one.layer === k) ?? moments[0]).id)}, k > 0 && unseen(texts.layer), k ? String(k) : 'x', el('span', {}, ` ${n}`), unseen(texts.units))));
}

/** Draws into the holder, in real pixels. */
export function drawPicture(holder, view, options) {
  const width = Math.floor(holder.clientWidth);
  if (width < 200) return;
  const node = picture(view, width, options);
  const isWider = Number(node.getAttribute('width')) > width;
  const shape = columnsOf(view, width);
  redraw(holder, shape.layers.length < view.model.depth && map(view, shape, options.act), el('div', isWider ? {class: 'wider', tabindex: 0, role: 'region', 'aria-label': texts.pictureRegion} : {}, node));
}

/** What the moment's cell is called where a place is chosen; undefined if the place has no part in it. */
export const chosenCell = (view, ref) => cellAt(view.model, view.moment, ref);
