// `make install` and `make uninstall`, and the man page.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {binary} from '../../support/daemon.mjs';
import {lacking, run, version} from './machine.mjs';

const folder = mkdtempSync(join(tmpdir(), 'install-'));
after(() => rmSync(folder, {recursive: true}));
const filesBelow = path => run('find', path, '-type', 'f', '-printf', '%P %m\\n').trim().split('\n').sort();
const at = (...path) => join(folder, ...path);

for (const prefix of ['/usr/local', '/opt/elsewhere']) {
  test(`install below ${prefix}, and uninstall`, () => {
    const make = target => run('make', '-s', target, `DESTDIR=${folder}`, `PREFIX=${prefix}`);
    make('install');
    assert.deepEqual(filesBelow(at(prefix)), [
      'bin/backpropd 755', 'lib/systemd/system/backpropd.service 644', 'lib/systemd/system/backpropd.socket 644', 'share/man/man1/backpropd.1 644']);
    assert.equal(run(at(prefix, 'bin/backpropd'), '--version'), `backpropd ${version}\n`);
    const unit = readFileSync(at(prefix, 'lib/systemd/system/backpropd.service'), 'utf8');
    assert.deepEqual(unit.match(/^ExecStart=\S+/gm), [`ExecStart=${prefix}/bin/backpropd`]);
    make('uninstall');
    assert.deepEqual(filesBelow(folder), ['']);
  });
}

// ---- The man page ----

const page = async () => {
  run('make', '-s', 'install', `DESTDIR=${folder}`, 'PREFIX=/usr');
  return at('usr/share/man/man1/backpropd.1');
};

test('the man page has every flag, its variable and its default, as --help has them', async () => {
  const text = readFileSync(await page(), 'utf8');
  const help = run(binary, '--help');
  const flags = [...help.matchAll(/^ {2}--(\S+)(?: [A-Z:]+)? {2,}(?:(BACKPROPD_\S+) +(\S+) +)?(.+)$/gm)];
  assert.ok(flags.length >= 18);
  const items = text.split(/^\.It Fl -/m).slice(1).map(one => one.split(/^\.(?:It|El)/m)[0]);
  assert.deepEqual(items.map(one => one.split(/\s/)[0]), flags.map(([, name]) => name));
  for (const [i, [, name, variable, standard, about]] of flags.entries()) {
    assert.ok(items[i].replaceAll('\n', ' ').toLowerCase().includes(about.toLowerCase()), `${name}: ${items[i]}`);
    if (variable) assert.ok(items[i].includes(`.Ev ${variable} ;\nthe default is ${standard}.`), `${name}: ${items[i]}`);
  }
  assert.doesNotMatch(text, /@[A-Z]+@/);
});

test('mandoc finds no fault in the man page', {skip: lacking('mandoc')}, async () => {
  const {stdout, stderr} = spawnSync('mandoc', ['-Tlint', '-Wstyle', await page()], {encoding: 'utf8'});
  // which other pages are there is this machine's
  const faults = `${stdout}${stderr}`.split('\n').filter(line => line && !/referenced manual not found|outdated mandoc\.db/.test(line));
  assert.deepEqual(faults, []);
});

test('man shows the page without a warning', {skip: lacking('man')}, async () => {
  const {status, stdout, stderr} = spawnSync('man', ['--warnings', '-l', await page()], {encoding: 'utf8', env: {...process.env, MANWIDTH: '80', LC_ALL: 'C.UTF-8', MAN_KEEP_FORMATTING: ''}});
  assert.deepEqual([status, stderr], [0, '']);
  for (const part of ['NAME', 'SYNOPSIS', 'OPTIONS', '--max-body-bytes N', 'EXIT STATUS', 'LISTEN_FDS']) assert.ok(stdout.includes(part), part);
});
