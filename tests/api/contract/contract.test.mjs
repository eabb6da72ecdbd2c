// openapi.yaml against the real binary: every example, every operation, every limit, and requests that the
// contract calls wrong.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {start} from '../../support/daemon.mjs';
import {until} from '../../support/until.mjs';
import {Cursor, Schemas, chapters, concrete, contractFile, everyMethod, readContract} from './judge.mjs';
import {layerNames} from './shapes.mjs';

const document = readContract();
const root = new Cursor(document);
const schemas = new Schemas(document);
const example = name => structuredClone(document.components.examples[name].value);
const everything = everyMethod(root);
const posts = everything.filter(({method}) => method === 'POST');
const gets = everything.filter(({method}) => method === 'GET');
const values = media => Object.entries(media?.node.examples ?? {}).map(([key]) => [key, media.get('examples', key, 'value').node]);

let daemon;
before(async () => { daemon = await start(); });
after(async () => {
  const {code} = await daemon.stop();
  assert.equal(code, 0);
});

test('every request example gets the reply example of the same name', async () => {
  for (const {path, operation} of posts) {
    const requests = values(operation.get('requestBody', 'content', 'application/json'));
    const replies = Object.fromEntries(values(operation.get('responses', '200', 'content', 'application/json')));
    assert.deepEqual(requests.map(([key]) => key), Object.keys(replies));
    for (const [key, body] of requests) {
      const reply = await daemon.call('POST', path, body);
      assert.equal(reply.status, 200, `${path} ${key}: ${reply.text}`);
      assert.equal(reply.text.trim(), JSON.stringify(replies[key]), `${path} ${key}`);
    }
  }
});

test('the same JSON is read under each type that is listed, and under no other', async () => {
  for (const {path, operation} of posts) {
    const content = operation.get('requestBody', 'content').entries();
    assert.deepEqual(content.map(([type]) => type), ['application/json', 'text/plain', 'application/x-www-form-urlencoded']);
    for (const [type, media] of content) {
      assert.equal(media.get('schema').pointer, content[0][1].get('schema').pointer, type);
      for (const [, body] of values(media)) assert.equal((await daemon.call('POST', path, body, {'content-type': type})).status, 200, `${path} ${type}`);
    }
    assert.equal((await daemon.call('POST', path, '{}', {'content-type': 'multipart/form-data'})).status, 415, path);
  }
});

test('every other representation of a reply is its example too', async () => {
  const others = posts.flatMap(({path, operation}) => operation.get('responses', '200', 'content').entries().slice(1)
    .map(([type, media]) => ({path, type, shown: values(media), requests: values(operation.get('requestBody', 'content', 'application/json'))})));
  assert.ok(others.length > 0);
  for (const {path, type, shown, requests} of others) {
    assert.deepEqual(shown.map(([key]) => key), requests.map(([key]) => key));
    for (const [i, [, body]] of requests.entries()) {
      const reply = await daemon.call('POST', path, body, {accept: type});
      assert.equal(reply.headers['content-type'], type);
      assert.equal(reply.text, shown[i][1], `${path} ${type}`);
    }
  }
});

/** What tells pages apart: all lines of the example, or for a page that changes those that do not. */
function assertText(path, text, shown) {
  const lines = shown.split('\n').filter(line => path !== '/metrics' || line.startsWith('#'));
  assert.ok(lines.length > 0);
  for (const line of lines) assert.ok(text.includes(line), `${path} lacks ${line}`);
}

test('every method of every path answers with its documented success', async () => {
  for (const {path, method, operation, success} of everything) {
    const [[, body] = []] = values(operation?.get('requestBody', 'content', 'application/json'));
    const reply = await daemon.call(method, concrete(path), body);
    assert.equal(reply.status, success, `${method} ${path}`);
  }
});

/** The entries of a long list that an example shows. */
function shownOf(reply, example) {
  const shown = name => reply[name].filter(entry => example[name].some(({code, step}) => code === entry.code && step === entry.step));
  return Object.fromEntries(Object.keys(reply).map(name => [name, shown(name)]));
}

