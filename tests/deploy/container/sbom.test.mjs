// The bill of materials against the image: each file is in it with its digest, and each digest is a file's.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {docker, image, skip} from './box.mjs';
import {readTar} from './tar.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const require = createRequire(import.meta.url);
let sbom, files;

const digest = bytes => createHash('sha256').update(bytes).digest('hex');

before(() => {
  if (skip) return;
  execFileSync('make', ['--no-print-directory', 'sbom', `SOURCE_DATE_EPOCH=${process.env.CONTAINER_EPOCH}`, `DOCKER_BUILD=docker build ${process.env.CONTAINER_BUILD_NETWORK}`], {cwd: root, stdio: ['ignore', 'pipe', 'pipe']});
  sbom = JSON.parse(readFileSync(`${root}/build/sbom.cdx.json`, 'utf8'));
  const id = docker('create', image);
  files = readTar(execFileSync('docker', ['export', id], {maxBuffer: 1 << 26})).filter(({type, body}) => type === '0' && body.length > 0);
  docker('rm', id);
});

const fileComponents = () => sbom.components.filter(({type}) => type === 'file');

/** What is wrong with a bill of materials for these files, as lines. */
function faults(bill, contents) {
  const told = new Map(bill.components.filter(({type}) => type === 'file').map(({name, hashes}) => [name, hashes.find(({alg}) => alg === 'SHA-256')?.content]));
  const real = new Map(contents.map(({name, body}) => [`/${name}`, digest(body)]));
  return [
    ...[...real].filter(([name]) => !told.has(name)).map(([name]) => `${name} is not in it`),
    ...[...told].filter(([name]) => !real.has(name)).map(([name]) => `${name} is not in the image`),
    ...[...told].filter(([name, hash]) => real.has(name) && real.get(name) !== hash).map(([name]) => `${name} has another digest`),
  ];
}

test('the files of the image are those of the bill, to the last byte', {skip}, () => {
  assert.deepEqual(faults(sbom, files), []);
  assert.ok(fileComponents().length >= 6);
});

test('a file more, a file less and another byte are seen', {skip}, () => {
  assert.deepEqual(faults(sbom, [...files, {name: 'extra', body: Buffer.from('x')}]), ['/extra is not in it']);
  assert.equal(faults(sbom, files.slice(1)).length, 1);
  const changed = files.map((file, i) => i === 0 ? {...file, body: Buffer.concat([file.body.subarray(1), Buffer.from('x')])} : file);
  assert.match(faults(sbom, changed).join(), /another digest/);
});

test('it is CycloneDX 1.5', {skip}, async t => {
  let CDX;
  try {
    CDX = require('@cyclonedx/cyclonedx-library');
  } catch {
    return t.skip('SKIPPED: @cyclonedx/cyclonedx-library is missing; make container-deps');
  }
  const validator = new CDX.Validation.JsonStrictValidator(CDX.Spec.Version.v1dot5);
  assert.equal(await validator.validate(JSON.stringify(sbom)), null);
  assert.notEqual(await validator.validate(JSON.stringify({...sbom, components: [{type: 'nonsense'}]})), null);
});

test('every library file belongs to a package with its version, and what is linked into the binary is listed', {skip}, () => {
  const byRef = new Map(sbom.components.map(one => [one['bom-ref'], one]));
  const owners = ref => sbom.dependencies.filter(({ref: from, dependsOn}) => from.startsWith('pkg:') && dependsOn.includes(ref)).map(({ref: from}) => byRef.get(from));
  for (const {name, 'bom-ref': ref} of fileComponents().filter(one => one.name !== '/backpropd')) {
    const [owner, ...others] = owners(ref);
    assert.ok(owner?.version && others.length === 0, name);
    assert.match(owner.purl, /^pkg:deb\/debian\/[a-z0-9.+-]+@[^?]+\?arch=\w+&distro=debian-12$/);
  }
  const linked = sbom.dependencies.find(({ref}) => ref === 'file:/backpropd').dependsOn.map(ref => byRef.get(ref).name);
  assert.deepEqual(linked.sort(), ['libgcc-12-dev', 'libstdc++-12-dev']);
  assert.equal(new Set(sbom.components.map(one => one['bom-ref'])).size, sbom.components.length);
  for (const {dependsOn} of sbom.dependencies) for (const ref of dependsOn) assert.ok(byRef.has(ref), ref);
});
