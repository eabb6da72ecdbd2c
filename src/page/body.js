// Body: requests as text: what was typed stands in them as it was typed. And back: faults to their fields. Pure.
import {isNumber, typed} from './numbers.js';

const escape = key => String(key).replaceAll('~', '~0').replaceAll('/', '~1');
export const pointerTo = (...keys) => `#${keys.map(key => `/${escape(key)}`).join('')}`;
export const keysOf = pointer => pointer.split('/').slice(1).map(key => decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~'));

/** JSON of a value; at the pointers of `drafts` stands what was typed, a number where it is one. */
export function write(value, drafts = {}, pointer = '#') {
  const draft = drafts[pointer];
  if (draft !== undefined) {
    const text = typed(draft);
    if (text === 'none') return 'null';
    return isNumber(text) || text === 'null' ? text : JSON.stringify(text);
  }
  if (Array.isArray(value)) return `[${value.map((one, i) => write(one, drafts, `${pointer}/${i}`)).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value).filter(([, one]) => one !== undefined)
    .map(([key, one]) => `${JSON.stringify(key)}:${write(one, drafts, `${pointer}/${escape(key)}`)}`).join(',')}}`;
}

const hasTargets = samples => samples.every(sample => 'y' in sample || 'dL_dy_hat' in sample);

/** The three requests about a body: texts. Without targets there is no way back, and no step. */
export function requests({body, drafts, rate, frozen}) {
  const {network, samples, options} = body;
  const task = {network, samples, options};
  const isWhole = hasTargets(samples);
  const step = {...task, learning_rate: 0, frozen};
  const withRate = {'#/learning_rate': rate, ...drafts};
  return {
    explain: write(isWhole ? step : task, isWhole ? withRate : drafts),
    gradients: {path: isWhole ? 'backward' : 'forward', text: write(task, drafts)},
    step: samples.every(sample => 'y' in sample) ? n => write({...step, steps: n}, withRate) : null,
  };
}

/** What a body file has, for the page: members that are about replies alone are left out. */
export function fromFile({network, samples, options, learning_rate: rate, frozen}) {
  return {body: {network, samples, options: options ?? {}}, frozen, rate: rate === undefined ? undefined : String(rate)};
}

/** The field that a pointer of a fault belongs to: itself, the nearest field above it, or the first below it. */
export function fieldOf(pointer, fields) {
  const known = new Set(fields);
  for (let way = pointer; way.length > 1; way = way.slice(0, way.lastIndexOf('/'))) if (known.has(way)) return way;
  return pointer === '#' ? null : fields.find(field => field.startsWith(`${pointer}/`)) ?? null;
}

/** What a pointer is called on the page: #/network/W1/1/2 is W1[1][2]. */
export function fieldName(pointer) {
  const [root, ...rest] = keysOf(pointer);
  const name = root === 'network' || root === 'options' ? rest.shift() ?? root : root ?? 'body';
  return rest.reduce((text, key) => /^\d+$/.test(key) ? `${text}[${key}]` : `${text}.${key}`, name);
}

/** The pointers of all that can be edited. */
export function fieldsOf({network, samples}) {
  const leaves = (value, pointer) => Array.isArray(value) ? value.flatMap((one, i) => leaves(one, `${pointer}/${i}`)) : value === null ? [] : [pointer];
  const tensors = Object.keys(network).filter(name => name !== 'activations');
  const options = ['loss', 'reduction', 'round_decimals', 'relu_at_zero', 'layout'];
  return [...tensors.flatMap(name => leaves(network[name], `#/network/${name}`)), ...tensors.filter(name => name[0] === 'W').map((_, k) => `#/network/activations/${k}`),
    ...samples.flatMap((sample, s) => ['x', 'y', 'dL_dy_hat'].flatMap(name => leaves(sample[name] ?? null, `#/samples/${s}/${name}`))), ...options.map(name => `#/options/${name}`), '#/learning_rate', '#/seed'];
}

/** True if a field that has no place in the editor has no fault alone: the learning rate and the seed tell theirs themselves. */
export const isOfEditor = faults => [...faults?.keys() ?? []].some(key => key && !['#/learning_rate', '#/seed'].includes(key));

/** The faults of a problem document by field: pointer -> sentence; what has no field stands under "". */
export function faultsByField(problem, body) {
  const fields = fieldsOf(body);
  const faults = new Map();
  for (const {pointer, detail} of problem.errors ?? []) {
    const field = fieldOf(pointer, fields) ?? '';
    if (!faults.has(field)) faults.set(field, {pointer, detail});
  }
  return faults;
}
