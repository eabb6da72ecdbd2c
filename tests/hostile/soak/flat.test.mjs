// The judge of flatness is judged: what creeps is seen, what only wobbles is not.
import assert from 'node:assert/strict';
import test from 'node:test';
import {assertFlat, bounds} from './flat.mjs';

const MIB = 1 << 20;
const wobble = i => Math.sin(i * 1.7) * MIB;
const series = (n, change) => Array.from({length: n}, (_, second) =>
  ({second, rss: 20 * MIB + wobble(second), peak: 22 * MIB, fds: 20 + second % 3, threads: 5, ...change(second)}));

test('what wobbles is flat', () => assert.match(assertFlat(series(60, () => ({}))), /^rss .* peak /));
test('few samples that rise by chance are flat', () => assertFlat(series(30, second => ({fds: 20 + [7, 0, 2, 9, 5, 1, 11][second % 7] + second * 0.35}))));
test('a rise in the warm-up is forgiven', () => assertFlat(series(60, second => ({rss: 20 * MIB + Math.min(second, 19) * MIB}))));

const creeping = {
  rss: second => ({rss: 20 * MIB + wobble(second) + second * 2 * bounds.rss / 40}),
  fds: second => ({fds: 20 + second * 1.2 * bounds.fds / 40}),
  'fds that come and go': second => ({fds: 20 + [7, 0, 2, 9, 5, 1, 11][second % 7] + second / 2}),
  threads: second => ({threads: second < 50 ? 5 : 6}),
  'a thread at the end': second => ({threads: second < 58 ? 5 : 6}),
  peak: () => ({peak: 80 * MIB}),
};
for (const [name, change] of Object.entries(creeping)) {
  test(`creeping is seen: ${name}`, () => assert.throws(() => assertFlat(series(60, change))));
}
