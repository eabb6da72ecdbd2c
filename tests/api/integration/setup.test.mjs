// The first commands that a newcomer types: deps, all, demo, test; and what they say where something is missing.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {after, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {binary} from '../../support/daemon.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'setup-'));
after(() => rmSync(work, {recursive: true}));

function script(path, text) {
  mkdirSync(dirname(path), {recursive: true});
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
}

/** Runs a command of the repository; what it prints on either of its outputs comes in order. */
function run(command, env = {}) {
  const {MAKEFLAGS, MFLAGS, MAKELEVEL, NODE_TEST_CONTEXT, ...bare} = process.env;
  const {status, stdout} = spawnSync('/bin/sh', ['-c', `${command} 2>&1`], {cwd: root, env: {...bare, LC_ALL: 'C', ...env}, encoding: 'utf8'});
  return {status, text: stdout};
}

// ---- deps ----

const apt = `echo "apt-get $*" >>"$LOG"
case "$*" in
*--assume-no*) echo '0 upgraded, 7 newly installed, 0 to remove and 3 not upgraded.'
  echo 'Need to get 12.3 MB of archives.'; echo 'After this operation, 45.6 MB of additional disk space will be used.'; exit 1 ;;
*' -y '*) echo 'apt-get installs' >&2 ;;
esac`;
const tools = ['sh', 'dirname', 'find', 'awk', 'env', 'grep'];

/** A machine with next to nothing: its PATH leads to a few tools and to these programs. */
function machine(programs) {
  const bin = mkdtempSync(join(work, 'bin-'));
  for (const name of tools) symlinkSync(run(`command -v ${name}`).text.trim(), join(bin, name));
  for (const [name, text] of Object.entries({true: 'exit 0', ...programs})) script(join(bin, name), text);
  const log = join(bin, 'log');
  return {
    run: (...args) => run(`sh tests/support/deps.sh ${args.join(' ')}`, {PATH: bin, LOG: log, PYTHON: 'python3'}),
    calls: () => existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [],
  };
}

const packages = /gcc g\+\+ pkg-config libmicrohttpd-dev libjansson-dev zlib1g-dev python3 python3-yaml curl jq check patch util-linux netbase nodejs/;
const someone = {id: 'echo 1000', 'apt-get': apt};

test('deps says what it installs, and how much, before it does', () => {
  const {run: deps, calls} = machine({id: 'echo 0', 'apt-get': apt});
  const {status, text} = deps();
  assert.equal(status, 0, text);
  assert.match(text, packages);
  assert.match(text, /7 packages, 12\.3 MB to download, 45\.6 MB on disk\n[^]*apt-get installs\n$/);
  assert.equal(calls().length, 3);
  assert.match(calls()[2], packages);
});

test('make test needs neither npm nor what only lint and coverage need', () => {
  const {text} = machine({id: 'echo 0', 'apt-get': apt}).run();
  assert.doesNotMatch(text, /npm|clang|cppcheck|gcovr|shellcheck/);
});

test('deps asks sudo where it is not root', () => {
  const {run: deps, calls} = machine({...someone, sudo: 'echo "sudo $*" >>"$LOG"; exec "$@"'});
  assert.equal(deps().status, 0);
  const asked = calls().filter(call => call.startsWith('apt-get'));
  assert.equal(asked.length, 3);
  assert.equal(calls().filter(call => /^sudo .*apt-get/.test(call)).length, asked.length);
});

for (const [name, programs, why] of [
  ['without sudo', someone, /there is no sudo/],
  ['where sudo refuses', {...someone, sudo: 'echo no >&2; exit 1'}, /sudo refuses/],
  ['without apt-get', {id: 'echo 0'}, /no apt-get/],
]) {
  test(`deps ${name} prints what the administrator must run, and fails`, () => {
    const {run: deps, calls} = machine(programs);
    const {status, text} = deps();
    assert.notEqual(status, 0);
    assert.match(text, why);
    assert.match(text, /Ask the administrator of this machine to run:\n {2}apt-get install --no-install-recommends [^\n]+\n$/);
    assert.match(text, packages);
    assert.deepEqual(calls(), []);
  });
}

test('deps says nothing where nothing is missing', () => {
  assert.deepEqual(run('sh tests/support/deps.sh'), {status: 0, text: ''});
});

test('lint and coverage name what they miss, and lint-deps', () => {
  for (const [scope, tool] of [['lint', 'clang-tidy'], ['coverage', 'gcovr']]) {
    const {status, text} = machine(someone).run('check', scope);
    assert.equal(status, 1);
    assert.match(text, new RegExp(`^missing: [^\n]*\\b${tool}\\b[^\n]*; run: make lint-deps\n$`));
  }
});

// ---- Before deps ----

