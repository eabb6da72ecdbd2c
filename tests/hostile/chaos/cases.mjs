// Requests with the answers that the program gives without a server: what any 200 must equal, byte for byte.
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {binary} from '../../support/daemon.mjs';

const textbook = JSON.parse(readFileSync(new URL('../../../src/examples/textbook.json', import.meta.url), 'utf8'));

const ramp = n => Array.from({length: n}, (_, i) => (i * 37 % 101 - 50) / 64);
const layer = (rows, columns) => Array.from({length: rows}, (_, i) => ramp(columns).map(value => value / (i + 1)));

/** A network of three sizes with ramps for numbers, and n samples. */
export function network([a, b, c], n, rest = {}) {
  return {network: {W1: layer(a, b), b1: ramp(b), W2: layer(b, c), b2: ramp(c)},
    samples: Array.from({length: n}, () => ({x: ramp(a), y: ramp(c)})), ...rest};
}

export function answer(path, body, args = []) {
  return execFileSync(binary, ['call', path, ...args], {input: body, maxBuffer: 1 << 28, encoding: 'utf8'});
}

const make = (name, path, value) => {
  const body = JSON.stringify(value);
  return {name, path, body, expected: answer(path, body)};
};

export const forward = make('forward', '/forward', textbook);
export const backward = make('backward', '/backward', textbook);
export const step = make('step', '/step', {...textbook, learning_rate: 0.1, steps: 20});
/** A body of some 500 kB with a small answer, for the pool. */
export const upload = make('upload', '/forward', {...network([200, 120, 10], 1), include: []});
/** A small body whose answer has some 500 kB. */
export const reply = make('reply', '/backward', network([40, 40, 10], 16));

export const small = [forward, backward, step];
export const all = [...small, upload, reply];
