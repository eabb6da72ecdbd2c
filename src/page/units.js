// Units: draws inputs, units with their gate, targets and the loss into the picture. Texts lie on top, hidden from readers: the names of the shapes say more.
import {svg} from './elements.js';
import {isKnown} from './model.js';
import {own, shown, tone} from './numbers.js';
import {texts} from './texts.js';

const round = value => value.toFixed(1);
const rect = (box, attributes) => svg('rect', {x: round(box.x), y: round(box.y), width: round(box.w), height: round(box.h), ...attributes});

/** What all drawers share: {view, plan, over: texts on top, place: (ref, className, ...shapes) => a place that can be chosen}. */
export const text = (draw, x, y, className, words, anchor = 'middle') => {
  draw.over.push(svg('text', {x: round(x), y: round(y), class: className, 'text-anchor': anchor}, words));
};

/** Shortens what does not fit; the sentence below the picture has all digits. */
export function fit(value, width) {
  const words = shown(value);
  const room = Math.max(3, Math.floor((width - 8) / 8.2));
  if (words.length <= room) return words;
  if (typeof value !== 'number') return `${words.slice(0, room - 1)}…`;
  for (let digits = 5; digits > 0; digits--) {
    const short = shown(Number(value.toPrecision(digits)));
    if (short.length <= room) return short;
  }
  return words.includes('e') ? words.replace(/^(−?)(\d)[^e]*/, '$1$2') : words.slice(0, room);
}

/** A value, and under it its gradient once the way back has begun. */
function twoLines(draw, box, value, gradient, halo = '') {
  const y = box.y + box.h / 2;
  const x = box.x + box.w / 2;
  if (gradient === undefined) return text(draw, x, y + 5, `v ${halo} ${own(value)}`, fit(value, box.w));
  text(draw, x, y - 3, `v small ${halo} ${own(value)}`, fit(value, box.w));
  return text(draw, x, y + 14, `g ${halo} ${tone(gradient)}`, fit(gradient, box.w));
}

const isNow = ({view}, tensor) => view.moment.steps.some(step => step.tensor === tensor);
const isBack = ({view}) => view.moment.phase !== 'forward';

/** Value of a tensor if it has been computed; '' else. */
function known({view}, tensor, j) {
  const {model, sample, moments, moment} = view;
  return isKnown(moments, moment.position, tensor) ? model.value(sample, tensor)?.[j] : '';
}

/** What comes out of a layer, as the picture calls it. */
const called = ({view: {model}}, k) => k === model.depth ? 'ŷ' : model.outName(k);

export function inputs(draw, column, name, k) {
  return column.boxes.map((box, i) => {
    const ref = k === 0 ? `x.${i}` : `u.${k}.${i}`;
    twoLines(draw, box, k === 0 ? draw.view.model.value(draw.view.sample, 'x')[i] : known(draw, name, i), undefined);
    if (draw.plan.hasNames) text(draw, box.cx, box.y - 7, 'lab', `${name}[${i}]`);
    return draw.place(ref, `node ${isNow(draw, name) ? 'now' : ''}`, rect(box, {class: 'body', rx: round(box.h / 2)}));
  });
}

/** True if the biases of a layer are what the moment is about. */
const isHot = (draw, k) => isNow(draw, `dL_db${k}`) || isNow(draw, `gradients.b${k}`);

/** The bias below a unit: its gradient when that is the step. */
function bias(draw, box, k, j, align) {
  const {model, moment} = draw.view;
  if (!draw.plan.hasNames || model.bias(k, j) === undefined) return [];
  const isOfStep = isHot(draw, k);
  const value = isNow(draw, `gradients.b${k}`) ? model.gradients.gradients[`b${k}`]?.[j] ?? '?' : isOfStep ? model.value(draw.view.sample, `dL_db${k}`)[j] : model.bias(k, j);
  const after = moment.phase === 'update' ? model.after(`b${k}`)?.[j] : undefined;
  const change = after === undefined ? null : after > value ? '↑' : after < value ? '↓' : texts.stays;
  const words = `b${k} ${change ?? fit(value, 60)}`;
  const up = draw.plan.isUpright;
  if (up && !isOfStep) return [];
  const y = box.y + box.h + 16;
  const width = words.length * 7.4 + 8;
  const left = align === 'start' ? box.x : box.cx - width / 2;
  text(draw, align === 'start' ? left + 4 : box.cx, y, `lab ${isOfStep ? 'strong' : ''}`, words, align === 'start' ? 'start' : 'middle');
  return isOfStep ? [rect({x: left, y: y - 14, w: width, h: 19}, {class: 'plate now', rx: 4})] : [];
}

