// The image: what is in it, what it may do, and that it answers everything that openapi.yaml describes.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {after, before, test} from 'node:test';
import {Cursor, concrete, everyMethod, readContract} from '../../api/contract/judge.mjs';
import {skip as noBrowser, withPage} from '../../page/browser.mjs';
import {until} from '../../support/until.mjs';
import {docker, image, inspect, restrictions, skip, start} from './box.mjs';
import {freePort} from '../../support/port.mjs';
import {readTar} from './tar.mjs';

const document = readContract();
const everything = everyMethod(new Cursor(document));
const examples = media => Object.keys(media?.node.examples ?? {}).map(key => [key, media.get('examples', key, 'value').node]);

let box;
before(async () => { if (!skip) box = await start(); });
after(() => box?.remove());

/** The image's files by their paths; what Docker adds to a container for its mounts is empty. */
function files() {
  const id = docker('create', image);
  try {
    const tar = execFileSync('docker', ['export', id], {maxBuffer: 1 << 26});
    return readTar(tar).filter(({type, name, body}) => type === '0' && !(name.match(/^(\.dockerenv|etc\/|dev\/)/) && body.length === 0));
  } finally {
    docker('rm', id);
  }
}

test('every method of every path answers as openapi.yaml says', {skip}, async () => {
  let posted = 0;
  assert.ok(everything.length > 40);
  for (const {path, method, operation, success} of everything) {
    const bodies = examples(operation?.get('requestBody', 'content', 'application/json'));
    const replies = Object.fromEntries(examples(operation?.get('responses', '200', 'content', 'application/json')));
    for (const [key, body] of bodies.length > 0 ? bodies : [[]]) {
      const reply = await box.call(method, concrete(path), body);
      assert.equal(reply.status, success, `${method} ${path}`);
      if (!key) continue;
      assert.equal(reply.text.trim(), JSON.stringify(replies[key]), `${path} ${key}`);
      posted++;
    }
  }
  assert.ok(posted >= 3);
});

test('another method is 405, another path 404, a wrong body 4xx', {skip}, async () => {
  for (const path of Object.keys(document.paths)) {
    const methods = ['GET', 'POST'].filter(name => !document.paths[path][name.toLowerCase()]);
    for (const method of methods) assert.equal((await box.call(method, concrete(path), method === 'POST' ? {} : undefined)).status, 405, path);
    assert.equal((await box.call('GET', `${concrete(path)}x`.toUpperCase())).status, 404, path);
  }
  assert.equal((await box.call('POST', '/forward', '{')).status, 400);
  assert.equal((await box.call('POST', '/forward', {})).status, 422);
});

test('the page of the image steps, and checks an answer', {skip: skip || noBrowser}, () => withPage({daemon: {url: `http://127.0.0.1:${box.published}`}, path: '/#example=textbook&step=z1'}, async page => {
  await page.click('#go-next');
  await page.click('#turn-on');
  for (const [i, text] of ['0', '-0.1', '0.5'].entries()) await page.fill(`[data-answer$="/h1/${i}"]`, text);
  await page.click('#check');
  await page.waitForFunction(() => document.querySelector('#verdict')?.textContent.includes('activation forgotten'));
}));

test('the container turns healthy, and unhealthy where nothing listens', {skip}, async () => {
  await until(() => box.state().Health.Status === 'healthy', 'the container is healthy');
  assert.equal(docker('exec', box.id, '/backpropd', '--healthcheck'), '');
  assert.throws(() => docker('exec', '-e', 'BACKPROPD_LISTEN=127.0.0.1:1', box.id, '/backpropd', '--healthcheck'));
});

/** A container that listens elsewhere than the image says, once it is healthy. */
async function untilHealthy(variables, args) {
  const network = process.env.CONTAINER_NO_BRIDGE ? ['--network=host'] : [];
  const id = docker('run', '-d', ...restrictions, ...network, '--health-interval=1s', ...variables, image, ...args);
  try {
    const health = () => inspect(id).State.Health;
    await until(() => health().Status === 'healthy', `${variables} ${args} is healthy`, 60)
      .catch(error => assert.fail(`${error.message}: ${JSON.stringify(health())} ${docker('logs', id)}`));
  } finally {
    docker('rm', '-f', id);
  }
}

