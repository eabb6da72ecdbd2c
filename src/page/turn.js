// Turn: which steps are asked of someone, what was typed for them, and what the service said of it. Pure.
import {at, indices, makeModel} from './model.js';

export const CELLS_MAX = 256; // of a step that can be asked
export const DECIMALS = 3;

export const isOfBatch = ({phase}) => phase === 'batch' || phase === 'update';
const asked = ({steps}) => steps.filter(({tensor}) => tensor !== 'loss_after');

/** A step of one sample, or of all of them together. */
export const keyOf = (moment, sample) => isOfBatch(moment) ? moment.id : `${sample}/${moment.id}`;

/** The cells of a moment: {pointer, tensor, index}; the pointer is that of the answers of /grade. */
export const cellsOf = (moment, sample) => asked(moment).flatMap(({tensor, value}) => indices(value).map(index => (
  {pointer: [isOfBatch(moment) ? '#/answers' : `#/answers/samples/${sample}`, ...tensor.split('.'), ...index].join('/'), tensor, index})));

/** True if a step can be graded at all: /grade is served, and each sample has a target. */
export const canGrade = ({index, model}) => Boolean(index?.links.grade && model?.explain && model.body.samples.every(({y}) => y));

/** False for the input, for what has too many cells, and for a step of which parts are frozen. */
export const canAsk = (state, moment) => canGrade(state) && moment.kind !== 'x' && !(moment.kind === 'update' && state.frozen?.length) && indices(asked(moment).map(({value}) => value)).length <= CELLS_MAX;
export const isAsked = (state, moment) => state.chosen.includes(moment.id) && canAsk(state, moment);

/** The mark of a cell, as long as what was marked is what stands there. */
export const markOf = ({marks, answers}, pointer) => marks[pointer] && marks[pointer].text === (answers[pointer] ?? '') ? marks[pointer] : undefined;

export const isGivenUp = ({givenUp}, moment, sample) => givenUp.includes(keyOf(moment, sample));
const isRight = (state, moment, sample) => cellsOf(moment, sample).every(({pointer}) => markOf(state, pointer)?.mark === 'right');

/** True if nothing is left to do at a step: all is right, if only from one's own numbers, or was given up. */
export const isDone = (state, moment, sample) => isGivenUp(state, moment, sample) || cellsOf(moment, sample).every(({pointer}) => /right|follows/.test(markOf(state, pointer)?.mark));
const isCovered = (state, moment, sample) => isAsked(state, moment) && !isGivenUp(state, moment, sample) && !isRight(state, moment, sample);

/** A moment and all that follow it, to the end of the way back: what is asked together, so that going on tells nothing. */
export const fromHere = (moments, moment) => isOfBatch(moment) ? [moment] : moments.filter(one => one.position >= moment.position && !isOfBatch(one));

/** The asked moment whose answer must come first: what "?" stands for at a moment; undefined if nothing is missing there. */
export const firstOpen = (state, {moments, moment, sample}) => moments.find(one => one.position < moment.position && isCovered(state, one, sample));

/** A list with one more, or one less. */
export const toggled = (list, one) => list.includes(one) ? list.filter(other => other !== one) : [...list, one];

/** z1 of dh1_dz1, which would tell it. */
const source = name => name.replace(/^d(?:h\d+|y_hat)_d/, '');

/** tensor -> "asked" or "waits", of the steps that must not be seen: those asked, and those calculated from them. */
function hiddenOf(state, moments, sample, before) {
  const hidden = new Map(before);
  for (const moment of moments) {
    const waits = moment.steps.some(({uses}) => uses.some(name => hidden.has(name) || hidden.has(source(name)) || hidden.has(name.replace('gradients.', 'dL_d'))));
    const why = isCovered(state, moment, sample) ? 'asked' : waits ? 'waits' : null;
    if (why) for (const {tensor} of moment.steps) hidden.set(isOfBatch(moment) && tensor === 'loss' ? 'batch.loss' : tensor, why);
  }
  return hidden;
}

