// Trainer: repeats the step on the service, shows the loss, and when each unit died or came back.
import {askJson} from './api.js';
import {isOfEditor, requests} from './body.js';
import {button, el, redraw, say, svg} from './elements.js';
import {exact, isShortened, shown} from './numbers.js';
import {problemNodes} from './menu.js';
import {fail, refresh, settled} from './session.js';
import {change, state as shared} from './state.js';
import {field} from './table.js';
import {texts} from './texts.js';

const REQUESTS_MAX = 100; // of one press of a button
const UNITS_MAX = 8; // whose life is drawn

const names = dead => Object.entries(dead).flatMap(([layer, units]) => units.map((isDead, j) => [`${layer}[${j}]`, isDead]));
const listed = lists => Object.entries(lists).flatMap(([layer, units]) => units.map(j => `${layer}[${j}]`));

async function post(body, n) {
  const text = requests({...shared, body, drafts: {}}).step(n);
  return askJson(shared.index.links.step, {text, onWait: waiting => change({waiting})});
}

/** Some steps: {network, losses, events}. Where a unit died or came back in between, they are taken again one by one. */
async function chunk(body, n, done) {
  const reply = await post(body, n);
  const hasEvents = listed(reply.newly_dead).length + listed(reply.revived).length > 0;
  if (n > 1 && hasEvents) return oneByOne(body, n, done);
  const event = isDead => name => ({at: done + n, name, isDead});
  return {...reply, events: [...listed(reply.newly_dead).map(event(true)), ...listed(reply.revived).map(event(false))]};
}

async function oneByOne(body, n, done) {
  const whole = {losses: [], events: []};
  let now = body;
  for (let i = 0; i < n; i++) {
    const reply = await chunk(now, 1, done + i);
    now = {...now, network: reply.network};
    whole.losses.push(...i === 0 ? reply.losses : reply.losses.slice(1));
    whole.events.push(...reply.events);
    whole.dead_before ??= reply.dead_before;
  }
  return {...whole, network: now.network};
}

/** Goes on by n steps, and shows the network that comes out. */
export async function train(n) {
  if (shared.isTraining) return;
  change({isTraining: true});
  await settled();
  let body = shared.model.body;
  const run = shared.run ? {...shared.run} : {start: {body, ...shared.model.from}, losses: [], events: [], dead: null};
  const size = Math.max(1, Math.ceil(n / REQUESTS_MAX));
  try {
    for (let left = n; left > 0; left -= size) {
      const done = Math.max(0, run.losses.length - 1);
      const reply = await chunk(body, Math.min(size, left), done);
      body = {...body, network: reply.network};
      run.dead ??= Object.fromEntries(names(reply.dead_before));
      run.losses = [...run.losses, ...run.losses.length ? reply.losses.slice(1) : reply.losses];
      run.events = [...run.events, ...reply.events];
    }
    change({body, drafts: {}, example: null});
    await refresh({run});
    say(outcome(run));
  } catch (error) {
    fail(error);
  } finally {
    change({isTraining: false});
  }
}

/** From when to when a unit is dead: [[from, to]]. */
export function spans(isDead, events, name, end) {
  const list = [];
  let from = isDead ? 0 : null;
  for (const event of events.filter(one => one.name === name)) {
    if (event.isDead) from = event.at;
    else {
      list.push([from, event.at]);
      from = null;
    }
  }
  return from === null ? list : [...list, [from, end]];
}

/** Which parameters still learn, where most do not. */
function learning({gradients: {gradients}}) {
  const names = Object.keys(gradients).filter(name => [gradients[name]].flat(2).some(one => one));
  return names.length === 1 ? texts.train.only(names) : '';
}

const eventText = ({name, at, isDead}) => (isDead ? texts.train.died : texts.train.revived)(name, at);

function outcome({losses, events}) {
  const last = events.slice(-2).map(eventText).join(' ') || texts.train.quiet;
  return `${shown(losses.at(-1))}${texts.train.after(losses.length - 1)}${last}${learning(shared.model)}`;
}

// --- the curve: its geometry is the page's own, its numbers are the losses of the replies ---

function scaleOf(losses, isLog, top, height) {
  const positive = losses.filter(loss => loss > 0);
  const most = Math.max(...losses, Number.MIN_VALUE);
  if (!isLog) return {y: loss => top + height - height * loss / most, ticks: [most, 0]};
  const high = Math.ceil(Math.log10(Math.max(...positive, 1e-300)));
  const low = Math.min(high - 1, Math.max(high - 16, Math.floor(Math.log10(Math.min(...positive, most)))));
  const y = loss => top + height * (high - Math.max(low, Math.log10(loss || 1e-300))) / (high - low);
  const ticks = Array.from({length: high - low + 1}, (_, i) => 10 ** (high - i));
  return {y, ticks: ticks.filter((_, i) => i % Math.ceil(ticks.length / 5) === 0)};
}

