// What a build promises: its tests pass within it, and equal sources give equal layers.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {cpSync, mkdtempSync, readFileSync, rmSync, utimesSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {docker, dockerLater, image, inspect, skip} from './box.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const network = (process.env.CONTAINER_BUILD_NETWORK ?? '').split(' ').filter(Boolean);
const other = mkdtempSync(join(tmpdir(), 'other-place-'));
after(() => rmSync(other, {recursive: true}));

/** In another folder, with other times on the files, and with nothing left of the first build. */
async function buildElsewhere() {
  for (const name of ['Makefile', 'README.md', 'openapi.yaml', '.dockerignore', 'include', 'src', 'docker']) cpSync(join(root, name), join(other, name), {recursive: true});
  utimesSync(join(other, 'openapi.yaml'), 1, 1);
  await dockerLater(['build', ...network, '--no-cache', '--build-arg', `SOURCE_DATE_EPOCH=${process.env.CONTAINER_EPOCH}`, '-t', `${image}:again`, '-f', 'docker/Dockerfile', '.'], {cwd: other, maxBuffer: 1 << 26});
}

function buildTests() {
  return dockerLater(['build', ...network, '--progress=plain', '--target=test', '-f', 'docker/Dockerfile', '.'], {cwd: root, maxBuffer: 1 << 28})
    .catch(error => assert.fail((error.stdout + error.stderr).split('\n').filter(line => /not ok|FAIL|Error|ERROR|missing/.test(line)).slice(0, 40).join('\n')));
}

// at the same time: one mostly waits for packages, the other calculates
const builds = skip ? [] : [buildElsewhere(), buildTests()];
for (const build of builds) build.catch(() => {}); // its test reports it

test('a build without a cache, in another folder, gives the same layers', {skip}, async () => {
  await builds[0];
  const [first, again] = [image, `${image}:again`].map(name => inspect(name, 'image'));
  assert.notEqual(first.Id, again.Id, 'two builds');
  assert.deepEqual(again.RootFS.Layers, first.RootFS.Layers);
  assert.ok(first.RootFS.Layers.length > 0);
  console.log(`# layers of both builds: ${first.RootFS.Layers.join(' ')}`);
  docker('rmi', `${image}:again`);
});

test('unit and integration tests pass within the stage `test`', {skip}, async () => {
  const {stdout, stderr} = await builds[1];
  const text = stdout + stderr;
  const [, passed] = /(\d+) passed, 0 failed/.exec(text);
  console.log(`# ${passed} tests passed within the image's build`);
  assert.ok(Number(passed) > 500);
});

test('no stage asks a registry for a syntax', () => {
  for (const name of ['Dockerfile', 'haproxy.Dockerfile']) assert.doesNotMatch(readFileSync(join(root, 'docker', name), 'utf8'), /^#\s*syntax=/m);
});

test('the build sees what .dockerignore lets through, and no more', {skip}, () => {
  const names = execFileSync('docker', ['build', '-q', '--output=type=tar,dest=-', '-f', '-', '.'], {cwd: root, input: 'FROM scratch\nCOPY . /\n', maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'pipe']});
  const text = names.toString('latin1');
  assert.ok(text.includes('openapi.yaml'));
  for (const hidden of ['.git/HEAD', 'build/release', '.ci/run']) assert.ok(!text.includes(`${hidden}\0`), hidden);
});