/** A value with what was typed in place of its numbers, and a cross after what is wrong; or a question mark. */
function masked(value, pointer, state) {
  if (Array.isArray(value)) return value.map((one, i) => masked(one, `${pointer}/${i}`, state));
  return `${state.answers[pointer]?.trim() || '?'}${markOf(state, pointer)?.mark === 'wrong' ? '✕' : ''}`;
}

function coveredSample(sample, s, hidden, state) {
  const own = {...sample, dead: {...sample.dead}};
  for (const name of Object.keys(sample)) {
    const [derived] = /(?<=^d(?:h\d+|y_hat)_dz)\d+$/.exec(name) ?? [];
    if (hidden.has(name) || (derived && (hidden.has(`z${derived}`) || hidden.get(`dL_dz${derived}`) === 'asked'))) own[name] = masked(sample[name], `#/answers/samples/${s}/${name}`, state);
  }
  for (const name of Object.keys(own.dead)) if (hidden.has(name)) delete own.dead[name];
  return own;
}

/** Covers the numbers of the batch: nulls in their place, which nothing is drawn from. */
function coveredGradients(state, hidden, all) {
  const {model, model: {gradients}} = state;
  const reply = {...gradients, samples: gradients.samples.map((sample, s) => coveredSample(sample, s, hidden[s], state)), gradients: {...gradients.gradients}, why_zero: {...gradients.why_zero}};
  if (all.has('batch.loss') || (model.samples.length === 1 && all.has('loss'))) reply.loss = '?';
  for (const name of Object.keys(reply.gradients)) {
    if (!all.has(`dL_d${name}`) && !all.has(`gradients.${name}`)) continue;
    reply.gradients[name] = null;
    delete reply.why_zero[name];
    if (reply.parameters) reply.parameters = {total: reply.parameters.total};
  }
  return reply;
}

/** The model without the numbers that are asked, and without what they lead to. */
export function cover(state) {
  const {model} = state;
  if (!state.chosen.length || !canGrade(state)) return model;
  const hidden = model.samples.map((_, s) => hiddenOf(state, model.moments(s).filter(moment => !isOfBatch(moment)), s));
  const all = hiddenOf(state, model.moments(0).filter(isOfBatch), 0, hidden.flatMap(one => [...one]));
  if (!all.size) return model;
  const steps = model.explain.steps.map(step => {
    const isBatch = isOfBatch(step);
    const why = (isBatch ? all : hidden[step.sample ?? 0]).get(isBatch && step.tensor === 'loss' ? 'batch.loss' : step.tensor);
    const pointer = isBatch ? `#/answers/${step.tensor.replace('.', '/')}` : `#/answers/samples/${step.sample ?? 0}/${step.tensor}`;
    return why ? {...step, cover: why, value: masked(step.value, pointer, state), substituted: null, remarks: []} : step;
  });
  return makeModel({body: model.body, rate: model.rate, explain: {...model.explain, steps}, gradients: coveredGradients(state, hidden, all)});
}

/** A value of the shape of `value`, with what was typed. */
const typedLike = (value, pointer, answers) => Array.isArray(value) ? value.map((one, i) => typedLike(one, `${pointer}/${i}`, answers)) : answers[pointer] ?? '';

function put(answers, path, value) {
  const last = path.at(-1);
  path.slice(0, -1).reduce((inner, key) => inner[key] ??= {}, answers)[last] = value;
}

/** Those of some moments that a check is about: what has something typed, and the current one. */
const theirsOf = (state, moments, sample, current) => moments.filter(moment => isAsked(state, moment) && !isGivenUp(state, moment, sample)
  && (moment.id === current.id || cellsOf(moment, sample).some(({pointer}) => state.answers[pointer]?.trim())));

