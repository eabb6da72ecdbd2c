// The bodies that are measured: numbers of fixed seeds, written to build/bench.
import { mkdirSync, writeFileSync } from 'node:fs';

let seed = 1;
const uniform = () => { // Lehmer's generator, as in the C++ standard (minstd_rand)
  seed = (seed * 48271) % 2147483647;
  return seed / 2147483647;
};
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
const fill = (n, make) => Array.from({ length: n }, make);
const all = (value) => value;
export const fourDecimals = (value) => Math.round(value * 1e4) / 1e4;

/** A network and samples of the sizes; inputs have four decimals, as pixels would, weights what `digits` leaves. */
export function body(sizes, samples, rest = {}, digits = all) {
  const network = {};
  const weight = () => digits(0.05 * normal());
  sizes.slice(1).forEach((n, k) => {
    network[`W${k + 1}`] = fill(sizes[k], () => fill(n, weight));
    network[`b${k + 1}`] = fill(n, weight);
  });
  const x = () => fourDecimals(uniform());
  return {
    network,
    samples: fill(samples, () => ({ x: fill(sizes[0], x), y: fill(sizes.at(-1), x) })),
    ...rest,
  };
}

export function save(folder, name, value) {
  mkdirSync(folder, { recursive: true });
  const file = `${folder}/${name}.json`;
  writeFileSync(file, JSON.stringify(value));
  return file;
}
