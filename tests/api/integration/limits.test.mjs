// Each limit, set by its flag and by its variable: what is at the limit is taken, and what is one beyond is refused
// with a finger on the culprit.
import assert from 'node:assert/strict';
import {after, test} from 'node:test';
import {start} from '../../support/daemon.mjs';
import {connect, head, post, uploadingFast} from '../../support/raw.mjs';
import {until} from '../../support/until.mjs';

const usual = await start({args: ['--log-format', 'off']});
after(() => usual.stop());
const {limits: defaults} = (await usual.call('GET', '/')).json;
const book = (await usual.call('GET', '/examples/textbook')).json;
const fill = (n, value) => Array(n).fill(value);
const matrix = (rows, columns) => fill(rows, fill(columns, 1));
const layered = n => Object.fromEntries(fill(n).flatMap((_, i) => [[`W${i + 1}`, [[1]]], [`b${i + 1}`, [0]]]));
const one = {network: layered(1), samples: [{x: [1], y: [0]}]};
const wide = (inputs, units) => ({network: {W1: matrix(inputs, units), b1: fill(units, 0)}, samples: [{x: fill(inputs, 1)}]});
const five = {...book, samples: fill(5, book.samples[0])};
const P = 31; // parameters of the worked example

/** The numbers of a reply, as they are counted against its limit. */
function numbersIn(reply) {
  const count = node => typeof node === 'number' ? 1 : node && typeof node === 'object' ? Object.values(node).reduce((sum, part) => sum + count(part), 0) : 0;
  const {gradients, network, losses, samples} = reply;
  return count({gradients, network, losses, samples});
}

async function replyNumbers(path, body) {
  return numbersIn((await usual.call('POST', path, body)).json);
}

const frugal = await start({args: ['--max-work', '1', '--log-format', 'off'], judged: false});
after(() => frugal.stop());

/** The work of a request, as its refusal says. */
async function workOf(path, body) {
  const {status, json} = await frugal.call('POST', path, body);
  assert.equal(status, 422);
  return json.errors[0].got;
}

// [limit, its value, path, a body that is just within it, status, code, pointer]
const stepped = {...five, learning_rate: 0.001, steps: 7};
const table = [
  ['layers', 4, '/forward', {...one, network: layered(4)}, '#/network'],
  ['units', 5, '/forward', wide(1, 5), '#/network/b1'],
  ['units', 6, '/forward', wide(6, 1), '#/network/W1'],
  ['parameters', P, '/backward', book, '#/network'],
  ['samples', 5, '/backward', five, '#/samples'],
  ['steps', 7, '/step', stepped, '#/steps'],
  ['work', await workOf('/forward', five), '/forward', five, '#/samples'],
  ['work', await workOf('/backward', five), '/backward', five, '#/samples'],
  ['work', await workOf('/step', stepped), '/step', stepped, '#/steps'],
  ['reply_numbers', await replyNumbers('/forward', five), '/forward', five, '#/include'],
  ['reply_numbers', await replyNumbers('/backward', five), '/backward', five, '#/include'],
  ['reply_numbers', P, '/backward', {...five, include: ['why_zero']}, '#/include'],
  ['reply_numbers', 2 * P + 8, '/step', stepped, '#/include'],
  ['reply_numbers', await replyNumbers('/step', {...stepped, include: ['samples']}), '/step', {...stepped, include: ['samples']}, '#/include'],
];

const flagOf = name => `--max-${name.replaceAll('_', '-')}`;
const variableOf = name => `BACKPROPD_MAX_${name.toUpperCase()}`;
const ways = {
  flag: (name, n) => ({args: [flagOf(name), String(n), '--log-format', 'off']}),
  variable: (name, n) => ({env: {[variableOf(name)]: String(n), BACKPROPD_LOG_FORMAT: 'off'}}),
};

async function withLimit(way, name, n, act) {
  const daemon = await start({...ways[way](name, n), judged: n <= defaults[name]});
  try {
    assert.equal((await daemon.call('GET', '/')).json.limits[name], n);
    return await act(daemon);
  } finally {
    await daemon.stop();
  }
}

