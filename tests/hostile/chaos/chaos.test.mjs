// Everything that can go wrong around the daemon, row by row. CHAOS=long takes the full numbers, CHAOS_ROWS=84,91 some
// rows alone, CHAOS_SEED repeats a run.
import assert from 'node:assert/strict';
import test, {afterEach} from 'node:test';
import {endAll} from './crowd.mjs';
import {hasTool} from './daemon.mjs';
import {makeRandom, seed} from './random.mjs';
import {without, rows} from './rows.mjs';

const long = process.env.CHAOS === 'long';
const only = process.env.CHAOS_ROWS?.split(',');
console.log(`CHAOS_SEED=${seed}${long ? ' CHAOS=long' : ''}`);

afterEach(endAll);

test('no row has been lost', () => {
  const numbers = new Set([...rows.flatMap(({row}) => row), ...Object.keys(without).map(Number)]);
  assert.deepEqual(Array.from({length: 19}, (_, i) => 81 + i).filter(row => !numbers.has(row)), []);
  assert.equal(new Set(rows.map(({row, name}) => `${row} ${name}`)).size, rows.length, 'names are told apart');
});

for (const {row, name, tool, missing, run} of rows) {
  if (only && !only.includes(String(row))) continue;
  test(`row ${row}: ${name}`, {timeout: 3600000}, async t => {
    const lacks = missing ?? (tool && !hasTool(tool) ? `${tool} is not installed (make chaos-deps)` : undefined);
    if (lacks) {
      console.log(`SKIPPED: row ${row}, ${name}: ${lacks}`);
      t.skip(lacks);
      return;
    }
    await run({long, random: makeRandom(), say: figures => console.log(`  row ${row}: ${name}: ${figures}`)});
  });
}
