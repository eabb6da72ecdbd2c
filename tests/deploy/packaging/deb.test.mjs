// The Debian package: what is in it, that it is made the same twice, that it installs, serves under a systemd that
// was booted for it, in its sandbox, is replaced without losing a request, and leaves nothing behind.
import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {createInterface} from 'node:readline';
import {test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {binary} from '../../support/daemon.mjs';
import {until} from '../../support/until.mjs';
import {boot, build, cleanEnvironment, here, isRoot, lacking, makeRoot, root, run, skipped, version} from './machine.mjs';

const noDeb = lacking('dpkg-deb', 'dpkg-shlibdeps');
const architecture = noDeb ? '' : run('dpkg', '--print-architecture').trim();
const deb = join(root, `build/backpropd_${version}_${architecture}.deb`);

test('lintian has nothing to say', {skip: noDeb || lacking('lintian')}, () => {
  const {status, stdout, stderr} = spawnSync('lintian', [...isRoot ? ['--allow-root'] : [], '--pedantic', '--fail-on', 'error,warning,info,pedantic', deb], {encoding: 'utf8'});
  assert.deepEqual([status, stdout], [0, ''], stderr);
});

test('it depends on the libraries that the program needs, and no others', {skip: noDeb}, () => {
  const depends = run('dpkg-deb', '-f', deb, 'Depends').trim();
  assert.match(depends, /^libc6 \(>= [\d.]+\), libjansson4 \(>= [\d.]+\), libmicrohttpd12 \(>= [\d.]+\), zlib1g \(>= [\d.:]+\)$/);
});

test('the same sources, elsewhere, make the same bytes', {skip: noDeb, timeout: 3600000}, () => {
  const clone = join(build, 'elsewhere');
  rmSync(clone, {recursive: true, force: true});
  mkdirSync(clone, {recursive: true});
  const epoch = run('make', '-s', '--no-print-directory', '--eval', 'epoch:;@echo $(SOURCE_DATE_EPOCH)', 'epoch').trim();
  for (const name of ['src', 'include', 'docker', 'Makefile', 'openapi.yaml']) run('cp', '-R', join(root, name), clone);
  const {status, stderr} = spawnSync('make', ['-s', '-j2', 'deb'], {cwd: clone, encoding: 'utf8', env: {...cleanEnvironment(), SOURCE_DATE_EPOCH: epoch, TZ: 'Asia/Tokyo', LC_ALL: 'C'}});
  assert.equal(status, 0, stderr);
  assert.ok(readFileSync(join(clone, 'build', basename(deb))).equals(readFileSync(deb)), 'the two differ: diffoscope would say where');
  rmSync(clone, {recursive: true});
});

const noRoot = noDeb || (isRoot ? lacking('mmdebstrap', 'nsenter', 'unshare', 'findmnt') : skipped('root is needed to install a package'));

/** Every file and folder, with what links point to, but for dpkg's own books and what a boot writes. */
const filesOf = path => run('find', path, '-xdev', '(', '-path', `${path}/var/lib/dpkg`, '-o', '-path', `${path}/var/log`, '-o', '-path', `${path}/var/cache/ldconfig`,
  '-o', '-path', `${path}/etc/machine-id`, '-o', '-path', `${path}/var/lib/systemd`, '-o', '-path', `${path}/var/lib/private`, '-o', '-path', `${path}/var/cache/private`, '-o',
  '-path', `${path}/var/tmp`, ')', '-prune', '-o', '-printf', '%P %y %l\\n').split('\n').sort();

const enabledOf = path => run('find', join(path, 'var/lib/systemd'), join(path, 'etc/systemd'), '-name', '*backpropd*', '-printf', '%p\\n').trim();

test('it installs, serves under systemd, and leaves nothing behind', {skip: noRoot, timeout: 3600000}, async t => {
  const path = makeRoot();
  const inRoot = (...command) => run('chroot', path, ...command);
  const before = filesOf(path);
  writeFileSync(join(path, 'root/backpropd.deb'), readFileSync(deb));

  await t.test('install', () => {
    inRoot('dpkg', '-i', '/root/backpropd.deb');
    assert.equal(inRoot('backpropd', '--version'), `backpropd ${version}\n`);
    assert.equal(run('find', join(path, 'etc/systemd/system/sockets.target.wants'), '-name', 'backpropd.socket').split('\n').length, 2, 'the socket is enabled');
    assert.equal(inRoot('dpkg', '--verify', 'backpropd'), '');
  });

  await t.test('the textbook\'s example', () => {
    const body = run(binary, 'call', '/examples/textbook');
    const call = (command, ...args) => spawnSync(command, [...args, 'call', '/backward'], {input: body, encoding: 'utf8'});
    const inside = call('chroot', path, 'backpropd');
    assert.deepEqual([inside.status, inside.stdout], [0, call(binary).stdout]);
    assert.deepEqual(JSON.parse(inside.stdout).parameters, {total: 31, nonzero: 12, zero: 19, zero_because: {neuron_dead: 10, source_dead: 8, input_zero: 1}});
  });

  // a call that the filter does not know kills the service, instead of failing as it does for users
  mkdirSync(join(path, 'etc/systemd/system/backpropd.service.d'), {recursive: true});
  writeFileSync(join(path, 'etc/systemd/system/backpropd.service.d/kill.conf'), '[Service]\nSystemCallErrorNumber=kill\n');
  const machine = await boot(path);
  await t.test('under systemd', {skip: skipped(machine.why)}, async () => {
    try {
      await underSystemd(machine);
    } finally {
      await machine.stop();
    }
  });

  await t.test('remove and purge', () => {
    rmSync(join(path, 'etc/systemd/system/backpropd.service.d'), {recursive: true});
    inRoot('dpkg', '--remove', 'backpropd');
    assert.throws(() => inRoot('backpropd', '--version'));
    inRoot('dpkg', '--purge', 'backpropd');
    rmSync(join(path, 'root/backpropd.deb'));
    assert.equal(enabledOf(path), '');
    const known = new Set(before);
    assert.deepEqual(filesOf(path).filter(one => !known.has(one)), []);
    assert.throws(() => inRoot('dpkg', '-s', 'backpropd'));
  });
  rmSync(path, {recursive: true});
});

/** The value of a property of the service. */
const property = (machine, name) => machine.inside('systemctl', 'show', '--value', '-p', name, 'backpropd.service').trim();

async function untilActive(machine, state) {
  await until(() => property(machine, 'ActiveState') === state,
    () => `the service does not become ${state}: ${machine.inside('journalctl', '-u', 'backpropd', '--no-pager')}`);
}

async function underSystemd(machine) {
  assert.equal(property(machine, 'ActiveState'), 'inactive', 'it is started by the first request');
  const load = spawn('nsenter', ['-t', machine.pid, '-n', process.execPath, join(here, 'load.mjs')], {env: cleanEnvironment(), stdio: ['pipe', 'pipe', 'inherit']});
  const lines = createInterface({input: load.stdout})[Symbol.asyncIterator]();
  try {
    const {asked, wrong} = JSON.parse((await lines.next()).value);
    assert.deepEqual(wrong, [], machine.inside('journalctl', '-u', 'backpropd', '--no-pager', '-n', '20'));
    assert.ok(asked > 30, `${asked} requests`);
    assert.equal(property(machine, 'NRestarts'), '0', 'the filter has killed it');
    assertConfined(machine);
    for (let i = 0; i < 5; i++) {
      await pause(200);
      machine.inside('systemctl', 'restart', 'backpropd.service');
    }
    const first = property(machine, 'MainPID');
    machine.inside('dpkg', '-i', '/root/backpropd.deb'); // an upgrade
    assert.notEqual(property(machine, 'MainPID'), first, 'the new version runs');
    await pause(200);
    load.stdin.end();
    const counts = JSON.parse((await lines.next()).value);
    console.log(`restarted 6 times by systemd: ${JSON.stringify(counts)}`);
    assert.deepEqual([counts.lost, counts.raced], [[], 0]);
    assert.ok(counts.answered > 100, `${counts.answered} requests`);
  } finally {
    load.kill('SIGKILL');
    if (load.exitCode === null && load.signalCode === null) await once(load, 'exit');
  }
  assert.equal(property(machine, 'NRestarts'), '0');
  machine.inside('systemctl', 'kill', '-s', 'KILL', 'backpropd.service');
  await untilActive(machine, 'active');
  assert.equal(property(machine, 'NRestarts'), '1', 'Restart=on-failure');
  machine.inside('systemctl', 'stop', 'backpropd.service');
  assert.equal(property(machine, 'Result'), 'success');
}

/** What the kernel says of the process. */
function assertConfined(machine) {
  const status = machine.inside('cat', `/proc/${property(machine, 'MainPID')}/status`);
  const field = name => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)[1];
  assert.deepEqual([field('Seccomp'), field('NoNewPrivs')], ['2', '1']);
  for (const name of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) assert.equal(field(name), '0000000000000000', name);
  for (const id of field('Uid').split(/\s+/)) assert.ok(id >= 61184 && id <= 65519, `a dynamic user: ${id}`);
}