function life(run, name, x, y, end) {
  const dead = spans(run.dead[name], run.events, name, end);
  return [svg('text', {class: 'lab', x: 56, y: y + 13, 'text-anchor': 'end'}, name), svg('path', {class: 'alive', d: `M${x(0)} ${y + 9}H${x(end)}`}),
    dead.map(([from, to]) => [svg('rect', {class: 'gone', x: x(from), y, width: Math.max(2, x(to) - x(from)), height: 18, rx: 2}), svg('rect', {fill: 'url(#hatch-run)', x: x(from), y, width: Math.max(2, x(to) - x(from)), height: 18, rx: 2}),
      x(to) - x(from) > 130 && svg('text', {class: 'lab strong halo', x: x(from) + 8, y: y + 13}, from === 0 ? texts.train.deadFromStart : texts.train.deadFrom(from))])];
}

function curve(run, width, isLog) {
  const [left, right, top, height] = [64, 12, 10, 158];
  const end = run.losses.length - 1;
  const x = i => Math.round((left + (width - left - right) * i / Math.max(1, end)) * 10) / 10;
  const {y, ticks} = scaleOf(run.losses, isLog, top, height);
  const units = Object.keys(run.dead ?? {});
  const some = units.slice(0, UNITS_MAX);
  const strip = top + height + 30;
  const every = Math.max(1, Math.ceil(run.losses.length / 1000));
  const points = run.losses.map((loss, i) => [i, loss]).filter(([i]) => i % every === 0 || i === end).map(([i, loss]) => `${x(i)} ${y(loss).toFixed(1)}`);
  const full = strip + some.length * 26;
  return svg('svg', {width, height: full, viewBox: `0 0 ${width} ${full}`, role: 'img', 'aria-label': `${texts.train.curve(end, run.losses[0], run.losses.at(-1))} ${run.events.map(eventText).join(' ')}`},
    svg('defs', {}, svg('pattern', {id: 'hatch-run', width: 7, height: 7, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)'}, svg('path', {class: 'hatch-l', d: 'M0 0v7'}))),
    ticks.map(tick => [svg('path', {class: 'grid', d: `M${left} ${y(tick).toFixed(1)}H${width - right}`}), svg('text', {class: 'lab', x: left - 8, y: y(tick) + 4, 'text-anchor': 'end'}, shown(Number(tick.toPrecision(3))))]),
    run.events.map(event => svg('path', {class: 'died', d: `M${x(event.at)} ${top}V${full - 8}`})),
    svg('path', {class: 'loss', d: `M${points.join('L')}`}), svg('circle', {class: 'end', cx: x(end), cy: y(run.losses.at(-1)).toFixed(1), r: 5}),
    [0, end].map((i, n) => svg('text', {class: 'lab', x: x(i), y: top + height + 18, 'text-anchor': n ? 'end' : 'start'}, String(i))), some.map((name, i) => life(run, name, x, strip + 26 * i, end)));
}

function controls(state, act) {
  const {rate, by, step, history, undo, redo, reset} = texts.train;
  const go = n => button({'data-key': `train${n}`, 'data-train': n, disabled: state.isTraining || Boolean(state.problem), onclick: () => act.train(n)}, step(n));
  return el('div', {class: 'controls'}, el('label', {}, rate, ' ', field(state, '#/learning_rate', state.rate, rate, act, {list: 'rates', value: state.rate})), el('datalist', {id: 'rates'}, [0.01, 0.1, 0.25, 0.5, 1].map(value => el('option', {value}))),
    el('div', {class: 'buttons', role: 'group', 'aria-label': by}, [1, 10, 100, 1000].map(go)),
    el('div', {class: 'buttons', role: 'group', 'aria-label': history}, button({class: 'quiet', id: 'undo', 'data-key': 'undo', disabled: !state.past.length, onclick: act.undo}, undo),
      button({class: 'quiet', id: 'redo', 'data-key': 'redo', disabled: !state.future.length, onclick: act.redo}, redo), button({class: 'quiet', id: 'reset', 'data-key': 'reset', disabled: !state.run, onclick: act.reset}, reset)),
    state.faults?.has('#/learning_rate') && el('div', {class: 'fault', id: isOfEditor(state.faults) ? null : 'fault'}, problemNodes(state, act)));
}

export function drawTrainer(holder, state, act) {
  const {run, model} = state;
  const {title, hint, none, running, after, log, quiet} = texts.train;
  holder.hidden = !state.index.links.step || !requests({...state, body: model.body, drafts: {}}).step;
  if (holder.hidden) return;
  const loss = run?.losses.at(-1);
  const said = run ? [el('b', {title: isShortened(loss) ? exact(loss) : null}, shown(loss)), `${after(run.losses.length - 1)}${run.events.slice(-2).map(eventText).join(' ') || quiet}${learning(model)}`] : none;
  redraw(holder, el('div', {}, el('h2', {id: 'h-train'}, title), el('p', {class: 'hint'}, hint(model.samples.length)), controls(state, act), el('p', {class: 'outcome', id: 'outcome'}, state.isTraining ? running : said),
    el('label', {class: 'check'}, el('input', {type: 'checkbox', id: 'log', 'data-key': 'log', checked: state.isLog, onchange: event => act.log(event.target.checked)}), ` ${log}`)), el('div', {class: 'curve', id: 'curve'}));
  const node = holder.querySelector('#curve');
  const width = Math.floor(node.clientWidth);
  if (run && width > 200) node.append(curve(run, width, state.isLog));
}
