// State: one object, and one function that changes it and lets the page be drawn.

export const state = {
  index: null, // what GET / says: limits, links
  examples: [], // what GET /examples/ says
  example: null, // the name of the one shown, or null
  body: null, // {network, samples, options}: what is wanted; the fields show it
  drafts: {}, // what was typed and is not in the body yet: JSON Pointer -> text
  rate: '0.1',
  frozen: undefined,
  seed: '1', // as it was typed
  model: null, // of the last body that the service took; the page shows it
  texts: null, // the requests and replies as they went and came: {request, reply, program}
  problem: null, // the problem document of the last body, or null
  isAside: false, // the problem is one of a check or an exercise, not of the body
  waiting: null, // {why: "gone" | "busy", seconds} while the page tries again
  needsToken: false,
  moment: 'dL_dy_hat', // its id
  sample: 0,
  cell: null, // {tensor, index}, or null: the one that teaches most
  probe: null, // what is described below the picture: a place, or null
  isFresh: false, // the moment has just begun
  isPlaying: false,
  isEditing: false,
  filter: 'all',
  sort: null, // {column, isUp}
  rows: 200, // of the table, at most
  run: null, // training: {losses, deaths, start}
  isTraining: false,
  isLog: false,
  chosen: [], // the moments that are asked: ids
  answers: {}, // what was typed for them: pointer -> text
  marks: {}, // what the service said of a cell: pointer -> {text, mark, detail}
  givenUp: [], // steps that are shown all the same
  verdict: null, // of the last check: {reply, hints, seen, sample}
  isChecking: false,
  review: null, // of the exercise, for teachers
  past: [],
  future: [],
};

const listeners = [];

/** Calls listener(names) after each change. */
export const watch = listener => listeners.push(listener);

/** Changes the state: the only place where it happens. */
export function change(patch) {
  const names = new Set(Object.keys(patch).filter(name => state[name] !== patch[name]));
  Object.assign(state, patch);
  if (names.size) for (const listener of listeners) listener(names);
}

/** The moments of the sample looked at, the current one, its cell: what the parts draw; null before the first reply. */
export function makeView({model, sample: wanted, moment: id, cell}, instructive) {
  if (!model) return null;
  const sample = Math.min(wanted, model.samples.length - 1);
  const moments = model.moments(sample);
  const moment = moments.find(one => one.id === id) ?? moments.find(one => one.phase === 'backward') ?? moments[0];
  const isThere = cell && moment.steps.some(step => step.tensor === cell.tensor);
  return {model, sample, moments, moment, cell: isThere ? cell : instructive(model, sample, moment)};
}
