// Fields: a step that is asked: a field a cell, the marks, the mistake by name, hints, and what is to be asked besides.
import {fieldName} from './body.js';
import {button, el, unseen} from './elements.js';
import {faultText, nameOf, texts} from './texts.js';
import {canAsk, firstOpen, isAsked, isDone, isGivenUp, keyOf, markOf, stepNames} from './turn.js';

const {turn} = texts;

/** A field with its mark; what the mark says belongs to what stands in the field. */
export function fieldOf(state, act, {pointer, tensor, index}) {
  const found = markOf(state, pointer);
  const id = `mark${pointer}`;
  const mark = el('span', {class: 'mark', id}, found && [turn.signs[found.mark], el('span', {}, found.detail ?? turn.marks[found.mark])]);
  const holder = el('span', {class: `field ${found?.mark ?? ''}`}, el('input', {'data-key': pointer, 'data-answer': pointer, 'aria-label': nameOf(tensor, index), 'aria-describedby': found ? id : null, 'aria-invalid': found && /wrong|unreadable/.test(found.mark) ? 'true' : null,
    autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', maxlength: 64, value: state.answers[pointer] ?? '', onfocus: () => act.field({tensor, index}), oninput: ({target}) => {
      act.answer(pointer, target.value);
      if (holder.className === 'field ') return;
      holder.className = 'field ';
      target.removeAttribute('aria-invalid');
      mark.replaceChildren();
    }}), mark);
  return holder;
}

export const fieldRows = (state, act, cells) => el('ol', {class: 'rows fields'}, cells.map(cell => el('li', {}, el('span', {class: 'nm', 'aria-hidden': 'true'}, nameOf(cell.tensor, cell.index)), fieldOf(state, act, cell))));

/** One mistake: where, what, and what else would explain the same answers. */
const mistake = ({code, message, or = [], at}, _, {length}) => el('li', {}, length > 1 && el('b', {}, `${turn.code(code)} `), message, at && !message.includes(fieldName(at)) && ` ${turn.at(fieldName(at.replace(/answers\/(samples\/\d+\/)?/, '')))}`, or.length > 0 && ` ${turn.or(or.map(turn.code))}`);

const hint = one => el('li', {}, one.hint ?? [el('b', {}, one.step), ' ', turn.right, ' ', el('code', {}, one.right), '; ', turn.wrong, ' ', el('code', {}, one.wrong), '.']);

/** "right", "follows", "incomplete" ...: the worst of the statuses of a moment's steps. */
function statusOf({reply}, names) {
  const own = reply.steps.filter(({step}) => names.includes(step));
  return {status: ['wrong', 'unreadable', 'incomplete', 'blank', 'follows', 'right'].find(one => own.some(({status}) => status === one)), own};
}

/** What a check came to, in one sentence. */
export function headline(verdict, names) {
  const {mistakes} = verdict.reply;
  if (mistakes.length) return turn.mistakes(mistakes.map(({code}) => code));
  const {status, own} = statusOf(verdict, names);
  const count = name => own.reduce((sum, {cells = {}}) => sum + (cells[name] ?? 0), 0);
  return status ? turn.status[status](count(status === 'incomplete' ? 'blank' : status)) : '';
}

/** A button that leads to the step after this one. */
function goOn({moments, moment}, act) {
  const next = moments[moment.position + 1];
  return next && el('p', {class: 'one'}, button({class: 'solid', id: 'turn-next', 'data-key': 'turn-next', onclick: () => act.goOn(next.id)}, turn.next(nameOf(next.id, []))));
}

/** What "?" stands for, and the way there. */
export function missing(state, view, act) {
  const open = firstOpen(state, view);
  return open && el('p', {class: 'hint'}, turn.missing, button({class: 'link', 'data-key': 'missing', id: 'missing', onclick: () => act.goOn(open.id)}, nameOf(open.id, [])), '.');
}

function verdictNodes(verdict, names) {
  const title = headline(verdict, names);
  const {mistakes, steps} = verdict.reply;
  const {status} = statusOf(verdict, names);
  const said = steps.filter(one => one.message && names.includes(one.step));
  return title && el('div', {class: `verdict ${mistakes.length ? 'wrong' : status}`, id: 'verdict'}, el('h3', {}, title), mistakes.length > 0 && el('ul', {}, mistakes.map(mistake)), said.map(({message}) => el('p', {}, message)),
    verdict.seen > 0 && el('ol', {class: 'hints', 'aria-label': turn.hints}, verdict.hints.slice(0, verdict.seen).map(hint)));
}

/** True if what was checked last stands here. */
const isOfVerdict = ({verdict}, {moment, sample}) => verdict?.keys.includes(keyOf(moment, sample));

