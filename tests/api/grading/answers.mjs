// Answers for /grade, made and taken apart.

const isObject = value => value !== null && typeof value === 'object' && !Array.isArray(value);
const letters = {right: 'r', follows: 'f', wrong: 'w'};

/** Applies a function to each cell of an answer, or of marks. */
export function mapCells(node, change) {
  if (Array.isArray(node)) return node.map(inner => mapCells(inner, change));
  if (isObject(node)) return Object.fromEntries(Object.entries(node).map(([name, inner]) => [name, mapCells(inner, change)]));
  return change(node);
}

/** All cells, in order. */
export function cellsOf(node) {
  return Array.isArray(node) || isObject(node) ? Object.values(node).flatMap(cellsOf) : [node];
}

const words = ['summary', 'message', 'hint', 'detail', 'task'];

/** Without what is said in sentences: that is the service's own. */
export function wordless(node) {
  if (Array.isArray(node)) return node.map(wordless);
  if (!isObject(node)) return node;
  return Object.fromEntries(Object.entries(node).filter(([name]) => !words.includes(name)).map(([name, inner]) => [name, wordless(inner)]));
}

/** What a teacher reads aloud: all sentences of a reply, a line each. */
export function sentencesOf({summary, mistakes, steps, unreadable = []}) {
  return [summary, ...mistakes.flatMap(({code, message, hint}) => [`${code}: ${message}`, `  ${hint}`]),
    ...steps.flatMap(({message}) => message ?? []), ...unreadable.map(({detail}) => detail)];
}

/** A verdict as tests/api/grading/reference/cases.py writes it. */
export function compact(reply) {
  const {score, all_zero_score: allZero, decimals, note, mistakes, steps, marks, ...others} = wordless(reply);
  const more = Object.fromEntries(['unreadable', 'pairs_left_out'].filter(name => name in others).map(name => [name, others[name]]));
  return {score, all_zero_score: allZero, decimals, note,
    mistakes,
    steps: steps.map(({step, status}) => `${step}:${status}`).join('|'), credits: steps.map(({credit}) => credit),
    marks: cellsOf(marks).map(mark => letters[mark] ?? '_').join(''), ...more};
}

/** The same numbers every time: a small generator, from 0 to below n. */
export function dice(seed) {
  let state = seed;
  return n => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * n);
  };
}

/** The steps of a sample of the worked example, from the loss down. */
export const sevenSteps = ['dL_dy_hat', 'dL_dW2', 'dL_db2', 'dL_dh1', 'dL_dz1', 'dL_dW1', 'dL_db1'];

/** Some steps of a sample. */
export const only = (sample, names) => Object.fromEntries(names.map(name => [name, sample[name]]));
