// Compares replies with expected values: numbers within a tolerance, all else exactly.

const isObject = value => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Absolute up to 1, relative beyond; a sign counts wherever the tolerance can see it. */
function isClose(got, want, {tolerance, exactZeros}) {
  if (exactZeros && want === 0) return got === 0;
  const near = Math.abs(got - want) <= tolerance * Math.max(1, Math.abs(want));
  return near && (Math.abs(want) <= tolerance || Math.sign(got) === Math.sign(want));
}

function memberDifferences(got, want, rule, where) {
  const names = Object.keys(want);
  if (rule.whole && Object.keys(got).join() !== names.join()) {
    return [`${where}: members ${Object.keys(got)}, expected ${names}`];
  }
  return names.flatMap(name => Object.hasOwn(got, name)
    ? differences(got[name], want[name], rule, `${where}/${name}`)
    : [`${where}/${name}: missing`]);
}

/**
 * Lines on what differs. Every member wanted must be there; with rule.whole these members alone, in
 * this order. rule.tolerance is that of numbers; with rule.exactZeros a 0 has none.
 */
export function differences(got, want, rule, where = '#') {
  if (typeof got === 'number' && typeof want === 'number') {
    return isClose(got, want, rule) ? [] : [`${where}: ${got}, expected ${want}`];
  }
  if (isObject(got) && isObject(want)) return memberDifferences(got, want, rule, where);
  if (Array.isArray(got) && Array.isArray(want)) {
    const lengths = `${where}: ${got.length} entries, expected ${want.length}`;
    if (got.length !== want.length) return [lengths];
    return want.flatMap((entry, i) => differences(got[i], entry, rule, `${where}/${i}`));
  }
  return got === want ? [] : [`${where}: ${JSON.stringify(got)}, expected ${JSON.stringify(want)}`];
}

/** The numbers of a reply that are not written as JSON.stringify writes them: -0, NaN, 1.0 ... */
export function misspeltNumbers(text) {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  const words = bare.match(/[^\s,:{}[\]"]+/g) ?? [];
  return words.filter(word => !['true', 'false', 'null'].includes(word)
    && !(Number.isFinite(Number(word)) && String(Number(word)) === word));
}
