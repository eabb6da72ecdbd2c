// The systemd units: what systemd thinks of them, and that the program can live with the calls that are left to it.
import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';
import {binary, request} from '../../support/daemon.mjs';
import {patience} from '../../support/until.mjs';
import {here, lacking, root, run, skipped} from './machine.mjs';

const units = ['backpropd.service', 'backpropd.socket'];
const exposureMax = 1.0;
const noAnalyze = lacking('systemd-analyze');
const service = join(root, 'docker/systemd/backpropd.service');

/** The units as they are installed, with the program that was built. */
function withUnits(act) {
  const folder = mkdtempSync(join(tmpdir(), 'units-'));
  try {
    for (const unit of units) {
      const text = readFileSync(join(root, 'docker/systemd', unit), 'utf8').replace('/usr/local/bin/backpropd', binary);
      writeFileSync(join(folder, unit), text);
    }
    return act(units.map(unit => join(folder, unit)));
  } finally {
    rmSync(folder, {recursive: true});
  }
}

test('systemd understands every line', {skip: noAnalyze}, () => withUnits(paths => {
  const {status, stdout, stderr} = spawnSync('systemd-analyze', ['verify', '--man=no', ...paths], {encoding: 'utf8'});
  const own = `${stdout}${stderr}`.split('\n').filter(line => /backpropd|^\s*$/.test(line) && line); // other units of this machine may have faults
  assert.deepEqual([status, own], [0, []]);
}));

test(`the service's exposure is ${exposureMax} at most`, {skip: noAnalyze}, () => withUnits(([path]) => {
  const text = run('systemd-analyze', 'security', '--offline=yes', '--no-pager', path);
  const exposure = Number(/Overall exposure level for \S+: (\d+\.\d+)/.exec(text)[1]);
  console.log(`exposure ${exposure}`);
  assert.ok(exposure <= exposureMax, text);
}));

// ---- The system call filter ----

const noSeccomp = noAnalyze || skipped(spawnSync('/usr/bin/python3', ['-c', 'import seccomp']).status !== 0 && 'python3-seccomp is not installed (make packaging-deps)');
const filtered = (unit, args) => ['/usr/bin/python3', [join(here, 'filtered.py'), unit, binary, ...args]];

test('under the unit\'s filter it answers everything, and stops', {skip: noSeccomp}, async () => {
  const child = spawn(...filtered(service, ['--listen', '127.0.0.1:0', '--threads', '2', '--log-format', 'json']), {stdio: ['ignore', 'pipe', 'pipe']});
  try {
    const [line] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(how => { throw new Error(`ended with ${how}`); })]);
    const port = Number(/:(\d+)\n/.exec(line)[1]);
    assert.match(readFileSync(`/proc/${child.pid}/status`, 'utf8'), /^Seccomp:\s*2$/m);
    const folder = join(root, 'tests/api/vectors');
    let asked = 0;
    for (const name of readdirSync(folder).filter(one => one.endsWith('.json'))) {
      const {path, request: body, cases} = JSON.parse(readFileSync(join(folder, name), 'utf8'));
      for (const one of body ? [body] : cases.map(each => each.request)) {
        const {status} = await request(port, 'POST', path, JSON.stringify(one));
        assert.ok(status === 200 || status === 422, `${name}: ${status}`);
        asked++;
      }
    }
    for (const path of ['/', '/livez', '/metrics', '/openapi.yaml']) assert.equal((await request(port, 'GET', path)).status, 200, path);
    const wide = {network: {W1: Array.from({length: 300}, () => Array(300).fill(0.001)), b1: Array(300).fill(0)},
      samples: [{x: Array(300).fill(1), y: Array(300).fill(0.5)}], learning_rate: 1e-6, steps: 100, include: []};
    assert.equal((await request(port, 'POST', '/step', JSON.stringify(wide))).status, 200, 'the pool');
    assert.ok(asked > 10, `${asked} requests`);
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  } finally {
    child.kill('SIGKILL');
  }
});

test('the filter is at work: without a group that the program needs it is killed', {skip: noSeccomp}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'units-'));
  const unit = join(folder, 'backpropd.service');
  writeFileSync(unit, `${readFileSync(service, 'utf8')}SystemCallFilter=~@io-event\n`);
  const [command, args] = filtered(unit, ['--listen', '127.0.0.1:0']);
  const {signal} = spawnSync(command, args, {timeout: patience});
  rmSync(folder, {recursive: true});
  assert.equal(signal, 'SIGSYS');
});