test('the codes of the document are those of the catalogue, in its order', async () => {
  const {mistakes, others} = (await daemon.call('GET', '/mistakes')).json;
  const {MistakeCode, OtherCode} = document.components.schemas;
  assert.deepEqual([...new Set(mistakes.map(({code}) => code))], MistakeCode.enum);
  assert.deepEqual(others.map(({code}) => code), OtherCode.enum);
  for (const code of [...MistakeCode.enum, ...OtherCode.enum]) {
    const page = await daemon.call('GET', `/mistakes/${code}`);
    assert.equal(page.status, 200, code);
    assert.deepEqual(hrefs(page.text).map(href => behindPrefix(`/mistakes/${code}`, href)), ['/mistakes'], code);
    for (const {message, hint} of [...mistakes, ...others].filter(entry => entry.code === code)) {
      assert.ok(page.text.includes(message) && (!hint || page.text.includes(hint)), code);
    }
  }
  for (const other of ['', 'unheard_of', 'one-sign']) assert.equal((await daemon.call('GET', `/mistakes/${other}`)).status, 404, other);
});

test('a browser gets the list of all codes, with links to their pages', async () => {
  const {MistakeCode, OtherCode} = document.components.schemas;
  const {status, headers, text} = await daemon.call('GET', '/mistakes', undefined, {accept: 'text/html,*/*;q=0.8'});
  assert.deepEqual([status, headers['content-type']], [200, 'text/html; charset=utf-8']);
  assert.deepEqual(hrefs(text).map(href => behindPrefix('/mistakes', href)), [...MistakeCode.enum, ...OtherCode.enum].map(code => `/mistakes/${code}`));
  assertText('/mistakes', text, root.get('paths', '/mistakes', 'get', 'responses', '200', 'content', 'text/html').node.example);
});

test('every GET replies with its example', async () => {
  for (const {path, operation} of gets) {
    const reply = await daemon.call('GET', concrete(path));
    const [[type, media]] = operation.get('responses', '200', 'content').entries();
    if (['/openapi.json', '/examples/'].includes(path)) continue; // have tests of their own
    if (type !== 'application/json') assertText(path, reply.text, media.node.example);
    for (const [, value] of values(media)) assert.deepEqual(path === '/mistakes' ? shownOf(reply.json, value) : reply.json, value, path);
  }
});

test('HEAD has the headers of GET', async () => {
  for (const {path} of gets.filter(({path: way}) => way !== '/metrics')) {
    const [get, head] = await Promise.all(['GET', 'HEAD'].map(method => daemon.call(method, concrete(path))));
    assert.deepEqual(Object.keys(head.headers), Object.keys(get.headers), path);
    for (const name of ['content-type', 'content-length']) assert.equal(head.headers[name], get.headers[name], path);
  }
});

test('/openapi.yaml is the file, and /openapi.json the same document', async () => {
  const file = readFileSync(contractFile, 'utf8');
  assert.equal((await daemon.call('GET', '/openapi.yaml')).text, file);
  assert.deepEqual((await daemon.call('GET', '/openapi.json')).json, document);
});

/** Where a relative reference on a page leads, as a path of this daemon: the same whether or not a proxy puts a prefix before it. */
function behindPrefix(page, reference) {
  const {pathname} = new URL(reference, `http://a/api/bp${page}`);
  assert.ok(pathname.startsWith('/api/bp/'), `${reference} on ${page} leaves the prefix`);
  return pathname.slice('/api/bp'.length);
}

test('the server of the document is where the document is, whatever the prefix', () => {
  assert.deepEqual(document.servers.map(({url}) => behindPrefix('/openapi.yaml', url)), ['/']);
});

test('every link of GET / leads somewhere documented', async () => {
  const {links} = (await daemon.call('GET', '/')).json;
  assert.deepEqual(document.components.schemas.Links.required, Object.keys(links));
  for (const path of Object.values(links).map(link => behindPrefix('/', link))) {
    const item = document.paths[path];
    assert.ok(item, path);
    if (item.get) assert.equal((await daemon.call('GET', path)).status, 200, path);
  }
});

const hrefs = page => [...page.matchAll(/href="([^"]*)"/g)].map(([, href]) => href);

