// GET /examples/: every example is posted where it says, and each number that its source prints comes back, within
// half a unit of its last digit; where the source has slipped, the right number does.
import assert from 'node:assert/strict';
import {readdirSync} from 'node:fs';
import {after, test} from 'node:test';
import {start} from '../../support/daemon.mjs';

const daemon = await start({args: ['--log-format', 'off']});
after(() => daemon.stop());
const list = (await daemon.call('GET', '/examples/')).json;

const at = (value, pointer) => pointer.split('/').slice(1).reduce((inner, step) => inner?.[step], value);
const decimals = text => (text.split('.')[1] ?? '').length;
const agrees = (got, printed) => typeof got === 'number' && Math.abs(got - Number(printed)) <= 0.5 * 10 ** -decimals(printed) * (1 + 1e-9);

test('the list names every file, and no other', () => {
  const files = readdirSync(new URL('../../../src/examples/', import.meta.url)).filter(name => name !== 'index.json');
  assert.deepEqual(list.map(({name}) => `${name}.json`).sort(), files.sort());
  assert.deepEqual(list.map(({path}) => path), list.map(({name}) => `examples/${name}`));
});

test('there are the examples that people look for, and at least ten published ones', () => {
  const names = list.map(({name}) => name);
  for (const name of ['textbook', 'textbook-step', 'sixteen-images', 'xor', 'three-layers', 'mazur', 'mazur-step']) assert.ok(names.includes(name), name);
  assert.ok(list.filter(({source}) => !/textbook|for this service/.test(source)).length >= 10);
});

for (const {name, path, post_to: postTo, printed, errata} of list) {
  test(`${name} gives what its source prints`, async () => {
    const {text, status} = await daemon.call('GET', `/${path}`);
    assert.equal(status, 200);
    const reply = await daemon.call('POST', `/${postTo}`, text);
    assert.equal(reply.status, 200, reply.text.slice(0, 500));
    for (const [pointer, number] of Object.entries(printed)) {
      assert.ok(agrees(at(reply.json, pointer), number), `${pointer}: ${at(reply.json, pointer)}, printed ${number}`);
    }
    for (const [pointer, {printed: wrong, right}] of Object.entries(errata)) {
      assert.ok(agrees(at(reply.json, pointer), right), `${pointer}: ${at(reply.json, pointer)}, right is ${right}`);
      assert.ok(!agrees(at(reply.json, pointer), wrong), `${pointer}: ${wrong} is no slip`);
    }
  });
}

test('the errata that are known', () => {
  const errata = name => list.find(example => example.name === name).errata;
  assert.deepEqual(errata('mazur-step')['/loss_after'], {printed: '0.291027924', right: '0.291027774'});
  assert.deepEqual(errata('textbook')['/parameters/nonzero'], {printed: '11', right: '12'});
});