/** A unit whose sum and value are the same number. */
function pill(draw, box, k, j) {
  const {model} = draw.view;
  const out = model.outName(k);
  const gradient = isBack(draw) ? known(draw, `dL_d${out}`, j) : undefined;
  twoLines(draw, {...box, x: box.x + 4, w: box.w - 8}, known(draw, out, j), gradient);
  const up = draw.plan.isUpright;
  if (draw.plan.hasNames) text(draw, up ? box.x - 4 : box.cx, box.y - 7, 'lab on-paper', `${called(draw, k)}[${j}]`, up ? 'start' : 'middle');
  const now = isNow(draw, out) || isNow(draw, `dL_d${out}`);
  return draw.place(`u.${k}.${j}`, `node ${now ? 'now' : ''}`, rect(box, {class: 'body', rx: round(box.h / 2)}), ...bias(draw, box, k, j, 'middle'));
}

function gate(draw, box, isShut, isEdge, isOpen) {
  const up = draw.plan.isUpright;
  const back = isBack(draw);
  const [x, y] = [round(box.cx), round(box.cy + (up && isShut ? 8 : 0))]; // upright, the word stands above the bar
  const turn = `translate(${x} ${y}) rotate(${up ? 90 : 0})`;
  const half = (up ? box.w : box.h) / 2 - 5;
  const shapes = isShut ? [svg('path', {class: 'gate shut', d: `M0 ${-half}v${2 * half}`, transform: turn})]
    : [svg('path', {class: 'gate', d: `M0 ${-half}v10M0 ${half}v-10`, transform: turn}),
      isOpen && svg('path', {class: 'gate-go', d: back ? 'M4-6l-8 6 8 6z' : 'M-4-6l8 6-8 6z', transform: turn})];
  if (isEdge) shapes.push(svg('circle', {class: 'gate-edge', cx: up ? round(box.x + box.w - 14) : x, cy: y, r: 5}));
  return shapes;
}

/** z | gate | h in one box. */
function unit(draw, box, k, j) {
  const {view, plan} = draw;
  const {model, moments, moment, sample} = view;
  const [sum, out] = [`z${k}`, model.outName(k)];
  const isRelu = model.activations[k - 1] === 'relu';
  const isOpen = isKnown(moments, moment.position, out);
  const isDead = isOpen && model.isDead(sample, k, j);
  const isEdge = isRelu && known(draw, sum, j) === 0;
  const up = plan.isUpright;
  const near = up ? {...box, h: box.h / 2 - 10} : {...box, w: box.w / 2 - 9};
  const far = up ? {...box, y: box.cy + 10, h: box.h / 2 - 10} : {...box, x: box.cx + 9, w: box.w / 2 - 9};
  const nowNear = isNow(draw, sum) || isNow(draw, `dL_dz${k}`);
  const nowFar = isNow(draw, out) || isNow(draw, `dL_d${out}`);
  const halo = now => isDead ? now ? 'on-now' : 'on-card' : '';
  const clip = `c${draw.prefix}${k}-${j}`;
  twoLines(draw, near, known(draw, sum, j), isBack(draw) ? known(draw, `dL_dz${k}`, j) : undefined, halo(nowNear));
  twoLines(draw, far, known(draw, out, j), isBack(draw) ? known(draw, `dL_d${out}`, j) : undefined, halo(nowFar));
  names(draw, box, {k, j, sum, isDead, isEdge});
  return draw.place(`u.${k}.${j}`, `node ${isDead ? 'dead' : ''}`,
    svg('clipPath', {id: clip}, rect(box, {rx: 12})),
    svg('g', {'clip-path': `url(#${clip})`}, rect(box, {class: 'fill'}), nowNear && rect(near, {class: 'hl'}), nowFar && rect(far, {class: 'hl'}),
      isDead && rect(box, {fill: `url(#hatch${draw.prefix})`})),
    rect(box, {class: 'body hollow', rx: 12}), ...gate(draw, box, isDead, isEdge && isOpen, isOpen), ...bias(draw, box, k, j, 'start'));
}

