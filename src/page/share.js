// Share: the state in the address and back, the request as a curl command, and what can be taken away as files.
import {ask} from './api.js';

const toBase64 = bytes => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
const fromBase64 = text => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), letter => letter.charCodeAt(0));

async function through(bytes, stream) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

/** A value as a short text for an address, and back. */
export const pack = async value => toBase64(await through(new TextEncoder().encode(JSON.stringify(value)), new CompressionStream('deflate-raw')));
export const unpack = async text => JSON.parse(new TextDecoder().decode(await through(fromBase64(text), new DecompressionStream('deflate-raw'))));

const isExercise = name => /^exercise-/.test(name);

/** The state as the fragment of an address: an example by its name, any other network as it is. */
export async function toFragment({example, body, rate, frozen, moment, sample, cell, chosen, answers, seed}) {
  const parts = new URLSearchParams();
  if (example) parts.set('example', example);
  if (!example || isExercise(example)) parts.set('network', await pack({...body, learning_rate: rate, frozen}));
  parts.set('step', moment);
  if (sample) parts.set('sample', sample);
  if (cell) parts.set('cell', [cell.tensor, ...cell.index].join('~'));
  if (example && rate !== '0.1') parts.set('rate', rate);
  if (chosen.length) parts.set('turn', chosen.join('~'));
  const typed = Object.entries(answers).filter(([, text]) => text);
  if (typed.length) parts.set('answers', await pack(Object.fromEntries(typed)));
  if (seed !== '1') parts.set('seed', seed);
  return `#${parts}`;
}

const textsOf = answers => Object.fromEntries(Object.entries(answers).filter(([, text]) => typeof text === 'string'));
const isCount = text => /^\d{1,6}$/.test(text ?? '');

/** What a fragment says: {example} or {file}, and the patch of the state. Throws if it cannot be read. */
export async function fromFragment(fragment) {
  const parts = new URLSearchParams(fragment.replace(/^#/, ''));
  const patch = {};
  if (parts.has('step')) patch.moment = parts.get('step');
  if (isCount(parts.get('sample'))) patch.sample = Number(parts.get('sample'));
  const [tensor, ...index] = parts.get('cell')?.split('~') ?? [];
  if (tensor && index.every(isCount)) patch.cell = {tensor, index: index.map(Number)};
  patch.chosen = parts.get('turn')?.split('~') ?? [];
  patch.answers = parts.has('answers') ? textsOf(await unpack(parts.get('answers'))) : {};
  if (parts.has('seed')) patch.seed = parts.get('seed');
  if (parts.has('rate')) patch.rate = parts.get('rate');
  if (!parts.has('network')) return {example: parts.get('example'), patch};
  if (isExercise(parts.get('example'))) patch.example = parts.get('example');
  const file = await unpack(parts.get('network'));
  if (!file.network || !Array.isArray(file.samples)) throw new Error('no network');
  return {file, patch};
}

/** A command for a shell; a token is named, never told. */
export function curl(url, text, hasToken) {
  const quoted = `'${text.replaceAll("'", "'\\''")}'`;
  return ['curl', url, "-H 'Content-Type: application/json'", hasToken && '-H "Authorization: Bearer $TOKEN"', `-d ${quoted}`].filter(Boolean).join(' ');
}

/** Lets the browser save a text. */
export function save(name, text, type) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], {type}));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

const FILES = {
  request: {name: 'request.json', type: 'application/json'}, reply: {name: 'reply.json', type: 'application/json'},
  program: {name: 'backpropagation.py', type: 'text/x-python'}, solution: {name: 'solution.txt', type: 'text/plain'},
};

/** Saves one of request, reply, program, solution; the last two are asked for as they are. */
export async function download(what, {texts, index}) {
  const {name, type} = FILES[what];
  const asked = what === 'program' || what === 'solution';
  save(name, asked ? await ask(index.links.explain, {text: texts.request, accept: type}) : texts[what], type);
}
