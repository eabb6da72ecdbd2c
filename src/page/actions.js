// Actions: what someone does on the page, each as a change of the state.
import {useToken} from './api.js';
import {pointerTo} from './body.js';
import {find, say, toast} from './elements.js';
import {describe} from './describe.js';
import {instructive} from './model.js';
import {chosenCell} from './picture.js';
import {sentence} from './panel.js';
import {askAside, fail, refresh, showExample, shownNow} from './session.js';
import {curl, download, toFragment} from './share.js';
import {change, makeView, state} from './state.js';
import {showText} from './menu.js';
import {texts} from './texts.js';
import {headline} from './fields.js';
import {checkOf, cover, exerciseRequest, fromHere, hintsOf, isAsked, keyOf, marksOf, relevant, reviewRequest, stepNames, toggled} from './turn.js';

export const view = () => makeView({...state, model: covered()}, instructive);
let playing;
let last = {};
/** The model as it may be seen, made anew when what is asked or typed has changed. */
function covered() {
  const of = [state.model, state.chosen, state.answers, state.marks, state.givenUp];
  if (of.some((one, n) => one !== last.of?.[n])) last = {of, model: state.model && cover(state)};
  return last.model;
}

let catalogue;
let hasToken = false;

async function copy(text, message) {
  try {
    await navigator.clipboard.writeText(text);
    toast(message);
  } catch {
    showText(text);
  }
}

function stop() {
  clearInterval(playing);
  change({isPlaying: false});
}

function stepOn() {
  const {moments, moment} = view();
  if (moment.position + 1 < moments.length) act.go(moments[moment.position + 1].id);
  else stop();
}

/** The focus goes to the first field of the step, or to something else where it has none. */
const focusPanel = other => (document.querySelector('#panel [data-answer]') ?? document.querySelector(other))?.focus({preventScroll: true});

/** Undo and redo are one thing in two directions. */
async function travel(from, to) {
  const last = state[from].at(-1);
  if (!last) return;
  const {run, ...other} = last;
  change({[from]: state[from].slice(0, -1), [to]: [...state[to], shownNow()], drafts: {}, ...other});
  await refresh({run, remember: false});
}

