// Runs tests, with one line for each file; at the end it tells what failed, and then the counts.
//   run.mjs TEST...    a program of Check's, a fuzzing target in replay/, a file *.test.mjs, or a folder of such files
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync} from 'node:fs';
import {cpus, tmpdir} from 'node:os';
import {basename, dirname, join, relative, resolve} from 'node:path';
import {run} from 'node:test';
import {pathToFileURL} from 'node:url';

const linesMax = 40; // of what one failure says
const head = text => text.trim().split('\n').slice(0, linesMax).join('\n');
const tail = text => text.trim().split('\n').slice(-linesMax).join('\n');
const logs = mkdtempSync(join(tmpdir(), 'tests-'));
process.on('exit', () => rmSync(logs, {recursive: true}));
process.setMaxListeners(0); // each run() adds some

/** Runs a program to its end: what it printed, and how it failed if it did. */
async function execute(command, args, env) {
  const child = spawn(resolve(command), args, {env: {...process.env, ...env}, stdio: ['ignore', 'pipe', 'pipe']});
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', piece => { text += piece; });
  const [code, signal] = await once(child, 'close').catch(error => [error.message]);
  return {text, end: code === 0 ? undefined : `it ended with ${signal ?? code}`};
}

// ---- The kinds of tests. Each gives {passed, failures: [{name, why}], skips: [{name, why}]}. ----

/** Check logs "ok 1 - file:suite:name: Passed" or "not ok 1 - file:suite:name: why", which may have several lines. */
async function runUnit(program) {
  const log = join(logs, basename(program));
  const {text, end} = await execute(program, [], {CK_VERBOSITY: 'silent', CK_TAP_LOG_FILE_NAME: log});
  const entries = [...(existsSync(log) ? readFileSync(log, 'utf8') : '').replace(/^1\.\.\d+$/m, '')
    .matchAll(/^(not )?ok \d+ - [^:]*:[^:]*:([^:]*): ([^]*?)(?=^(?:not )?ok \d+ - |(?![^]))/gm)];
  const failures = entries.filter(([, not]) => not).map(([, , name, why]) => ({name, why: `${head(why)}\n${tail(text)}`}));
  const passed = entries.length - failures.length;
  if (failures.length === 0 && (end || passed === 0)) failures.push({name: 'the program', why: `${tail(text)}\n${end ?? 'it has no tests'}`});
  return {passed, failures, skips: []};
}

/** A target reads its whole corpus, or fails at one input, which it names. */
async function runReplay(program) {
  const {text, end} = await execute(program, [join('tests/hostile/fuzz/corpus', basename(program))]);
  return {passed: end ? 0 : 1, failures: end ? [{name: 'the corpus', why: `${tail(text)}\n${end}`}] : [], skips: []};
}

/** An error's message, and the line of the tests that it comes from. */
function describe({message, cause}) {
  const place = /^ +at .*\/tests\/.*$/m.exec(cause?.stack ?? '')?.[0].trim();
  return [head(cause?.message ?? message), ...(place ? [place] : [])].join('\n');
}

async function runNode(file) {
  const result = {passed: 0, failures: [], skips: []};
  let printed = '';
  for await (const {type, data} of run({files: [resolve(file)]})) {
    const error = data.details?.error;
    const isFile = [resolve(file), pathToFileURL(file).href].includes(data.name); // which stands for what is outside of its tests
    if (type === 'test:stderr' || (type === 'test:diagnostic' && /^\w+: /.test(data.message))) printed += `${data.message.trimEnd()}\n`;
    if (!['test:pass', 'test:fail'].includes(type) || data.details?.type === 'suite' || error?.failureType === 'subtestsFailed') continue;
    if (data.skip !== undefined || data.todo !== undefined) result.skips.push({name: data.name, why: data.skip || data.todo || ''});
    else if (isFile) result.failures.push({name: 'outside of its tests', why: error ? `${tail(printed)}\n${describe(error)}` : 'it ended before a test did'});
    else if (type === 'test:pass') result.passed++;
    else result.failures.push({name: data.name, why: describe(error)});
  }
  return result;
}

// ---- All of them ----

function runTest(path) {
  if (path.endsWith('.mjs')) return runNode(path);
  return basename(dirname(path)) === 'replay' ? runReplay(path) : runUnit(path);
}

const expand = path => !statSync(path, {throwIfNoEntry: false})?.isDirectory() ? [path]
  : readdirSync(path).filter(name => name.endsWith('.test.mjs')).sort().map(name => join(path, name));
const print = (label, [path, {name, why}]) =>
  console.log(`${label}: ${relative('.', path)}: ${name}${why && (label === 'SKIPPED' ? `: ${why}` : `\n    ${why.trim().replace(/\n(?=.)/g, '\n    ')}`)}`);

const paths = process.argv.slice(2).flatMap(expand);
const results = [];
const waiting = [...paths];
async function work() {
  for (let path; (path = waiting.shift());) {
    const result = await runTest(path);
    const {passed, failures, skips} = result;
    results.push([path, result]);
    console.log(`${relative('.', path)}: ${passed} passed${failures.length ? `, ${failures.length} FAILED` : ''}${skips.length ? `, ${skips.length} skipped` : ''}`);
  }
}
await Promise.all(Array.from({length: Math.max(1, cpus().length - 1)}, work));

const all = key => results.flatMap(([path, result]) => result[key].map(one => [path, one]));
const [failures, skips] = [all('failures'), all('skips')];
console.log();
for (const skip of skips) print('SKIPPED', skip);
for (const failure of failures) print('FAILED', failure);
console.log(`${results.reduce((sum, [, {passed}]) => sum + passed, 0)} passed, ${failures.length} failed, ${skips.length} skipped`);
process.exitCode = failures.length ? 1 : 0;
