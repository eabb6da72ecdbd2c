// What the referee costs: reading, grading and writing without a socket, and what the reference in Python takes for the same.
import { execFileSync } from 'node:child_process';
import { figure, markdown } from './table.mjs';
import { alone, folder, median, say, tool } from './tools.mjs';

const python = process.env.PYTHON || 'python3';
const microseconds = (path, file) => alone(tool('answer'), path, file, 200).microseconds;

export function measure() {
  const kinds = JSON.parse(execFileSync(python, ['-B', 'tests/bench/grading.py', folder], { encoding: 'utf8' }));
  const rows = kinds.map(({ name, path, files, aim, sum, reference }) => {
    say(`grading: ${name}`);
    const taken = files.map((file) => microseconds(path, file));
    const own = sum ? taken.reduce((a, b) => a + b) : median(taken);
    return [name, figure.us(own), aim === null ? '' : figure.us(aim * 1000), figure.us(reference), figure.times(reference / own)];
  });
  return { sections: [markdown(['the referee', 'processor time', 'aim', 'reference in Python', 'times'], rows)] };
}