export const act = {
  go(id, cell = null) {
    change({moment: id, cell, probe: null, isFresh: id !== view().moment.id});
    say(sentence(view()));
  },
  by(n) {
    const {moments, moment} = view();
    act.go(moments[Math.max(0, Math.min(moments.length - 1, moment.position + n))].id);
  },
  first: () => act.by(-Infinity),
  last: () => act.by(Infinity),
  cell(cell) {
    change({cell, probe: null, isFresh: false});
  },
  choose(ref) {
    const cell = chosenCell(view(), ref);
    change(cell ? {cell, probe: null, isFresh: false} : {probe: ref, isFresh: false});
    say(describe({...view()}, ref));
  },
  look(ref) {
    find('readout').textContent = describe(view(), ref);
  },
  play() {
    if (state.isPlaying) return stop();
    const {moments, moment} = view();
    if (moment.position + 1 === moments.length) act.go(moments[0].id);
    playing = setInterval(stepOn, 1800);
    return change({isPlaying: true});
  },
  sample(sample) {
    change({sample, cell: null, probe: null, isFresh: false});
    say(sentence(view()));
  },
  filter: filter => change({filter, rows: 200}),
  sort: column => change({sort: state.sort?.column === column ? state.sort.isUp ? null : {column, isUp: true} : {column, isUp: false}}),
  moreRows: () => change({rows: state.rows + 200}),
  edit() {
    change({isEditing: !state.isEditing});
    say(state.isEditing ? texts.editing : texts.edited);
  },
  type(pointer, text) {
    if (pointer === pointerTo('learning_rate')) change({rate: text});
    else change({drafts: {...state.drafts, [pointer]: text}, example: null});
    refresh();
  },
  /** Another body: a unit more, another activation, other numbers. */
  reshape(body, patch = {}) {
    change({body, drafts: {}, example: null, cell: null, ...patch});
    return refresh();
  },
  example(name) {
    history.pushState(null, '', location.href);
    return showExample(name, {moment: 'dL_dy_hat'});
  },
  /** Another exercise, of this seed or the next. */
  async fresh(seed = String((Number.parseInt(state.seed, 10) || 0) + 1)) {
    const made = await askAside('exercise', exerciseRequest(state), {'#/seed': seed});
    if (!made) return;
    history.pushState(null, '', location.href);
    const back = () => view().moments.filter(({phase}) => phase === 'backward').map(({id}) => id);
    const chosen = state.chosen.length ? state.chosen : back();
    const moment = view().moments.find(({id}) => chosen.includes(id))?.id ?? 'dL_dy_hat';
    await act.reshape({options: {}, ...made.body}, {example: `exercise-${seed}`, seed, answers: {}, frozen: undefined, chosen, moment});
    if (!chosen.length) act.ask(back(), true); // there was no way back before
    toast(texts.menu.newNumbers(seed));
  },
  seed: seed => change({seed, ...state.faults?.has('#/seed') && {isAside: false, problem: null, faults: null}}),
  /** Worked, or your turn. */
  turn() {
    const {moments, moment} = view();
    act.ask(fromHere(moments, moment).map(({id}) => id), !isAsked(state, moment));
    focusPanel('#turn-off');
    say(sentence(view()));
  },
  /** Goes on from a step that is done. */
  goOn(id) {
    act.go(id);
    focusPanel('#turn-next, #turn-off');
  },
  ask(ids, isOn) {
    const others = state.chosen.filter(id => !ids.includes(id));
    change({chosen: isOn ? [...others, ...ids] : others, review: null, cell: null});
  },
  /** A field has the focus: its cell is the one looked at. */
  field(cell) {
    if (JSON.stringify(cell) !== JSON.stringify(view().cell)) change({cell, probe: null, isFresh: false});
  },
  answer: (pointer, text) => change({answers: {...state.answers, [pointer]: text}}),
  async check() {
    if (state.isChecking) return;
    const {moment, sample, model} = view();
    const sent = {...state};
    const {request, moments} = checkOf(sent, model, moment, sample);
    change({isChecking: true});
    const [reply, list] = await Promise.all([askAside('grade', request), catalogue ??= askAside('mistakes').then(one => one?.mistakes ?? [])]);
    change({isChecking: false});
    if (!reply || sent.model !== state.model) return;
    const verdict = {reply, hints: hintsOf(reply, list), seen: 0, keys: moments.map(one => keyOf(one, sample))};
    change({marks: marksOf(sent, reply, moments, sample), verdict});
    say([headline(verdict, stepNames(moment)), ...reply.mistakes.map(({message}) => message)].join(' '));
  },
  hint() {
    const {verdict} = state;
    const {hint, step, right, wrong} = verdict.hints[verdict.seen];
    change({verdict: {...verdict, seen: verdict.seen + 1}});
    say(hint ?? `${step} ${texts.turn.right} ${right}; ${texts.turn.wrong} ${wrong}.`);
  },
  show() {
    const {moment, sample} = view();
    change({givenUp: toggled(state.givenUp, keyOf(moment, sample))});
    say(sentence(view()));
  },
  async review() {
    const asked = view().moments.filter(moment => isAsked(state, moment)).flatMap(stepNames);
    const review = await askAside('exercise_review', reviewRequest(state.model, asked));
    if (review) change({review: relevant(review, asked)});
  },
  async share() {
    const url = new URL(location.href);
    url.hash = await toFragment(state);
    await copy(url.href, texts.menu.shared);
  },
  curl: () => copy(curl(new URL(state.index.links.explain ?? state.index.links.backward, location.href.replace(/[?#].*/, '')).href, state.texts.request, hasToken), texts.menu.curled),
  download: what => download(what, state).catch(fail),
  print: () => window.print(),
  menu() {
    const isOpen = find('actions').classList.toggle('open');
    find('more').setAttribute('aria-expanded', String(isOpen));
  },
  toField: pointer => document.querySelector(`[data-pointer="${CSS.escape(pointer)}"]`)?.focus(),
  async token(text) {
    useToken(text);
    hasToken = true;
    change({needsToken: false});
    await act.start?.();
    change({tokenWasWrong: state.needsToken});
  },
  undo: () => travel('past', 'future'),
  redo: () => travel('future', 'past'),
  reset: () => state.run && act.reshape(state.run.start.body, state.run.start),
  log: isLog => change({isLog}),
};