for (const way of Object.keys(ways)) {
  for (const [name, n, path, body, pointer] of table) {
    test(`${name} ${n} by ${way}: ${path}, ${pointer}`, async () => {
      await withLimit(way, name, n, async daemon => {
        const reply = await daemon.call('POST', path, body);
        assert.equal(reply.status, 200, reply.text);
      });
      await withLimit(way, name, n - 1, async daemon => {
        const reply = await daemon.call('POST', path, body);
        assert.equal(reply.status, 422, reply.text.slice(0, 500));
        const [{detail, got, ...fault}, ...others] = reply.json.errors;
        assert.deepEqual([fault, others], [{pointer, code: 'limit_exceeded', expected: n - 1}, []]);
        assert.ok(got === undefined || got === n, `got ${got}`);
        assert.ok(detail.includes(String(n - 1)), detail);
      });
    });
  }

  test(`body_bytes by ${way}`, async () => {
    const text = JSON.stringify(book);
    await withLimit(way, 'body_bytes', text.length, async daemon => assert.equal((await daemon.call('POST', '/forward', text)).status, 200));
    await withLimit(way, 'body_bytes', text.length - 1, async daemon => {
      const reply = await daemon.call('POST', '/forward', text);
      assert.deepEqual([reply.status, reply.json.code, reply.json.limit], [413, 'body_too_large', text.length - 1]);
    });
  });

  test(`header_bytes by ${way}`, async () => {
    const bytes = head('GET /livez HTTP/1.1', 'Host: a', `X-A: ${'a'.repeat(500)}`, 'Connection: close');
    await withLimit(way, 'header_bytes', bytes.length, async daemon => assert.equal((await daemon.raw(bytes)).status, 200));
    await withLimit(way, 'header_bytes', bytes.length - 1, async daemon => {
      const reply = await daemon.raw(bytes);
      assert.deepEqual([reply.status, reply.json?.code], [431, 'headers_too_large']);
    });
  });

  test(`memory_bytes by ${way}`, async () => {
    await withLimit(way, 'memory_bytes', 1000000, async daemon => {
      assert.equal((await daemon.call('POST', '/forward', book)).status, 200);
      const reply = await daemon.call('POST', '/forward', wide(1000, 200));
      assert.deepEqual([reply.status, reply.json.code], [503, 'overloaded']);
      assert.match(reply.headers['retry-after'], /^[1-9]\d*$/);
      assert.equal((await daemon.call('POST', '/forward', book)).status, 200);
    });
  });

  test(`connections by ${way}`, async () => {
    await withLimit(way, 'connections', 5, ({port}) => fillUp(port, 5));
  });
}

/** What a client is answered, which a client that was too late is not. */
const greeted = port => until(async () => {
  const line = await connect(port);
  await line.send(head('GET /version HTTP/1.1', 'Host: a', 'Connection: close'));
  return line.reply().catch(() => undefined).finally(() => line.destroy());
}, 'an answer');

/** When all connections are busy, one client too many gets 503; when one has gone there is room again. */
async function fillUp(port, n) {
  const lines = [];
  try {
    while (lines.length < n) lines.push(await uploadingFast(port));
    const {status, json, headers} = await greeted(port);
    assert.deepEqual([status, json.code, /^[1-9]\d*$/.test(headers['retry-after'])], [503, 'overloaded', true]);
    lines.pop().destroy();
    await until(async () => (await greeted(port)).status === 200, 'there is room again');
  } finally {
    for (const line of lines) line.destroy();
  }
}

test('the flag wins over the variable', async () => {
  const daemon = await start({args: ['--max-steps', '6'], env: {BACKPROPD_MAX_STEPS: '5', BACKPROPD_MAX_LAYERS: '3'}});
  const {limits} = (await daemon.call('GET', '/')).json;
  assert.deepEqual([limits.steps, limits.layers], [6, 3]);
  await daemon.stop();
});

test('every limit has a flag and a variable', async () => {
  const values = Object.fromEntries(Object.keys(defaults).map((name, i) => [name, defaults[name] - 1 - i]));
  const args = Object.entries(values).flatMap(([name, n]) => [flagOf(name), String(n)]);
  const env = Object.fromEntries(Object.entries(values).map(([name, n]) => [variableOf(name), String(n)]));
  for (const set of [{args}, {env}]) {
    const daemon = await start(set);
    assert.deepEqual((await daemon.call('GET', '/')).json.limits, values);
    await daemon.stop();
  }
});

test('raised limits let more through', async () => {
  const raised = {layers: 20, units: 5000, samples: 5000, steps: 200000, body_bytes: 16 << 20};
  const daemon = await start({args: Object.entries(raised).flatMap(([name, n]) => [flagOf(name), String(n)]), judged: false});
  const bodies = {
    layers: ['/forward', {...one, network: layered(20)}], units: ['/forward', wide(1, 5000)], inputs: ['/forward', wide(5000, 1)],
    samples: ['/backward', {...one, samples: fill(5000, one.samples[0])}], steps: ['/step', {...one, learning_rate: 0, steps: 200000}],
    body_bytes: ['/forward', JSON.stringify(book).padEnd(16 << 20)],
  };
  for (const [name, [path, body]] of Object.entries(bodies)) {
    const reply = await daemon.call('POST', path, body);
    assert.equal(reply.status, 200, `${name}: ${reply.text.slice(0, 300)}`);
  }
  await daemon.stop();
});

test('a limit of the reply is met before any work', async () => { // or this would take minutes
  const daemon = await start({args: ['--max-work', '9007199254740992', '--max-reply-numbers', '1000'], judged: false});
  const reply = await daemon.call('POST', '/step', {...wide(1000, 900), samples: [{x: fill(1000, 1), y: fill(900, 1)}], learning_rate: 0, steps: 100000});
  assert.deepEqual([reply.status, reply.json.errors.map(({pointer}) => pointer)], [422, ['#/include']]);
  await daemon.stop();
});
