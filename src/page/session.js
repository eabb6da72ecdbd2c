// Session: asks the service about the body each time it changes, and keeps the last replies that were good.
import {Problem, ask, askJson} from './api.js';
import {faultsByField, fromFile, isOfEditor, requests, write} from './body.js';
import {makeModel} from './model.js';
import {change, state} from './state.js';
import {say} from './elements.js';
import {faultText, texts} from './texts.js';

let aborting = new AbortController();

const onWait = waiting => {
  if (!waiting && state.waiting) say(texts.problems.back);
  change({waiting});
};

const isBeyondExplained = ({document}) => document.errors?.length > 0 && document.errors.every(({code, pointer}) => code === 'limit_exceeded' && pointer === '#');

/** The worked solution as {text, json}; nulls where it is longer than the service writes. */
async function askExplain(text, signal) {
  if (!state.index.links.explain) return {text: null, json: null};
  try {
    const reply = await ask(state.index.links.explain, {text, signal, onWait});
    return {text: reply, json: JSON.parse(reply)};
  } catch (error) {
    if (error instanceof Problem && isBeyondExplained(error)) return {text: null, json: null};
    throw error;
  }
}

/** What is shown now, to come back to. */
export const shownNow = () => ({body: state.model.body, run: state.run, ...state.model.from});

function keep(sent, explain, gradients, {run = null, remember = true} = {}) {
  const {network, samples, options} = JSON.parse(sent.gradients.text);
  const body = {network, samples, options: options ?? {}};
  const hasChanged = state.model && JSON.stringify(state.model.body) !== JSON.stringify(body);
  const {learning_rate: rate} = JSON.parse(sent.explain);
  const isOther = hasChanged || state.model?.rate !== rate;
  const past = remember && hasChanged ? [...state.past, shownNow()] : state.past;
  change({body, model: Object.assign(makeModel({body, rate, explain: explain.json, gradients}), {from: {example: state.example, frozen: state.frozen}}), texts: {request: sent.explain, reply: explain.text}, problem: null, faults: null, isAside: false, waiting: null, needsToken: false,
    run: hasChanged || run ? run : state.run, past, future: remember && hasChanged ? [] : state.future, isFresh: false, ...isOther && {marks: {}, givenUp: [], verdict: null, review: null}});
}

export function fail(error) {
  if (!(error instanceof Problem)) throw error;
  if (error.document.status === 401) return change({needsToken: true, waiting: null});
  const faults = state.body ? faultsByField(error.document, state.body) : null;
  change({problem: error.document, faults, waiting: null, isEditing: state.isEditing || isOfEditor(faults)});
  return say(faults?.size ? [...faults].slice(0, 3).map(([field, {detail}]) => faultText(state, field, detail)).join('. ') : error.document.title);
}

let latest;
/** Waits for what is asked about the body. */
export const settled = () => latest;
/** Asks about the body as it is wanted now; what was asked before is of no use any more. */
export const refresh = how => latest = askBoth(how);

async function askBoth(how) {
  aborting.abort();
  aborting = new AbortController();
  const {signal} = aborting;
  const sent = requests(state);
  try {
    const [explain, gradients] = await Promise.all([askExplain(sent.explain, signal), askJson(state.index.links[sent.gradients.path], {text: sent.gradients.text, signal, onWait})]);
    if (!signal.aborted) keep(sent, explain, gradients, how);
  } catch (error) {
    if (!signal.aborted) fail(error);
  }
}

/** Asks what is not about the body alone: null where there is no reply, which the page says until the next try. */
export async function askAside(link, request, drafts) {
  if (state.isAside) change({isAside: false, problem: null, faults: null});
  try {
    return await askJson(state.index.links[link], {...request !== undefined && {text: write(request, drafts)}, onWait});
  } catch (error) {
    fail(error);
    change({isAside: true});
    return null;
  }
}

/** Shows a body from a file or a link. */
export async function show(file, patch = {}) {
  const {body, rate, frozen} = fromFile(file);
  change({body, drafts: {}, frozen, rate: rate ?? '0.1', sample: 0, cell: null, probe: null, answers: {}, ...patch});
  await refresh({remember: true});
}

export async function showExample(name, patch = {}) {
  const example = state.examples.find(one => one.name === name);
  try {
    await show(await askJson(example.path, {onWait}), {example: name, ...patch});
  } catch (error) {
    if (error.name !== 'AbortError') fail(error);
  }
}

/** What GET / and GET /examples/ say. False if the page cannot work with this service. */
export async function connect() {
  const index = await askJson('./', {onWait});
  change({index});
  if (!index.links.backward || !index.links.forward) return false;
  const examples = index.links.examples ? await askJson(index.links.examples, {onWait}) : [];
  change({examples});
  return true;
}
