// Every committed vector, posted to the real daemon.
import assert from 'node:assert/strict';
import {readFileSync, readdirSync} from 'node:fs';
import {after, before, test} from 'node:test';
import {start} from '../../support/daemon.mjs';
import {differences, misspeltNumbers} from '../vectors/compare.mjs';

const folder = new URL('../vectors/', import.meta.url);
const files = readdirSync(folder).filter(name => name.endsWith('.json')).sort();
const read = name => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const casesOf = vectors => vectors.cases ?? [{request: vectors.request, expect: vectors.expect}];

let daemon;
before(async () => { daemon = await start(); });
after(() => daemon?.stop());

async function post(path, request) {
  const reply = await daemon.call('POST', path, request);
  assert.equal(reply.status, 200, reply.text.slice(0, 500));
  assert.deepEqual(misspeltNumbers(reply.text), [], 'numbers JSON.stringify writes otherwise');
  return reply.text;
}

test('no vector has been lost', () => {
  assert.ok(files.length >= 14, `${files.length} files`);
  for (const name of ['textbook', 'sixteen_images', 'steps', 'cancels_and_mixed']) {
    assert.ok(files.includes(`${name}.json`), name);
  }
});

for (const file of files) {
  const vectors = read(file);
  test(`${file}: ${vectors.about}`, async () => {
    for (const [i, {request, expect}] of casesOf(vectors).entries()) {
      assert.ok(Object.keys(expect).length > 0, 'nothing to compare');
      const got = JSON.parse(await post(vectors.path, request));
      assert.deepEqual(differences(got, expect, {tolerance: 1e-12}, `case ${i}`), []);
    }
  });
}

test('the numbers of the worked example come to the last digit', async () => {
  const text = await post('/backward', read('textbook.json').request);
  assert.match(text, /^\s*\{\s*"loss":\s*0\.8962500000000001,/);
  assert.match(text, /"dL_dy_hat":\s*\[\s*-0\.45,/);
  assert.match(text, /"dL_dh1":\s*\[[^,\]]+,\s*-0\.34750000000000003,/);
});

test('the comparison sees what it is there for', () => {
  const rule = {tolerance: 1e-12};
  const differs = (got, want, more = {}) => differences(got, want, {...rule, ...more}).length;
  assert.equal(differs(1 + 1e-13, 1), 0);
  assert.equal(differs(1e6 + 1e-7, 1e6), 0);
  assert.equal(differs(1 + 1e-11, 1), 1);
  assert.equal(differs(-0.45, 0.45), 1);
  assert.equal(differs(1e-11, 0), 1);
  assert.equal(differs(1e-17, 0), 0);
  assert.equal(differs(1e-17, 0, {exactZeros: true}), 1);
  assert.equal(differs(NaN, 0), 1);
  assert.equal(differs(0, false), 1);
  assert.equal(differs(null, 0), 1);
  assert.equal(differs({}, {a: 1}), 1);
  assert.equal(differs({a: 1, b: 2}, {a: 1}), 0);
  assert.equal(differs({a: 1, b: 2}, {a: 1}, {whole: true}), 1);
  assert.equal(differs({b: 2, a: 1}, {a: 1, b: 2}, {whole: true}), 1);
  assert.equal(differs([1, 2], [1]), 1);
  assert.deepEqual(misspeltNumbers('{"a-0":[0,-0.5,1e-7,1e+21,null,true,"NaN \\" -0"]}'), []);
  const misspelt = ['-0', 'NaN', 'Infinity', '-0.0', '1.0', '1e21', '0.10'];
  assert.deepEqual(misspeltNumbers(`[${misspelt}]`), misspelt);
});