for (const goal of ['all', 'run', 'demo', 'test', 'unit', '-j4 test']) {
  test(`make ${goal} before make deps names the packages, and the compiler is not called`, () => {
    const bin = mkdtempSync(join(work, 'bin-'));
    script(join(bin, 'pkg-config'), 'exit 1');
    const {status, text} = run(`make --no-print-directory BUILD=${join(bin, 'build')} ${goal}`, {PATH: `${bin}:${process.env.PATH}`});
    assert.equal(status, 2);
    const lines = text.trim().split('\n');
    assert.match(lines[0], /^missing: libmicrohttpd-dev libjansson-dev zlib1g-dev[a-z ]*; run: make deps$/);
    assert.deepEqual(lines.filter(line => !/^(missing|make): /.test(line)), []);
  });
}

test('make test after make deps demo names what tests need besides, before it compiles', () => {
  const bin = mkdtempSync(join(work, 'bin-'));
  script(join(bin, 'pkg-config'), `case " $* " in *' check '*) exit 1 ;; esac; PATH=\${PATH#*:}; exec pkg-config "$@"`);
  for (const goal of ['test', 'unit']) {
    const {text} = run(`make --no-print-directory BUILD=${join(bin, 'build')} ${goal}`, {PATH: `${bin}:${process.env.PATH}`});
    assert.match(text, /^missing: check; run: make deps\nmake: [^\n]*\n$/);
  }
});

// ---- The demo ----

test('the demo prints the worked solution and nothing else, and apart from it what to do next', () => {
  const book = readFileSync(new URL('../explain/textbook.txt', import.meta.url), 'utf8');
  assert.equal(run(`(sh tests/support/demo.sh ${binary} 2>/dev/null)`).text, book);
  const {status, text} = run(`sh tests/support/demo.sh ${binary}`);
  assert.equal(status, 0, text);
  assert.match(text, /\n\nNext:\n {2}make run[^\n]*\n( {2}curl [^\n]*\n){2}README\.md[^\n]*\n$/);
});

// ---- The end of make test ----

const file = (name, text) => { writeFileSync(join(work, name), `import test from 'node:test';\n${text}`); return join(work, name); };
const program = (name, text) => { script(join(work, name), text); return join(work, name); };
const good = [
  program('unit', `printf 'ok 1 - a.c:s:one: Passed\\nok 2 - a.c:s:two: Passed\\n1..2\\n' >"$CK_TAP_LOG_FILE_NAME"`),
  program('replay/fine', 'exit 0'),
  file('good.test.mjs', `test('a', () => {}); test('b', {skip: 'no time'}, () => {}); test('c', async t => { await t.test('d', () => {}); });`),
];
const bad = [
  program('half', `printf 'not ok 1 - a.c:s:three: 1 is not\\nok 2\\nnot ok 2 - a.c:s:four: why\\nok 3 - a.c:s:five: Passed\\n1..3\\n' >"$CK_TAP_LOG_FILE_NAME"; exit 1`),
  program('crash', 'echo stack of the crash; kill -SEGV $$'),
  program('replay/finding', 'echo corpus/input-7; exit 1'),
  file('bad.test.mjs', `test('e', () => { throw new Error('so wrong'); }); test('f', async t => { await t.test('g', () => { throw new Error('deep'); }); });`),
  file('outside.test.mjs', `test('h', () => {}); setTimeout(() => { throw new Error('far out'); }, 1); await new Promise(done => setTimeout(done, 5));`),
  file('early.test.mjs', `test('i', () => new Promise(() => {})); process.exit(0);`),
];
const runTests = paths => run(`'${process.execPath}' tests/support/run.mjs ${paths.join(' ')}`);

test('tests that pass end with their counts', () => {
  const {status, text} = runTests(good);
  assert.match(text, /\nSKIPPED: [^\n]*good\.test\.mjs: b: no time\n6 passed, 0 failed, 1 skipped\n$/);
  assert.equal(status, 0);
});

test('failed tests are listed at the end, each with its message, and all tests run', () => {
  const {status, text} = runTests([...bad, ...good]);
  assert.equal(status, 1);
  const [progress, ...rest] = text.split('\n\n');
  const end = rest.join('\n\n');
  assert.equal(progress.split('\n').length, bad.length + good.length, progress);
  const told = [[/half: three$/, '1 is not\n    ok 2'], [/half: four$/, 'why'], [/crash: /, 'stack of the crash\n    it ended with SIGSEGV'],
    [/replay\/finding: /, 'corpus/input-7'], [/bad\.test\.mjs: e$/, 'so wrong'], [/bad\.test\.mjs: g$/, 'deep'], [/outside\.test\.mjs: /, 'far out'],
    [/early\.test\.mjs: /, 'it ended before a test did']];
  const failures = end.split(/^FAILED: /m).slice(1);
  assert.equal(failures.length, told.length, end);
  for (const [i, [name, why]] of told.entries()) {
    assert.match(failures[i].split('\n')[0], name);
    assert.ok(failures[i].includes(why), failures[i]);
  }
  assert.match(end, /\n8 passed, 8 failed, 1 skipped\n$/);
});

test('a test that is not there has failed', () => {
  const {status, text} = runTests([join(work, 'nowhere'), join(work, 'nowhere.test.mjs')]);
  assert.equal(status, 1);
  assert.match(text, /\n0 passed, 2 failed, 0 skipped\n$/);
});
