// What /metrics says, and that it moves.
import assert from 'node:assert/strict';
import {after, test} from 'node:test';
import {spawnSync} from 'node:child_process';
import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {calculations} from '../contract/judge.mjs';
import {start} from '../../support/daemon.mjs';
import {readMetrics, valueOf} from '../../support/metrics.mjs';
import {connect, head} from '../../support/raw.mjs';
import {until} from '../../support/until.mjs';

const daemon = await start({args: ['--log-format', 'off']});
after(() => daemon.stop());
const body = (await daemon.call('GET', '/examples/textbook')).json;
const metrics = async () => readMetrics((await daemon.call('GET', '/metrics')).text);

const families = {
  backpropd_http_requests_total: 'counter', backpropd_http_request_duration_seconds: 'histogram', backpropd_compute_seconds: 'histogram',
  backpropd_http_requests_in_flight: 'gauge', backpropd_problems_total: 'counter', backpropd_memory_bytes: 'gauge', backpropd_build_info: 'gauge',
  process_cpu_seconds_total: 'counter', process_resident_memory_bytes: 'gauge',
};

const good = '# HELP a_total A.\n# TYPE a_total counter\na_total{b="c"} 1\n';
const wrong = {
  'no newline at the end': good.slice(0, -1),
  'an empty line': `${good}\n`,
  'a sample without a type': good.replace(/# TYPE.*\n/, ''),
  'an unknown type': good.replace('counter', 'clock'),
  'the same sample twice': `${good}a_total{b="c"} 2\n`,
  'a family in two places': `${good}# HELP d D.\n# TYPE d gauge\nd 1\na_total{b="e"} 1\n`,
  'an invalid value': good.replace(' 1', ' one'),
  'a label without quotes': good.replace('"c"', 'c'),
  'an invalid name': good.replaceAll('a_total', 'a-total'),
  'a counter below zero': good.replace(' 1', ' -1'),
  'a histogram that sinks': '# HELP h H.\n# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
  'a histogram without its last bucket': '# HELP h H.\n# TYPE h histogram\nh_bucket{le="1"} 2\nh_sum 1\nh_count 2\n',
};

test('the reader of the format takes what is right and nothing else', () => {
  assert.equal(valueOf(readMetrics(good), 'a_total', {b: 'c'}), 1);
  for (const [what, text] of Object.entries(wrong)) assert.throws(() => readMetrics(text), undefined, what);
});

test('the format is right, and all families are there', async () => {
  await daemon.call('GET', '/nowhere');
  const reply = await daemon.call('GET', '/metrics');
  assert.equal(reply.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  const got = readMetrics(reply.text);
  assert.deepEqual(Object.fromEntries([...got].map(([name, {type}]) => [name, type])), families);
  for (const {name, help, samples} of got.values()) assert.ok(help.length > 5 && samples.length > 0, name);
  assert.equal(valueOf(got, 'backpropd_build_info', {version: (await daemon.call('GET', '/version')).json.version}), 1);
});

/** Each route's own, whether it has seen a request or not: all buckets, the sum, the count. */
test('histograms are complete', async () => {
  const got = await metrics();
  for (const [name, wanted] of [['backpropd_compute_seconds', calculations], ['backpropd_http_request_duration_seconds', [...calculations, '/', '/metrics', '/livez', '/problems/*', 'other']]]) {
    const {samples} = got.get(name);
    const routes = [...new Set(samples.map(({labels}) => labels.route))];
    for (const route of wanted) assert.ok(routes.includes(route), `${name} of ${route}`);
    if (wanted === calculations) assert.deepEqual(routes, calculations);
    const edges = route => samples.filter(one => one.labels.route === route && one.name === `${name}_bucket`).map(({labels}) => labels.le);
    for (const route of routes) {
      assert.deepEqual(edges(route), ['0.0001', '0.00025', '0.001', '0.0025', '0.01', '0.025', '0.1', '0.25', '1', '2.5', '+Inf'], route);
      for (const part of ['sum', 'count']) assert.equal(samples.filter(one => one.labels.route === route && one.name === `${name}_${part}`).length, 1, part);
    }
  }
});

/** In build/tools, where `make promtool` puts it, or on the path. */
function findPromtool() {
  const tools = fileURLToPath(new URL('../../../build/tools', import.meta.url));
  const below = folder => readdirSync(folder, {withFileTypes: true}).flatMap(entry => entry.isDirectory() ? below(join(folder, entry.name)) : [join(folder, entry.name)]);
  const [fetched] = existsSync(tools) ? below(tools).filter(path => path.endsWith('/promtool')) : [];
  return fetched ?? (spawnSync('promtool', ['--version']).status === 0 ? 'promtool' : undefined);
}

test('promtool finds nothing wrong', async t => {
  const promtool = findPromtool();
  if (!promtool) {
    return t.skip('promtool is missing; make promtool fetches it');
  }
  for (const method of ['GET', 'BREW']) await daemon.raw(head(`${method} / HTTP/1.1`, 'Host: a', 'Connection: close'));
  const check = input => spawnSync(promtool, ['check', 'metrics'], {input, encoding: 'utf8'});
  const {status, stdout, stderr} = check((await daemon.call('GET', '/metrics')).text);
  assert.deepEqual([status, stdout, stderr], [0, '', '']);
  assert.notEqual(check(good.replace('counter', 'clock')).status, 0, 'or it finds nothing ever');
});

const events = [
  ['a calculation', () => daemon.call('POST', '/backward', body), 'backpropd_compute_seconds_count', {route: '/backward'}],
  ['what has not changed', () => daemon.call('GET', '/openapi.json', undefined, {'if-none-match': '*'}), 'backpropd_http_requests_total', {route: '/openapi.json', method: 'GET', code: '304'}],
  ['a request', () => daemon.call('POST', '/forward', body), 'backpropd_http_requests_total', {route: '/forward', method: 'POST', code: '200'}],
  ['its duration', () => daemon.call('POST', '/step', {...body, learning_rate: 0}), 'backpropd_http_request_duration_seconds_count', {route: '/step'}],
  ['a refused request', () => daemon.call('POST', '/backward', '{'), 'backpropd_http_requests_total', {route: '/backward', method: 'POST', code: '400'}],
  ['a problem', () => daemon.call('POST', '/backward', {}), 'backpropd_problems_total', {type: 'invalid_request'}],
  ['HEAD', () => daemon.call('HEAD', '/livez'), 'backpropd_http_requests_total', {route: '/livez', method: 'HEAD', code: '200'}],
  ['OPTIONS', () => daemon.call('OPTIONS', '/step'), 'backpropd_http_requests_total', {route: '/step', method: 'OPTIONS', code: '204'}],
  ['an unknown path', () => daemon.call('GET', '/secret'), 'backpropd_http_requests_total', {route: 'other', code: '404'}],
  ['an unknown method', () => daemon.raw(head('BREW / HTTP/1.1', 'Host: a', 'Connection: close')), 'backpropd_problems_total', {type: 'not_implemented'}],
];

for (const [what, act, name, labels] of events) {
  test(`counted: ${what}`, async () => {
    const before = valueOf(await metrics(), name, labels);
    for (let i = 0; i < 3; i++) await act();
    // a reply may be read an instant before it is counted
    await until(async () => valueOf(await metrics(), name, labels) === before + 3, `${name} ${JSON.stringify(labels)}`);
  });
}

test('what is refused has not been calculated', async () => {
  const count = async () => valueOf(await metrics(), 'backpropd_compute_seconds_count');
  const before = await count();
  for (const text of ['{', '{}', {network: {W1: [[1e308], [1e308]], b1: [0]}, samples: [{x: [1e308, 1e308]}]}]) await daemon.call('POST', '/forward', text);
  await daemon.call('POST', '/forward', body);
  await until(async () => await count() === before + 1, 'one calculation');
});

test('no raw path becomes a label', async () => {
  await daemon.call('GET', '/secret/one');
  await daemon.call('GET', '/problems/secret-two');
  assert.doesNotMatch((await daemon.call('GET', '/metrics')).text, /secret/);
});

test('a request counts as in flight until it is answered', async () => {
  const line = await connect(daemon.port);
  const inFlight = async () => valueOf(await metrics(), 'backpropd_http_requests_in_flight'); // itself included
  await until(async () => await inFlight() === 1, 'nothing else is in flight');
  await line.send(head('POST /forward HTTP/1.1', 'Host: a', 'Content-Length: 10'), '{');
  await until(async () => await inFlight() === 2, 'the upload');
  await line.send('         ');
  assert.equal((await line.reply()).status, 400);
  line.destroy();
  await until(async () => await inFlight() === 1, 'the upload has ended');
});
