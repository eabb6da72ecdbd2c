// The bodies that are measured: numbers of fixed seeds, written to build/bench.
import { mkdirSync, writeFileSync } from 'node:fs';

let seed = 1;
const uniform = () => { // Lehmer's generator, as in the C++ standard (minstd_rand)
  seed = (seed * 48271) % 2147483647;
  return seed / 2147483647;
};
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
const fill = (n, make) => Array.from({ length: n }, make);
const matrix = (rows, columns) => fill(rows, () => fill(columns, () => 0.05 * normal()));

/** A network and samples of the sizes; inputs have four decimals, as pixels would. */
export function body(sizes, samples, rest = {}) {
  const network = {};
  sizes.slice(1).forEach((n, k) => {
    network[`W${k + 1}`] = matrix(sizes[k], n);
    network[`b${k + 1}`] = fill(n, () => 0.05 * normal());
  });
  const x = () => Math.round(uniform() * 1e4) / 1e4;
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