test('every code has a page', async () => {
  const list = (await daemon.call('GET', '/problems/')).text;
  for (const code of [...Object.keys(document.components.schemas.Problem.discriminator.mapping), 'http_version']) {
    const path = `/problems/${code.replaceAll('_', '-')}`;
    assert.ok(hrefs(list).map(href => behindPrefix('/problems/', href)).includes(path), `the list lacks ${path}`);
    const page = await daemon.call('GET', path);
    assert.equal(page.status, 200, path);
    assert.ok(page.text.includes(code), path);
    assert.deepEqual(hrefs(page.text).map(href => behindPrefix(path, href)), ['/problems/'], path);
  }
  assert.equal((await daemon.call('GET', '/problems/unheard-of')).status, 404);
});

test('another method is 405, another path 404', async () => {
  for (const path of Object.keys(document.paths)) {
    for (const method of ['GET', 'POST'].filter(name => !document.paths[path][name.toLowerCase()])) {
      const reply = await daemon.call(method, concrete(path), method === 'POST' ? {} : undefined);
      assert.equal(reply.status, 405, `${method} ${path}`);
      const options = await daemon.call('OPTIONS', concrete(path));
      assert.equal(reply.headers.allow, options.headers.allow, path);
    }
    for (const other of [`/${path}`, `${path}x`.toUpperCase(), `${path}%00`]) {
      assert.equal((await daemon.call('GET', concrete(other))).status, 404, other);
    }
  }
});

// ---- Problems: how each example is come by ----

