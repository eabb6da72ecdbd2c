// `make bench`: what the service costs, as ratios against peers in the same run, how that grows, whether
// small requests are served beside large ones, and what overload does. Medians of runs that take turns.
// Nothing is asserted but that every request gets the reply it should, and that peers get the same
// numbers. Writes build/bench/report.md. usage: bench.mjs [PART...]
import { writeFileSync } from 'node:fs';
import { folder, has, say } from './tools.mjs';
import { ratios } from './table.mjs';

const PARTS = ['cost', 'alone', 'start', 'replica', 'growth', 'work', 'grading', 'fairness', 'overload'];
const wanted = process.argv.length > 2 ? process.argv.slice(2) : PARTS;
const unknown = wanted.filter((part) => !PARTS.includes(part));
if (unknown.length) {
  say(`no part ${unknown.join(', ')}; there are ${PARTS.join(', ')}`);
  process.exit(2);
}
if (!has('taskset')) {
  say('SKIPPED: bench: taskset is missing (make bench-deps)');
  process.exit(0);
}

/** What a part may return: columns of the table of ratios, notes on them, facts, sections of its own. */
const results = [];
for (const part of wanted) {
  const started = Date.now();
  results.push(await (await import(`./${part}.mjs`)).measure());
  say(`${part}: ${((Date.now() - started) / 1000).toFixed(0)} s`);
}
const gather = (kind) => results.flatMap((result) => result[kind] ?? []);
const list = (lines) => [...lines].map((line) => `- ${line}`).join('\n');
const columns = gather('columns');
const report = [
  ...(columns.length ? [`${ratios(columns)}\n\nIn brackets: times what the service takes.`, list(new Set(gather('notes')))] : []),
  ...(gather('facts').length ? [list(gather('facts'))] : []),
  ...gather('sections'),
].join('\n\n');
writeFileSync(`${folder}/report.md`, `${report}\n`);
console.log(report);
