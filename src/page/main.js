// Main: starts the page, draws what a change of the state concerns, and listens to the keyboard.
import {act, view} from './actions.js';
import {describe} from './describe.js';
import {drawEditor} from './editor.js';
import {el, find, redraw, say, svg} from './elements.js';
import {drawListing} from './listing.js';
import {drawBanner, drawTop} from './menu.js';
import {refOf} from './model.js';
import {drawHandout, drawPanel} from './panel.js';
import {drawPicture} from './picture.js';
import {connect, fail, show, showExample} from './session.js';
import {fromFragment, toFragment} from './share.js';
import {change, state, watch} from './state.js';
import {drawStepper} from './stepper.js';
import {drawTable, drawTableHead, markTable} from './table.js';
import {drawTrainer, train} from './trainer.js';
import {texts} from './texts.js';
import {isAsked} from './turn.js';

Object.assign(act, {train});

const some = (names, ...of) => of.some(name => names.has(name));

function drawMoment(now, width) {
  drawPicture(find('picture'), {...now, probe: state.probe}, {act, isFresh: state.isFresh});
  if (width) return;
  find('readout').textContent = describe(now, state.probe ?? refOf(now.model, now.cell));
  drawStepper(find('stepper'), now, act, state);
}

/** A step that goes from four inputs to four targets of zeros and ones is an image of 2 by 2. */
function drawImages(now) {
  const {x, y} = now.model.samples[now.sample];
  const isImage = list => list?.length === 4 && list.every(one => one === 0 || one === 1);
  const image = (list, left) => list.map((ink, i) => svg('rect', {x: left + (i % 2 ? 26 : 0), y: i > 1 ? 29 : 3, width: 24, height: 24, class: ink ? 'on' : ''}));
  redraw(find('images'), isImage(x) && isImage(y) && svg('svg', {width: 136, height: 56, viewBox: '0 0 136 56', role: 'img', 'aria-label': texts.images(x, y)},
    svg('g', {class: 'px'}, image(x, 1)), svg('path', {class: 'arrow', d: 'M59 28h16m-6-6 6 6-6 6'}), svg('g', {class: 'px'}, image(y, 84))));
}

function drawWhole(now) {
  const {parameters} = now.model.gradients;
  find('intro').textContent = !parameters ? texts.introForward : parameters.zero === undefined ? texts.introTurn(parameters.total) : texts.intro(parameters, state.model.samples.length);
  find('main').classList.toggle('tables', !state.model.explain);
  drawImages(now);
}

function draw(names) {
  if (some(names, 'examples', 'example', 'texts')) drawTop(state, act);
  if (some(names, 'waiting', 'needsToken', 'problem', 'faults', 'tokenWasWrong')) drawBanner(state, act);
  const now = view();
  if (!now) return;
  const isFirst = find('main').hidden;
  find('main').hidden = false;
  const isNew = isFirst || some(names, 'model', 'moment', 'sample', 'chosen', 'marks', 'givenUp');
  if (isNew) drawWhole(now);
  const seen = {...state, model: now.model};
  const {explain} = state.model;
  const isMoved = isNew || some(names, 'cell', 'probe', 'isPlaying', 'answers');
  if (isMoved && explain) drawMoment(now);
  else if (isNew) redraw(find('picture'), el('p', {}, texts.noPicture));
  if (explain && (isNew || some(names, !isAsked(state, now.moment) && 'cell', 'verdict', 'isChecking', 'review', 'faults'))) drawPanel(find('panel'), now, act, state);
  if (isNew || some(names, 'filter', 'isEditing')) drawTableHead(seen, act);
  if (some(names, 'model', 'body', 'isEditing', 'faults', 'problem', 'drafts')) drawEditor(find('editor'), state, act);
  if (some(names, 'model', 'filter', 'sort', 'rows', 'isEditing', 'faults', 'chosen', 'marks', 'givenUp')) drawTable(find('table'), seen, act);
  markTable(find('table'), now);
  if (some(names, 'model', 'run', 'isTraining', 'isLog', 'rate', 'past', 'future', 'faults', 'problem')) drawTrainer(find('train'), state, act);
  if (explain && isMoved) drawListing(find('listing'), now, act); // last, since it measures
  if (some(names, 'model', 'moment', 'sample', 'cell', 'rate', 'chosen', 'answers', 'seed')) keepInAddress();
}