const fill = (n, value) => Array(n).fill(value);
const book = () => example('TextbookRequest');
const long = n => 'a'.repeat(n);
const transposed = matrix => matrix[0].map((_, j) => matrix.map(row => row[j]));
const problems = {
  invalid_json: d => d.call('POST', '/forward', '{"network": {},\n "samples": [1,]}'),
  bad_request: d => d.raw('POST /forward HTTP/1.1\r\nHost:\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}'),
  not_found: d => d.call('GET', '/forward/'),
  method_not_allowed: d => d.call('GET', '/forward'),
  length_required: d => d.raw('POST /forward HTTP/1.1\r\nHost: localhost\r\n\r\n'),
  body_too_large: d => d.call('POST', '/forward', Buffer.alloc(8388609, ' ')),
  uri_too_long: d => d.raw(`GET /${long(9000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`),
  unsupported_media_type: d => d.call('POST', '/forward', '<network/>', {'content-type': 'application/xml'}),
  expectation_failed: d => d.call('POST', '/forward', '{}', {expect: 'miracles'}),
  shape_mismatch: d => d.call('POST', '/backward', {...book(), network: {...book().network, W2: book().network.W2.slice(1)}}),
  many_faults: d => d.call('POST', '/step', {network: {W1: [[1, 2], [3]], b1: [0, 'a'], activations: ['rleu']}, samples: [],
    lerning_rate: 0.1, steps: 0}),
  incompatible: d => d.call('POST', '/backward', {...book(), options: {loss: 'cross_entropy'}}),
  transposed: d => d.call('POST', '/backward', {...book(),
    network: {...book().network, W1: transposed(book().network.W1), W2: transposed(book().network.W2)}}),
  not_finite: d => d.call('POST', '/forward', {network: {W1: [[1], [2]], b1: [0]}, samples: [{x: [1, 1]}, {x: [1e308, 1e308]}]}),
  headers_too_large: d => d.call('GET', '/', undefined, {'x-large': long(20000)}),
  not_implemented: d => d.raw('FLY /forward HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
};

for (const [name, ask] of Object.entries(problems)) {
  test(`the problem is as documented: ${name}`, async () => {
    const reply = await ask(daemon);
    assert.deepEqual(reply.json, example(name));
  });
}

async function withDaemon(args, use) {
  const own = await start({args});
  try {
    await use(own);
  } finally {
    await own.stop();
  }
}

async function withTokens(use) {
  const folder = mkdtempSync(join(tmpdir(), 'backpropd-'));
  writeFileSync(join(folder, 'tokens'), 'a-token-of-this-test\n');
  try {
    await withDaemon(['--token-file', join(folder, 'tokens')], use);
  } finally {
    rmSync(folder, {recursive: true});
  }
}

test('the problem is as documented: overloaded', () => withDaemon(['--max-memory-bytes', '65536'], async own => {
  const reply = await own.call('POST', '/forward', {...book(), samples: fill(2000, book().samples[0])});
  assert.deepEqual(reply.json, example('overloaded'));
}));

test('a request refused for lack of memory still gets a problem document', () => withDaemon(['--max-memory-bytes', '1'], async own => {
  assert.deepEqual((await own.call('POST', '/forward', book())).json, example('overloaded'));
}));

test('the problem is as documented: out_of_memory', t => withDaemon([], async own => {
  const data = Number(/VmData:\s+(\d+)/.exec(readFileSync(`/proc/${own.pid}/status`, 'utf8'))[1]) * 1024;
  if (data > 2 ** 40) return t.skip('AddressSanitizer maps terabytes, so memory cannot be made scarce; other builds run this');
  execFileSync('prlimit', ['--pid', own.pid, `--data=${data + 2 ** 20}`]);
  const reply = await own.call('POST', '/forward', {...book(), samples: fill(80000, book().samples[0])});
  assert.deepEqual(reply.json, example('out_of_memory'));
}));

test('the problem is as documented: unauthorized', () => withTokens(async own => {
  for (const [path, method] of [['/forward', 'POST'], ['/metrics', 'GET']]) {
    assert.deepEqual((await own.call(method, path, method === 'POST' ? book() : undefined)).json, example('unauthorized'));
  }
}));

test('the problem is as documented: misdirected', () => withDaemon(['--allow-host', 'localhost'], async own => {
  for (const [path, method] of [['/forward', 'POST'], ['/metrics', 'GET'], ['/nowhere', 'GET'], ['/step', 'OPTIONS']]) {
    const reply = await own.call(method, path, method === 'POST' ? book() : undefined, {host: 'elsewhere.example'});
    assert.deepEqual(reply.json, example('misdirected'), path);
  }
}));

test('the problem is as documented: request_timeout', () => withDaemon(['--body-timeout', '1'], async own => {
  for (const line of ['POST /forward', 'GET /livez', 'OPTIONS /step', 'PUT /step', 'POST /nowhere']) {
    const reply = await own.raw(`${line} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{`);
    assert.deepEqual(reply.json, example('request_timeout'), line);
  }
}));

test('the problem is as documented: draining', () => withDaemon(['--drain-delay', '600'], async own => {
  own.child.kill('SIGTERM');
  const reply = await until(async () => {
    const {status, json} = await own.call('GET', '/readyz');
    return status !== 200 && json;
  }, '/readyz says that it drains').finally(() => own.child.kill('SIGKILL'));
  assert.deepEqual(reply, example('draining'));
}));

test('a problem has the title of its page', async () => {
  for (const {value} of Object.values(document.components.examples).filter(({value: {type}}) => type?.startsWith('/problems/'))) {
    const page = (await daemon.call('GET', value.type)).text;
    assert.ok(page.includes(`<h1>${value.title}</h1>`), `${value.type} has another title than "${value.title}"`);
  }
});

// ---- Limits ----

const inProse = {
  body_bytes: 'bytes of a body', header_bytes: 'bytes of the request line and headers', connections: 'connections',
  client_connections: 'connections of one address, or IPv6 /64',
  queue: 'large requests that wait for a thread', memory_bytes: 'bytes of memory for all requests in flight', layers: 'layers', units: 'units of a layer, and inputs', parameters: 'parameters',
  samples: 'samples', steps: 'steps', work: 'work of a request, in multiply-adds', reply_numbers: 'numbers in a reply',
  explained_terms: 'products and values that /explain writes out',
  graded_cells: 'cells that a request may have graded',
};

test('the limits of GET / are those of the document', async () => {
  const {limits} = (await daemon.call('GET', '/')).json;
  const {Network, Vector, Biases, Matrix, Samples, SamplesWithTargets, SamplesWithTargetsOrGradients, StepRequest, StepReply, ParameterCount} = document.components.schemas;
  assert.deepEqual(Object.keys(limits), Object.keys(inProse));
  for (const [name, label] of Object.entries(inProse)) {
    assert.ok(chapters(document).includes(`| ${label} | ${limits[name].toLocaleString('en-US')} |`), label);
  }
  assert.deepEqual(Object.keys(Network.properties), [...layerNames(limits.layers), 'activations']);
  assert.equal(Network.properties.activations.maxItems, limits.layers);
  for (const {maxItems} of [Vector, Biases, Matrix]) assert.equal(maxItems, limits.units);
  for (const {maxItems} of [Samples, SamplesWithTargets, SamplesWithTargetsOrGradients]) assert.equal(maxItems, limits.samples);
  assert.equal(StepRequest.properties.steps.maximum, limits.steps);
  assert.equal(StepReply.properties.losses.maxItems, limits.steps + 1);
  assert.equal(ParameterCount.properties.total.maximum, limits.parameters);
});

const layers = n => Object.fromEntries(fill(n).flatMap((_, i) => [[`W${i + 1}`, [[1]]], [`b${i + 1}`, [0]]]));
const one = {network: layers(1), samples: [{x: [1], y: [0]}], include: []};
const atLimit = {
  layers: n => ['/forward', {...one, network: layers(n)}],
  units: n => ['/forward', {...one, network: {W1: [fill(n, 1)], b1: fill(n, 0)}, samples: [{x: [1]}]}],
  inputs: n => ['/forward', {...one, network: {W1: fill(n, [1]), b1: [0]}, samples: [{x: fill(n, 1)}]}],
  samples: n => ['/backward', {...one, samples: fill(n, one.samples[0])}],
  steps: n => ['/step', {...one, learning_rate: 0, steps: n}],
};

test('what is at a limit is taken, and one more is not', async () => {
  const {limits} = (await daemon.call('GET', '/')).json;
  for (const [name, make] of Object.entries(atLimit)) {
    const limit = limits[name] ?? limits.units;
    const [path, body] = make(limit);
    assert.equal((await daemon.call('POST', path, body)).status, 200, name);
    const reply = await daemon.call('POST', ...make(limit + 1));
    assert.equal(reply.status, 422, name);
    assert.ok(reply.json.errors.every(({code}) => code === 'limit_exceeded'), `${name}: ${reply.text.slice(0, 500)}`);
  }
});

test('every limit has a flag', async () => {
  const {limits} = (await daemon.call('GET', '/')).json;
  const args = Object.entries(limits).flatMap(([name, value]) => [`--max-${name.replaceAll('_', '-')}`, String(value / 2)]);
  await withDaemon(args, async own => {
    const halves = Object.fromEntries(Object.entries(limits).map(([name, value]) => [name, value / 2]));
    assert.deepEqual((await own.call('GET', '/')).json.limits, halves);
  });
});

/** The worked example with softmax at the end, and without b1. */
const softmaxBook = () => ({...book(), network: {...book().network, b1: null, activations: ['relu', 'softmax']}});

// The worked example has 31 parameters.
const costs = [
  ['reply-numbers', '/forward', {...book(), include: ['samples']}, 3 + 3 + 4 + 4 + 1, '#/include'],
  ['reply-numbers', '/backward', {...book(), include: []}, 31, '#/include'],
  ['reply-numbers', '/backward', {...book(), include: ['samples']}, 31 + 5 * (3 + 4) + 1 + 31 + 4, '#/include'],
  ['reply-numbers', '/backward', {...softmaxBook(), include: ['samples']}, 28 + 5 * (3 + 4) + 1 + 28 + 4 + (16 - 4), '#/include'],
  ['reply-numbers', '/step', {...book(), learning_rate: 0, steps: 3}, 31 + 31 + 4, '#/include'],
  ['explained-terms', '/explain', book(), 3 * 4 + 3 + 4 * 3 + 4 + 4 + 12 + 4 + 3 * 4 + 3 + 12 + 3, '#'],
  ['parameters', '/forward', book(), 31, '#/network'],
];

for (const [what, path, body, cost, pointer] of costs) {
  test(`${what} are counted as documented: ${path}`, async () => {
    await withDaemon([`--max-${what}`, String(cost)], async own => assert.equal((await own.call('POST', path, body)).status, 200));
    await withDaemon([`--max-${what}`, String(cost - 1)], async own => {
      const {status, json} = await own.call('POST', path, body);
      assert.equal(status, 422);
      assert.deepEqual(json.errors.map(fault => [fault.code, fault.pointer]), [['limit_exceeded', pointer]]);
    });
  });
}

test('JSON is nested 8 deep at most, and holds 200,000 values outside of arrays of numbers at most', async () => {
  const nested = n => `{"include":${'['.repeat(n - 1)}${']'.repeat(n - 1)}}`;
  assert.equal((await daemon.call('POST', '/forward', nested(8))).status, 422);
  assert.equal((await daemon.call('POST', '/forward', nested(9))).json.code, 'invalid_json');
  const {Include} = document.components.schemas;
  const named = n => ({...one, include: fill(n, 'samples')});
  assert.equal((await daemon.call('POST', '/forward', named(Include.maxItems - 100))).status, 200);
  const {errors} = (await daemon.call('POST', '/forward', named(Include.maxItems + 1))).json;
  assert.deepEqual(errors.map(({code, pointer}) => [code, pointer]), [['limit_exceeded', '#']]);
});

// ---- Requests that are wrong on purpose ----

const huge = '@1e400@';
const replacements = [null, 'text', true, -1, 1.5, 17, huge, {}, []];

function replaced(body, way, value) {
  if (way.length === 0) return value;
  const copy = structuredClone(body);
  way.slice(0, -1).reduce((node, key) => node[key], copy)[way[way.length - 1]] = value;
  return copy;
}

function dropped(body, way) {
  const copy = structuredClone(body);
  delete way.slice(0, -1).reduce((node, key) => node[key], copy)[way[way.length - 1]];
  return copy;
}

/** Ways to the members and elements of a body; of a long array the first and the last. */
function ways(node, way = []) {
  if (node === null || typeof node !== 'object') return [way];
  const keys = Array.isArray(node) ? [...new Set([0, node.length - 1])] : Object.keys(node);
  return [way, ...keys.filter(key => key in node).flatMap(key => ways(node[key], [...way, key]))];
}

const at = (body, way) => way.reduce((node, key) => node[key], body);
const isObject = value => value !== null && typeof value === 'object' && !Array.isArray(value);

function mutations(body) {
  return ways(body).flatMap(way => {
    const node = at(body, way);
    const others = replacements.map(value => ({way, what: JSON.stringify(value), body: replaced(body, way, value)}));
    if (isObject(node)) others.push({way, what: 'a member too many', body: replaced(body, way, {...node, zzz: 1})});
    if (way.length > 0 && isObject(at(body, way.slice(0, -1)))) others.push({way, what: 'dropped', body: dropped(body, way)});
    return others;
  });
}

/** Whether a fault speaks of the place, of something in it, or of what it is in. */
function speaksOf(pointer, way) {
  const place = `#${way.map(key => `/${key}`).join('')}`;
  return pointer === place || pointer.startsWith(`${place}/`) || place.startsWith(`${pointer}/`);
}

for (const {path, operation} of posts) {
  test(`what the schema forbids is refused, and the fault is found: ${path}`, async () => {
    const media = operation.get('requestBody', 'content', 'application/json');
    let refused = 0;
    for (const [key, body] of values(media)) {
      for (const {way, what, body: mutant} of mutations(body)) {
        const text = JSON.stringify(mutant).replace(`"${huge}"`, '1e400');
        const label = `${key} /${way.join('/')} ${what}`;
        const reply = await daemon.call('POST', path, text); // the judge sees to those that the schema allows
        if (schemas.faults(media.get('schema'), JSON.parse(text)).length === 0) continue;
        assert.equal(reply.status, 422, label);
        // without the gradient that stands in place of y it is y that is missing
        const place = what === 'dropped' && way.at(-1) === 'dL_dy_hat' ? [...way.slice(0, -1), 'y'] : way;
        assert.ok(reply.json.errors.some(({pointer}) => speaksOf(pointer, place)), `${label}: ${reply.text}`);
        refused += 1;
      }
    }
    assert.ok(refused > (/exercise|explain/.test(path) ? 100 : 300), `only ${refused} mutants were wrong`);
  });
}

// ---- Requests of all kinds that are right ----

/** The same numbers every time: a small generator, from 0 to below n. */
function dice(seed) {
  let state = seed;
  return n => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * n);
  };
}

