// The two replicas of docker/compose.yaml behind HAProxy, and a rolling restart under constant load.
import assert from 'node:assert/strict';
import {execFile, execFileSync} from 'node:child_process';
import http from 'node:http';
import {after, before, test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {client, request} from '../../support/daemon.mjs';
import {freePort} from '../../support/port.mjs';
import {until} from '../../support/until.mjs';
import {docker, inspect, skip as noEngine} from './box.mjs';
import {command} from './readme.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const skip = noEngine || (process.env.CONTAINER_NO_BRIDGE ?? false);
const replicas = ['backpropd-1', 'backpropd-2'];
const later = promisify(execFile);
let env, port, statusPort;

/** `docker compose` is a plug-in that Debian 12 does not have; its docker-compose takes the same words. */
function compose(...args) {
  const words = process.env.CONTAINER_COMPOSE.split(' ');
  return execFileSync(words[0], [...words.slice(1), '-f', 'docker/compose.yaml', ...args], {cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']}).trim();
}

const shell = text => execFileSync('bash', ['-c', text], {cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});
const idOf = replica => compose('ps', '-q', replica);
const up = () => request(statusPort, 'GET', '/up').then(({text}) => text.trim(), () => undefined);

before(async () => {
  if (skip) return;
  [port, statusPort] = [await freePort(), await freePort()];
  env = {...process.env, COMPOSE_PROJECT_NAME: 'backpropd-test', BACKPROPD_PORT: String(port), BACKPROPD_STATUS_PORT: String(statusPort)};
  shell(command('docker compose -f docker/compose.yaml up'));
});
after(() => { if (!skip) shell(command('docker compose -f docker/compose.yaml down')); });

test('one command starts two replicas behind HAProxy', {skip}, async () => {
  await until(async () => await up() === '2', 'HAProxy sees two replicas');
  const {call} = client(port);
  for (let i = 0; i < 10; i++) assert.equal((await call('GET', '/readyz')).status, 200);
  const book = (await call('GET', '/examples/textbook')).text;
  assert.equal((await call('POST', '/backward', book)).status, 200);
  assert.equal((await call('POST', '/forward', {})).status, 422);
});

test('both replicas are asked', {skip}, async () => {
  for (let i = 0; i < 20; i++) await request(port, 'GET', '/version', undefined, {'x-request-id': `spread-${i}`});
  for (const replica of replicas) await until(() => logged(replica), `${replica} was asked`);
});

function logged(replica) {
  return execFileSync('sh', ['-c', 'docker logs "$0" 2>&1', idOf(replica)], {encoding: 'utf8'}).includes('spread-');
}

test('the replicas run with the restrictions of the README', {skip}, () => {
  for (const replica of replicas) {
    const {HostConfig, Config} = inspect(idOf(replica));
    assert.deepEqual([HostConfig.ReadonlyRootfs, HostConfig.CapDrop, HostConfig.Memory, HostConfig.PidsLimit], [true, ['ALL'], 128 << 20, 32]);
    assert.match(HostConfig.SecurityOpt.join(), /^no-new-privileges/);
    assert.equal(Config.User, '65532:65532');
  }
});

/** Requests without a pause, half of them over connections that are kept. */
function loadOn(body, expected) {
  const count = {good: 0, failed: []};
  const kept = new http.Agent({keepAlive: true});
  let going = true;
  const ask = agent => new Promise(done => {
    const req = http.request({host: '127.0.0.1', port, method: 'POST', path: '/backward', agent, headers: {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)}}, res => {
      let text = '';
      res.setEncoding('utf8').on('data', piece => { text += piece; }).on('error', error => done(error.code))
        .on('end', () => done(res.statusCode === 200 && text === expected ? 'good' : `${res.statusCode} ${text.slice(0, 200)}`));
    });
    req.on('error', error => done(`${error.code} ${error.message}`)).end(body);
  });
  const clients = Array.from({length: 8}, async (_, i) => {
    while (going) {
      const outcome = await ask(i % 2 ? kept : false);
      if (outcome === 'good') count.good++;
      else count.failed.push(outcome);
      await pause(5);
    }
  });
  return {count, stop: async () => { going = false; await Promise.all(clients); kept.destroy(); return count; }};
}

test('a rolling restart under load loses no request', {skip}, async () => {
  await until(async () => await up() === '2', 'HAProxy sees two replicas');
  const {call} = client(port);
  const book = (await call('GET', '/examples/textbook')).text;
  const expected = (await call('POST', '/backward', book)).text;
  const old = replicas.map(idOf);
  const load = loadOn(book, expected);
  await until(() => load.count.good > 250, 'the load is on');
  const begin = Date.now();
  await later('bash', ['-c', command('docker/rolling-restart.sh')], {cwd: root, env});
  const during = load.count.good;
  await until(() => load.count.good > during + 250, 'the load goes on');
  const {good, failed} = await load.stop();
  console.log(`# ${good} requests during a rolling restart of ${(Date.now() - begin) / 1000} s, ${failed.length} failed`);
  assert.deepEqual(failed, []);
  replicas.map(idOf).forEach((id, i) => assert.notEqual(id, old[i], 'the replica is a new one'));
  for (const id of old) assert.throws(() => inspect(id), 'the old one is gone');
});

test('a replica that dies is noticed, and the load is on the other', {skip}, async () => {
  await until(async () => await up() === '2', 'HAProxy sees two replicas');
  const id = idOf('backpropd-1');
  docker('update', '--restart=no', id);
  docker('kill', id);
  await until(async () => await up() === '1', 'HAProxy sees one replica');
  for (let i = 0; i < 20; i++) assert.equal((await request(port, 'GET', '/version')).status, 200);
  docker('start', id);
  await until(async () => await up() === '2', 'HAProxy sees two replicas again');
});