let writing = Promise.resolve();
let written = '';
/** The address holds the whole state. */
function keepInAddress() {
  writing = writing.then(async () => {
    written = await toFragment({...state, body: state.model.body});
    history.replaceState(null, '', written);
  });
}

/** What the address says, or the first example. */
async function showAddress() {
  if (location.hash === written && state.model) return;
  let wanted = {patch: {}};
  try {
    wanted = await fromFragment(location.hash);
  } catch {
    change({problem: {title: texts.problems.link}, faults: null});
  }
  if (wanted.file) return show(wanted.file, {example: null, ...wanted.patch});
  const {name} = state.examples.find(one => one.name === wanted.example) ?? state.examples[0];
  await showExample(name, wanted.patch);
}

act.start = async () => {
  try {
    if (await connect()) await showAddress();
    else change({problem: {title: texts.problems.notServed}});
  } catch (error) {
    fail(error);
  }
};

const KEYS = {ArrowRight: () => act.by(1), ArrowLeft: () => act.by(-1), Home: act.first, End: act.last};
const isField = node => /^(INPUT|SELECT|TEXTAREA)$/.test(node.tagName);

/** Up and down go from place to place in the picture, or from cell to cell in the panel. */
function goBeside(event) {
  const holder = event.target.closest('#picture, #panel');
  const all = [...holder?.querySelectorAll('[data-ref], [data-cell]') ?? []];
  const here = all.indexOf(event.target.closest('[data-ref], [data-cell]'));
  if (here < 0) return;
  event.preventDefault();
  const next = all[(here + (event.key === 'ArrowDown' ? 1 : all.length - 1)) % all.length];
  next.focus();
  if (next.dataset.cell) next.click();
  else all.forEach(node => node.setAttribute('tabindex', node === next ? 0 : -1));
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Escape') {
    find('downloads')?.removeAttribute('open');
    if (find('actions').classList.contains('open')) act.menu();
  }
  if (isField(event.target) || event.target.closest('.scroll, .scroll-x, .wider') === event.target) return;
  if (KEYS[event.key] && state.model?.explain) {
    event.preventDefault();
    KEYS[event.key]();
  } else if (/^Arrow(Up|Down)$/.test(event.key)) goBeside(event);
  else if (event.target.dataset?.ref && (event.key === 'Enter' || event.key === ' ')) {
    event.preventDefault();
    act.choose(event.target.dataset.ref);
  }
}

function listen() {
  document.addEventListener('keydown', onKey);
  document.addEventListener('click', event => event.target.closest('#downloads summary') ?? find('downloads')?.removeAttribute('open'));
  find('picture').addEventListener('pointerleave', () => { const now = view(); if (now?.model.explain) find('readout').textContent = describe(now, state.probe ?? refOf(now.model, now.cell)); });
  addEventListener('popstate', () => { showAddress().then(() => say(document.title)); });
  addEventListener('beforeprint', () => view() && drawHandout(find('handout'), view()));
  let width = 0;
  new ResizeObserver(() => {
    const next = find('picture').clientWidth;
    if (next === width || !view()?.model.explain) return;
    width = next;
    drawMoment(view(), width);
    drawTrainer(find('train'), state, act);
  }).observe(find('picture'));
}

for (const node of document.querySelectorAll('[data-text]')) node.textContent = texts[node.dataset.text];
document.body.classList.toggle('embed', new URLSearchParams(location.search).has('embed'));
watch(draw);
listen();
act.start();