test('the container is healthy wherever it listens', {skip}, async () => {
  const port = await freePort();
  for (const listen of [`[::]:${port}`, `*:${port}`, `:${port}`, `0.0.0.0:${port}`, String(port), 'unix:/dev/shm/http']) {
    await untilHealthy([], ['--listen', listen]);
    await untilHealthy(['-e', `BACKPROPD_LISTEN=${listen}`], []);
  }
  await untilHealthy(['-e', `PORT=${port}`], []);
});

test('an unhealthy container says why', {skip}, () => {
  assert.throws(() => docker('exec', '-e', 'BACKPROPD_LISTEN=*:1', box.id, '/backpropd', '--healthcheck'),
    ({stderr}) => /^backpropd: unhealthy: http.*127\.0\.0\.1:1: Connection refused/m.test(stderr));
});

test('the image is below 10 MB', {skip}, () => {
  const {Size} = inspect(image, 'image');
  console.log(`# the image has ${Size} bytes`);
  assert.ok(Size < 10e6, `${Size} bytes`);
});

test('the image holds the binary, what it loads, and nothing else', {skip}, () => {
  const names = files().map(({name}) => name);
  assert.ok(names.includes('backpropd'));
  const others = names.filter(name => name !== 'backpropd' && !/^(lib|usr\/lib|lib64)\/([\w-]+\/)?(lib|ld-)[\w.-]+\.so\.[\d.]+$/.test(name));
  assert.deepEqual(others, []);
  for (const name of ['libc.so.6', 'libm.so.6', 'libjansson.so.4', 'libmicrohttpd.so.12', 'libz.so.1']) {
    assert.ok(names.some(one => one.endsWith(`/${name}`)), `${name} is missing`);
  }
  assert.equal(names.length, 7, names.join(' '));
});

test('there is no shell, and nothing else to run', {skip}, () => {
  for (const program of ['/bin/sh', '/bin/bash', '/bin/busybox', '/usr/bin/env']) {
    assert.throws(() => docker('run', '--rm', `--entrypoint=${program}`, image), /no such file/i);
  }
});

test('it runs as an unprivileged user, without capabilities, and confined', {skip}, () => {
  const {Config, State: {Pid}} = box.inspect();
  assert.equal(Config.User, '65532:65532');
  const status = readFileSync(`/proc/${Pid}/status`, 'utf8');
  for (const line of [/^Uid:(\t65532){4}$/m, /^Gid:(\t65532){4}$/m, /^Groups:\s*(65532)?\s*$/m, /^CapEff:\t0+$/m, /^CapPrm:\t0+$/m, /^CapBnd:\t0+$/m, /^NoNewPrivs:\t1$/m]) {
    assert.match(status, line);
  }
});

test('how it is started and stopped is exec form and SIGTERM', {skip}, () => {
  const {Config} = inspect(image, 'image');
  assert.deepEqual(Config.Entrypoint, ['/backpropd']);
  assert.equal(Config.Cmd, null);
  assert.deepEqual(Config.Healthcheck.Test, ['CMD', '/backpropd', '--healthcheck']);
  assert.equal(Config.StopSignal, 'SIGTERM');
  assert.ok(Config.Env.includes('PORT=8080'));
  assert.ok(!Config.Env.some(one => one.startsWith('BACKPROPD_LISTEN=')), 'it would win over the PORT of a platform');
  assert.deepEqual(Object.keys(Config.ExposedPorts), ['8080/tcp']);
});

test('the labels tell what it is and what it was made of', {skip}, () => {
  const {Labels} = inspect(image, 'image').Config;
  const label = name => Labels[`org.opencontainers.image.${name}`];
  assert.equal(label('title'), 'backpropd');
  assert.ok(label('description'));
  assert.equal(label('version'), document.info.version);
  assert.equal(label('revision'), process.env.CONTAINER_REVISION);
  assert.equal(docker('run', '--rm', ...restrictions, image, '--version'), `backpropd ${document.info.version}`);
});