/** The losses that go with what stands at the end. */
const lossesOf = end => ['mse', 'sse', 'half_mse', 'half_sse', ...(end === 'softmax' ? ['cross_entropy', 'cross_entropy'] : []),
  ...(end === 'sigmoid' ? ['binary_cross_entropy', 'sum_binary_cross_entropy'] : [])];

/** Any numbers, texts and blanks, most in the right shapes. */
function randomAnswers(sizes, {activations, ...tensors}, roll) {
  const pick = list => list[roll(list.length)];
  const cell = () => pick([0, 0.5, -0.125, 1e-9, '0,25', '-1/3', '\u22120.7', ' 2 ', '', null, 'x', true, [], {}]);
  const like = node => node === null ? null : Array.isArray(node) ? node.map(like) : cell();
  const gradients = Object.fromEntries(Object.entries(tensors).map(([name, node]) => [name, node === null || roll(9) > 0 ? like(node) : cell()]));
  return {gradients, samples: [{z1: fill(sizes[1], 0).map(cell), dL_dx: fill(sizes[0], 0).map(cell), ...(roll(2) && {loss: cell()})}],
    ...(roll(2) && {parameters: {nonzero: cell(), zero: cell(), total: 1}}), loss: cell()};
}

/** Of /exercise, whose body has no network. */
function randomExercise(roll) {
  const sizes = fill(2 + roll(3)).map(() => 1 + roll(4));
  return {sizes, seed: roll(1000), tries: 1 + roll(3), ...(roll(2) && {samples: 1 + roll(3)}), ...(roll(2) && {learning_rate: roll(3) / 4}),
    ...(roll(2) && {options: {loss: ['mse', 'half_sse'][roll(2)], layout: ['in_out', 'out_in'][roll(2)], round_decimals: [null, 3][roll(2)]}}),
    ...(roll(2) && {activations: sizes.slice(1).map(() => ['relu', 'tanh', 'sigmoid'][roll(3)])}), ...(roll(2) && {marking: {decimals: roll(4)}})};
}

