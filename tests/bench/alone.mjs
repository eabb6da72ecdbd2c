// The service's inside without a socket: arithmetic against NumPy, steps, instructions.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { body, save } from './bodies.mjs';
import { hasNumpy, numpyArithmetic } from './peers.mjs';
import { RUNS, alone, folder, has, median, say, textbook, times, tool } from './tools.mjs';

/** Arithmetic alone, against NumPy with one thread, which takes turns. */
function arithmetic() {
  const file = save(folder, 'batch', { ...body([784, 128, 10], 256), include: [] });
  const ours = [], theirs = [];
  const withNumpy = hasNumpy();
  if (!withNumpy) say('SKIPPED: NOT MEASURED: arithmetic of NumPy (needs python3-numpy: make bench-deps)');
  for (let turn = 0; turn < RUNS; turn++) {
    const mine = alone(tool('core'), file, 20);
    ours.push(mine.milliseconds * 1000);
    if (!withNumpy) continue;
    const peer = alone(...numpyArithmetic, file, 20);
    assert.ok(Math.abs(mine.loss - peer.loss) < 1e-9, 'NumPy gets the same loss');
    theirs.push(peer.milliseconds * 1000);
  }
  return { backpropd: median(ours), ...(withNumpy && { 'Python: uvicorn, NumPy': median(theirs) }) };
}

function microsecondsAStep() {
  const steps = 10000;
  const file = save(folder, 'steps', { ...JSON.parse(readFileSync(textbook)), learning_rate: 0.01, steps });
  return median(times(RUNS, () => alone(tool('answer'), '/step', file, 20).microseconds / steps));
}

/** Repeats exactly, whatever else the machine does. */
function instructions() {
  const count = (requests) => {
    const out = `${folder}/callgrind.out`;
    execFileSync('valgrind', ['--tool=callgrind', `--callgrind-out-file=${out}`, tool('answer'), '/backward', textbook, String(requests)], { stdio: 'ignore' });
    return Number(/^summary: (\d+)/m.exec(readFileSync(out, 'utf8'))[1]);
  };
  return Math.round((count(1100) - count(100)) / 1000);
}

export async function measure() {
  say('alone: arithmetic, steps, instructions');
  const facts = [`\`/step\` on the textbook's network: ${microsecondsAStep().toFixed(3)} us a step of 10,000.`];
  if (has('valgrind')) facts.push(`The textbook's \`/backward\` without a socket: ${instructions().toLocaleString('en')} instructions (callgrind).`);
  else say('SKIPPED: NOT MEASURED: instructions (needs valgrind: make bench-deps)');
  return {
    columns: [{ title: '256 samples, arithmetic', unit: 'us', values: arithmetic() }],
    notes: ['256 samples, arithmetic: forward and backward of a 784-128-10 batch in memory, one thread; the peer is NumPy with OpenBLAS, no HTTP.'],
    facts,
  };
}