/** The answers of some moments: what was typed, and the service's own numbers of the others that are seen. */
function answersOf(state, moments, sample, current) {
  const answers = {};
  const [, ...rest] = moments; // without the input
  const theirs = theirsOf(state, rest, sample, current);
  for (const moment of rest) {
    const isTheirs = theirs.includes(moment);
    const base = isOfBatch(moment) ? '#/answers' : `#/answers/samples/${sample}`;
    for (const {tensor, value, cover: isHidden} of asked(moment)) {
      const path = tensor.split('.');
      if (isTheirs || !isHidden) put(answers, path, isTheirs ? typedLike(value, [base, ...path].join('/'), state.answers) : value);
    }
  }
  return answers;
}

/**
 * A check at a moment: the request to /grade, and the moments whose cells it marks. A step of one sample is posted with
 * this sample alone, up to the last step that is checked; one of the batch with all samples.
 */
export function checkOf(state, covered, current, sample) {
  const {body: {network, samples, options}, rate} = state.model;
  const isBatch = isOfBatch(current);
  const own = s => covered.moments(s).filter(one => !isOfBatch(one));
  const all = isBatch ? [null, ...covered.moments(0).filter(isOfBatch)] : own(sample);
  const moments = theirsOf(state, all.slice(1), sample, current);
  const some = isBatch ? all : all.slice(0, moments.at(-1).position + 1);
  const answers = isBatch ? {samples: samples.map((_, s) => answersOf(state, own(s), s, current)), ...answersOf(state, some, 0, current)} : {samples: [answersOf(state, some, sample, current)]};
  return {request: {network, samples: isBatch ? samples : [samples[sample]], options, learning_rate: rate, answers, marking: {decimals: DECIMALS}}, moments};
}

/** The marks of a reply, of the cells of some moments: pointer -> {text, mark, detail}; those of other cells stay. */
export function marksOf(state, reply, moments, sample) {
  const found = {...state.marks};
  for (const {pointer} of moments.flatMap(moment => cellsOf(moment, sample))) {
    const posted = isOfBatch(moments[0]) ? pointer : pointer.replace(`/samples/${sample}/`, '/samples/0/');
    const unreadable = reply.unreadable?.find(one => one.pointer === posted);
    const mark = unreadable ? 'unreadable' : at(reply.marks, posted.split('/').slice(2));
    if (mark) found[pointer] = {text: state.answers[pointer] ?? '', mark, detail: unreadable?.detail};
  }
  return found;
}

/** What /grade and /exercise/review call the steps of a moment. */
export const stepNames = moment => isOfBatch(moment) ? asked(moment).map(({tensor}) => tensor) : [moment.id === 'loss' ? 'samples.loss' : moment.id];

/** The hints of a reply, one after the other: each mistake's question first, then its formulas out of the catalogue. */
export function hintsOf({mistakes}, catalogue) {
  const like = name => name.replace('(k-1)', 'k').replace(/\d+/g, 'k');
  const rows = mistakes.map(({code, steps}) => catalogue.find(row => row.code === code && row.step.split(', ').some(name => like(name) === like(steps[0] ?? ''))));
  return [...mistakes.filter(({hint}) => hint).map(({hint}) => ({hint})), ...mistakes.flatMap(({steps}, n) => rows[n] ? [{step: steps[0], right: rows[n].right, wrong: rows[n].wrong}] : [])];
}

/** The request of /exercise/review: how good the exercise is for some steps, or for all. */
export const reviewRequest = ({body: {network, samples, options}, rate}, names) => ({network, samples, options, learning_rate: rate, marking: {decimals: DECIMALS, ...names.length && {weights: Object.fromEntries(names.map(name => [name, 1]))}}});

/** A review without the mistakes of steps that are not asked: their numbers are seen. A derivative belongs to its gradient. */
export function relevant(review, names) {
  const isAbout = step => !names.length || names.includes(step.replace(/^d(?:h\d+|y_hat)_d/, 'dL_d'));
  return {...review, hidden: review.hidden.filter(({step}) => isAbout(step)), collisions: review.collisions.filter(({steps}) => steps.every(isAbout))};
}

/** The request of /exercise: the same shape, other numbers. */
export const exerciseRequest = ({model: {sizes, activations, body: {samples, options}}}) => ({seed: 0, sizes, activations, samples: samples.length, options});
