// The README's commands are run, and what they print is compared to the letter.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { start } from '../../support/daemon.mjs';
import { blocksOf, commandsOf, needsEngine, pages, textOf } from '../../support/pages.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const binary = process.env.BACKPROPD ?? join(root, 'build/release/backpropd');

let daemon, folder;
before(async () => {
  daemon = await start();
  folder = mkdtempSync(join(tmpdir(), 'readme-'));
});
after(async () => {
  await daemon.stop();
  rmSync(folder, { recursive: true });
});

const real = (text) => text
  .replaceAll('localhost:8080', `127.0.0.1:${daemon.port}`)
  .replaceAll('build/release/backpropd', binary);
const run = (command, ...args) => execFileSync(command, args, { cwd: folder, encoding: 'utf8' });

for (const page of pages) {
  test(`${page}: every command prints what the page says`, () => {
    for (const { command, output } of commandsOf(page).filter(({ command }) => !needsEngine(command))) {
      const printed = run('bash', '-c', real(command));
      assert.equal(printed.replace(/([^\n])$/, '$1\n'), output || (printed ? 'nothing' : ''), command);
    }
  });
}

test('the pages have their commands', () => {
  const counts = pages.map((page) => commandsOf(page).length);
  assert.ok(counts[0] >= 4 && counts[1] >= 9, counts.join());
});

test('the Python program runs', () => {
  const [program, ...others] = blocksOf('README.md', 'python');
  assert.deepEqual(others, []);
  run(process.env.PYTHON ?? '/usr/bin/python3', '-c', real(program));
});

test('the JavaScript program prints the losses', () => {
  const [program, ...others] = blocksOf('README.md', 'js');
  assert.deepEqual(others, []);
  assert.match(run('node', '--input-type=module', '-e', real(program)), /^\[\s+1,\s+0\.04\d*,[\d.,\s]+\]\n$/);
});

test('the README is as long as a newcomer reads', () => {
  assert.ok(textOf('README.md').split('\n').length <= 161);
});

test('what the pages link to is there', () => {
  for (const page of pages) {
    for (const [, target] of textOf(page).matchAll(/\]\((?!#|https?:)([^)#]+)/g)) {
      assert.ok(existsSync(join(root, dirname(page), target)), `${page} links to ${target}`);
    }
  }
});

test('the table of flags is that of --help', () => {
  const help = execFileSync(binary, ['--help'], { encoding: 'utf8' });
  const fromHelp = [...help.matchAll(/^ {2}(--.{26}) (.{32}) (.{16}) (\S.*)$/gm)]; // columns: a default may be nothing
  const fromReadme = [...textOf('docker/README.md').matchAll(/^\| `(--[^`]+)` \| (?:`(\w+)`)? ?\| ?(\S*) ?\| (.+) \|$/gm)];
  const rows = (matches) => matches.map(([, ...cells]) => cells.map((cell) => (cell ?? '').trim()));
  assert.equal(fromHelp.length, help.match(/^ {2}--/gm).length);
  assert.ok(fromHelp.length >= 26);
  assert.deepEqual(rows(fromReadme), rows(fromHelp));
});

const makefiles = ['Makefile', 'tests/Makefile.mk', 'docker/Makefile.mk'].filter((name) => existsSync(join(root, name)));

for (const [goal, files] of [['help', ['Makefile']], ['help-all', makefiles]]) {
  test(`make ${goal} lists every target of ${files.join(', ')}`, () => {
    const text = files.map((name) => readFileSync(join(root, name), 'utf8')).join('');
    const phony = [...text.matchAll(/^\.PHONY: (\S+)$/gm)].map(([, name]) => name).filter((name) => name !== 'FORCE');
    const help = execFileSync('make', ['--no-print-directory', goal], { cwd: root, encoding: 'utf8', env: { ...process.env, MAKEFLAGS: '' } });
    const listed = [...help.matchAll(/^(\S+) +\S/gm)].map(([, name]) => name);
    assert.deepEqual(listed.sort(), phony.sort());
  });
}