function reviewNodes({hidden, collisions, all_zero_score: zero, smallest_nonzero: smallest, rounds_to_zero: rounded}) {
  const one = ({code, step}) => `${turn.code(code)} (${step})`;
  return el('ul', {class: 'review'}, el('li', {}, turn.review.hidden(hidden.map(one))), el('li', {}, turn.review.collisions(collisions.map(({codes, steps}) => codes.map((code, n) => one({code, step: steps[n]}))))),
    el('li', {}, turn.review.zero(zero)), el('li', {}, turn.review.smallest(smallest, rounded)));
}

/** Another exercise of the same shape, by its seed. */
export function exerciseNodes(state, act) {
  const fault = state.faults?.get('#/seed');
  return state.index.links.exercise && el('form', {class: 'exercise', novalidate: true, onsubmit: event => { event.preventDefault(); act.fresh(state.seed); }}, el('p', {class: 'hint'}, turn.seedHint),
    el('div', {class: 'buttons'}, el('label', {class: 'seed'}, `${texts.editor.seed} `, el('input', {'data-key': '#/seed', 'data-pointer': '#/seed', inputmode: 'numeric', autocomplete: 'off', value: state.seed,
      'aria-invalid': fault ? 'true' : null, 'aria-describedby': fault ? 'seed-fault' : null, oninput: ({target}) => act.seed(target.value)})), el('button', {'data-key': 'make', 'data-make': true}, turn.make)), fault && el('p', {class: 'fault', id: 'seed-fault'}, faultText(state, '#/seed', fault.detail)));
}

/** What is asked, another exercise, and how good it is. */
function choices(state, view, act) {
  const {moments} = view;
  const every = moments.filter(moment => canAsk(state, moment));
  const {exercise, exercise_review: review} = state.index.links;
  return el('div', {class: 'folds'}, el('details', {class: 'fold', 'data-fold': 'asked'}, el('summary', {'data-key': 'asked'}, turn.asked(every.filter(moment => isAsked(state, moment)).length)),
    el('div', {class: 'buttons'}, every.map(moment => button({'data-key': `ask${moment.id}`, 'data-ask': moment.id, 'aria-pressed': String(isAsked(state, moment)), onclick: () => act.ask([moment.id], !isAsked(state, moment))}, nameOf(moment.id, []))),
      button({class: 'quiet', 'data-key': 'askback', id: 'ask-back', onclick: () => act.ask(every.filter(({phase}) => phase === 'backward').map(({id}) => id), true)}, turn.allBack))),
  exercise && el('details', {class: 'fold', 'data-fold': 'exercise'}, el('summary', {'data-key': 'exercise'}, texts.menu.fresh), exerciseNodes(state, act)),
  review && el('details', {class: 'fold', 'data-fold': 'review'}, el('summary', {'data-key': 'teachers'}, turn.teachers), el('div', {class: 'buttons'}, button({id: 'review', 'data-key': 'review', onclick: act.review}, turn.judge)), state.review && reviewNodes(state.review)));
}

/** The form of a step, or the step as it is worked out once it was given up; `cells` draws the fields. */
export function turnNodes(state, view, act, cells, worked) {
  const {moment, sample} = view;
  const isUp = isGivenUp(state, moment, sample);
  const isHere = isOfVerdict(state, view);
  const left = isHere ? state.verdict.hints.length - state.verdict.seen : 0;
  const show = button({class: 'quiet', id: 'show', 'data-key': 'show', onclick: act.show}, isUp ? turn.again : turn.show);
  const form = isUp ? [worked(), el('div', {class: 'buttons'}, show), el('div', {class: 'verdict'}, el('p', {}, turn.shown))]
    : el('form', {id: 'turn', novalidate: true, onsubmit: event => { event.preventDefault(); act.check(); }}, cells(), el('div', {class: 'buttons'}, el('button', {class: 'solid', id: 'check', 'data-key': 'check', 'aria-disabled': state.isChecking ? 'true' : null}, turn.check),
      button({id: 'hint', 'data-key': 'hint', 'aria-disabled': left ? null : 'true', title: isHere ? null : turn.hintLater, onclick: () => left && act.hint()}, turn.hint, left > 0 && unseen(turn.hintsLeft(left))), show),
    isHere ? verdictNodes(state.verdict, stepNames(moment)) : [el('p', {class: 'hint'}, turn.start), missing(state, view, act)]);
  return [form, isDone(state, moment, sample) && goOn(view, act), choices(state, view, act)];
}

/** Worked, or your turn. */
export function tabs(state, view, act) {
  const {moment} = view;
  const isTheirs = isAsked(state, moment);
  const tab = (isOn, words) => button({'data-key': `turn${isOn}`, id: isOn ? 'turn-on' : 'turn-off', 'aria-pressed': String(isOn === isTheirs), onclick: () => isOn === isTheirs || act.turn()}, words);
  return canAsk(state, moment) && el('div', {class: 'tabs', role: 'group', 'aria-label': turn.mode}, tab(false, turn.worked), tab(true, turn.yours));
}