function names(draw, box, {k, j, sum, isDead, isEdge}) {
  const {plan} = draw;
  if (!plan.hasNames) return;
  const [left, right] = [box.x + 4, box.x + box.w - 4];
  if (plan.isUpright) {
    const tag = isDead ? isEdge ? `${texts.dead} ${texts.atZero}` : texts.dead : isEdge ? texts.atZero : '';
    if (tag) text(draw, box.cx - (isEdge ? 8 : 0), box.cy + (isDead ? 1 : 4), 'lab strong on-card', tag);
    text(draw, box.x, box.y - 6, 'lab on-paper', `${sum}[${j}]`, 'start');
    if (!isHot(draw, k)) text(draw, box.x, box.y + box.h + 15, 'lab on-paper', `${called(draw, k)}[${j}]`, 'start');
    return;
  }
  text(draw, left, box.y - 7, 'lab', `${sum}[${j}]`, 'start');
  text(draw, right, box.y - 7, 'lab', `${called(draw, k)}[${j}]`, 'end');
  if (isEdge && box.w > 130) text(draw, box.cx, box.y - 7, 'lab strong', texts.boundary.split(' ').at(-1));
  if (isDead) text(draw, right, box.y + box.h + 16, 'lab strong', texts.dead, 'end');
}

/** A layer of many: a strip of cells, by sign and size. */
function strip(draw, column, k) {
  const {model, view: {sample}} = {model: draw.view.model, view: draw.view};
  const name = k === 0 ? 'x' : model.outName(k);
  const [first] = column.boxes;
  const last = column.boxes.at(-1);
  const most = Math.max(...column.boxes.map((_, j) => Math.abs(model.value(sample, name)[j]) || 0), Number.MIN_VALUE);
  const up = draw.plan.isUpright;
  text(draw, up ? (first.x + last.x + last.w) / 2 : first.cx, first.y - 9, 'lab', `${name}: ${texts.strip(column.boxes.length)}`);
  if (column.boxes.length > 256) return [rect({x: first.x, y: first.y, w: up ? last.x + last.w - first.x : first.w, h: up ? first.h : last.y + last.h - first.y}, {class: 'body', rx: 4})];
  return column.boxes.map((box, j) => {
    const value = k === 0 ? model.value(sample, 'x')[j] : known(draw, name, j);
    const isDead = k > 0 && value !== '' && model.isDead(sample, k, j);
    return draw.place(k === 0 ? `x.${j}` : `u.${k}.${j}`, 'node cell', rect(box, {class: 'body'}),
      value !== '' && !Number.isNaN(Number(value)) && rect(box, {class: `level ${tone(value)}`, 'fill-opacity': (Math.abs(value) / most).toFixed(2)}), isDead && rect(box, {fill: `url(#hatch${draw.prefix})`}));
  });
}

export function layer(draw, column, k) {
  if (column.isStrip) return strip(draw, column, k);
  const one = draw.kinds[k] === 'pill' ? pill : unit;
  return column.boxes.map((box, j) => one(draw, box, k, j));
}

export const strips = strip;

export function targets(draw) {
  const {view: {model, sample}, plan} = draw;
  return plan.targets.map((box, j) => {
    text(draw, box.cx, box.cy + 5, 'v', fit(model.value(sample, 'y')[j], box.w));
    if (plan.hasNames && !plan.isUpright) text(draw, box.cx, box.y - 7, 'lab', `y[${j}]`);
    return draw.place(`y.${j}`, 'node target', rect(box, {class: 'body', rx: 4}));
  });
}

export function loss(draw) {
  const {view: {model, sample, moments, moment}, plan: {loss: box}} = draw;
  const isAfter = moment.phase === 'update' && model.lossAfter !== undefined;
  const value = isAfter ? model.lossAfter : moment.phase === 'batch' ? model.gradients.loss : isKnown(moments, moment.position, 'loss') ? model.value(sample, 'loss') : undefined;
  text(draw, box.cx, value === undefined ? box.cy + 5 : box.cy - 5, 'lab', isAfter ? texts.lossAfter : texts.loss);
  if (value !== undefined) text(draw, box.cx, box.cy + 14, 'v small', fit(value, box.w - 4));
  return draw.place('loss', `node ${moment.kind === 'loss' || isAfter ? 'now' : ''}`, rect(box, {class: 'body', rx: 6}));
}
