// The README's commands are run, and what they print is compared to the letter.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { needsEngine } from '../../deploy/container/readme.mjs';
import { start } from '../../support/daemon.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const binary = process.env.BACKPROPD ?? join(root, 'build/release/backpropd');

// [{command, output}], in the order of the page: a command's files are there for the next.
const commands = [...readme.matchAll(/```console\n([^]*?)```/g)]
  .flatMap(([, block]) => block.split(/^\$ /m).slice(1))
  .map((entry) => {
    const [command, ...output] = entry.split('\n');
    return { command, output: output.join('\n') };
  })
  .filter(({ command }) => !needsEngine(command));

let daemon, folder;
before(async () => {
  daemon = await start();
  folder = mkdtempSync(join(tmpdir(), 'readme-'));
});
after(async () => {
  await daemon.stop();
  rmSync(folder, { recursive: true });
});

test('every command prints what the README says', () => {
  assert.ok(commands.length >= 10, 'the README has its commands');
  for (const { command, output } of commands) {
    const real = command
      .replaceAll('localhost:8080', `127.0.0.1:${daemon.port}`)
      .replaceAll('build/release/backpropd', binary);
    const printed = execFileSync('bash', ['-c', real], { cwd: folder, encoding: 'utf8' });
    assert.equal(printed.replace(/([^\n])$/, '$1\n'), output, command);
  }
});

test('the table of flags is that of --help', () => {
  const help = execFileSync(binary, ['--help'], { encoding: 'utf8' });
  const fromHelp = [...help.matchAll(/^ {2}(--.{26}) (.{32}) (.{15}) (\S.*)$/gm)]; // columns: a default may be nothing
  const fromReadme = [...readme.matchAll(/^\| `(--[^`]+)` \| (?:`(\w+)`)? ?\| ?(\S*) ?\| (.+) \|$/gm)];
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
