// Numbers that repeat: the same seed gives the same run. CHAOS_SEED sets it; else it is drawn, and always printed.

export const seed = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31));

export function makeRandom(from = seed) {
  let state = from >>> 0;
  const next = () => { // SplitMix32
    state = (state + 0x9e3779b9) >>> 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32;
  };
  const below = n => Math.floor(next() * n);
  return {below, between: (low, high) => low + below(high - low + 1), pick: list => list[below(list.length)]};
}