function randomRequest(path, roll) {
  if (path === '/exercise') return randomExercise(roll);
  const {Activation, Options} = document.components.schemas;
  const pick = list => list[roll(list.length)];
  const vector = n => fill(n).map(() => (roll(21) - 10) / 8);
  const sizes = fill(2 + roll(4)).map(() => 1 + roll(5));
  const layout = pick(Options.properties.layout.enum);
  const matrix = (rows, columns) => layout === 'out_in' ? fill(columns).map(() => vector(rows)) : fill(rows).map(() => vector(columns));
  const network = Object.fromEntries(sizes.slice(1).flatMap((n, i) =>
    [[`W${i + 1}`, matrix(sizes[i], n)], [`b${i + 1}`, roll(5) > 0 ? vector(n) : null]]));
  const names = Object.keys(network);
  if (roll(4) > 0) network.activations = sizes.slice(1).map((_, i) => pick(Activation.enum.filter(name => name !== 'softmax' || i === sizes.length - 2)));
  const loss = pick(lossesOf(network.activations?.at(-1)));
  const target = () => vector(sizes.at(-1)).map(v => loss.endsWith('cross_entropy') ? Math.abs(v) / 2 : v);
  const second = () => path === '/forward' && roll(3) === 0 ? {} : path === '/backward' && roll(4) === 0 ? {dL_dy_hat: vector(sizes.at(-1))} : {y: target()};
  const samples = fill(1 + roll(4)).map(() => ({x: vector(sizes[0]), ...second()}));
  return {network, samples,
    options: {layout, loss, ...(roll(2) && {round_decimals: pick([null, 0, 3, 15]), relu_at_zero: pick([0, 0.5, 1]), reduction: pick(['mean', 'sum'])})},
    ...(/forward|backward|step/.test(path) && roll(2) && {include: pick([[], ['samples'], ['why_zero'], ['why_zero', 'samples', 'samples']])}),
    ...(path === '/grade' && {answers: randomAnswers(sizes, network, roll), ...(roll(2) && {marking: {decimals: roll(5), reveal: roll(2) === 0}})}),
    ...(path === '/check' && roll(2) && {gradients: Object.fromEntries(Object.entries(network).filter(([name]) => /\d/.test(name) && roll(2)))}),
    ...(path === '/exercise/review' && roll(2) && {marking: {decimals: roll(5)}}),
    ...(path === '/step' && {learning_rate: roll(4) / 4, ...(roll(2) && {steps: 1 + roll(3)}), ...(roll(2) && {frozen: fill(roll(4)).map(() => pick(names))})})};
}

for (const {path} of posts) {
  test(`200 requests of all kinds get what the judge expects: ${path}`, async () => {
    const roll = dice(31);
    for (let i = 0; i < 200; i++) {
      const body = randomRequest(path, roll);
      const reply = await daemon.call('POST', path, body);
      assert.equal(reply.status, 200, `${reply.text}\nfor ${JSON.stringify(body)}`);
    }
  });
}
