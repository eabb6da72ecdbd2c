// Calculations that are long on any machine: they grow until they are.
import assert from 'node:assert/strict';

const n = 90;
const one = value => Array(n).fill(value);

/** Limits that leave room for any of them. */
export const roomy = ['--max-steps', '100000000', '--max-work', '1000000000000000', '--max-reply-numbers', '100000000'];

/** A /step of 3 million multiply-adds for each step; request and reply are small. */
export const long = steps => JSON.stringify({network: {W1: one(one(1)), b1: one(0)}, samples: Array(130).fill({x: one(1), y: one(0)}),
  learning_rate: 0, steps, include: []});

/** Calls `act` with ever more steps until it gives true: what it had to do while they went on was done. */
export async function growing(act) {
  for (let steps = 500; !await act(steps); steps *= 2) assert.ok(steps < 1e7, `${steps} steps are not long enough`);
}
