// The service behind nginx and HAProxy, under a prefix, as the README sets them up: links lead where they should, kept
// connections stay, and proxy and daemon agree where each request ends, however hostile it is.
import assert from 'node:assert/strict';
import http from 'node:http';
import {after, test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {readContract} from '../../api/contract/judge.mjs';
import {entries} from '../../api/integration/robustness.mjs';
import {request} from '../../support/daemon.mjs';
import {connect, head} from '../../support/raw.mjs';
import {missing, proxies, relay, startDaemon, until} from './servers.mjs';

if (missing.length > 0) {
  console.log(`SKIPPED: ${missing.join(' and ')} not installed; make proxy-deps installs what is missing`);
  process.exit(0);
}

const daemon = await startDaemon('--head-timeout', '5');
const counting = await relay(daemon.port);
const {all, stop} = await proxies({nginx: counting.port, haproxy: daemon.port});
after(async () => {
  await stop();
  counting.stop();
  await daemon.stop();
});

const prefix = '/api/bp';
const {paths} = readContract();
const linesOf = id => daemon.log().filter(line => line.request_id === id);

/** The daemon's line for a reply, once it is there. */
async function lineOf(reply) {
  const id = reply.headers['x-request-id'];
  await until(() => linesOf(id).length > 0, `a line for ${id}`);
  return linesOf(id)[0];
}

// ---- The prefix ----

for (const {name, port} of all) {
  const base = `http://127.0.0.1:${port}${prefix}/`;
  const get = url => request(port, 'GET', new URL(url).pathname);

  test(`${name}: every link of GET / leads to the daemon`, async () => {
    const {links} = (await get(base)).json;
    const {paths} = (await get(new URL('openapi.json', base))).json;
    assert.ok(Object.keys(links).length >= 12);
    for (const link of Object.values(links)) {
      const reply = await get(new URL(link, base));
      const isCalculation = paths[`/${link}`]?.post;
      assert.equal(reply.status, isCalculation ? 405 : 200, link);
      assert.ok(reply.headers['x-request-id'], `${link} is answered by the daemon`);
    }
  });

  test(`${name}: the pages of problems lead to each other`, async () => {
    const seen = new Set();
    for (const queue = [new URL('problems/', base).href]; queue.length > 0;) {
      const page = queue.pop();
      if (seen.has(page)) continue;
      seen.add(page);
      const {status, text} = await get(page);
      assert.equal(status, 200, page);
      queue.push(...[...text.matchAll(/href="([^"]*)"/g)].map(([, href]) => new URL(href, page).href));
    }
    assert.ok(seen.size > 15, `${seen.size} pages`);
  });

  test(`${name}: the description's server is where the description came from`, async () => {
    const file = new URL('openapi.json', base);
    const {servers} = (await get(file)).json;
    const reply = await request(port, 'POST', new URL('forward', new URL(servers[0].url, file)).pathname, '{}');
    assert.deepEqual([reply.status, reply.json.type], [422, '/problems/invalid-request'], 'a type is an identifier, the same everywhere');
  });

  test(`${name}: the log tells whom the proxy answers, as a claim`, async () => {
    const {remote, forwarded_for: claimed} = await lineOf(await request(port, 'GET', `${prefix}/version`, undefined, {'x-forwarded-for': '203.0.113.9'}));
    assert.deepEqual([remote, claimed], ['127.0.0.1', '203.0.113.9,127.0.0.1']);
  });
}

for (const {name, port} of all) {
  test(`${name}: no client of the proxy sees the daemon's Keep-Alive`, async () => {
    assert.equal((await request(port, 'GET', `${prefix}/version`)).headers['keep-alive'], undefined);
  });
}

test('nginx keeps its connection to the daemon for longer than a head may take', async () => {
  const {port} = all.find(({name}) => name === 'nginx');
  assert.equal((await request(port, 'GET', `${prefix}/version`)).status, 200);
  const before = counting.counted.n;
  const fresh = await connect(daemon.port);
  assert.equal(await fresh.closed(), '', 'the time of a head has passed');
  assert.equal((await request(port, 'GET', `${prefix}/version`)).status, 200);
  assert.equal(counting.counted.n, before, 'no new connection');
});

// ---- Hostile requests ----

const version = '/version'; // asked for by requests that are hidden in others, and by nobody else from here on

/** The table's requests about HTTP as [name, bytes], with the prefix before the first path, and hidden requests as they
 * are; and how many of them libmicrohttpd refuses by itself, which it logs nowhere. */
function hostileRequests(limits) {
  const rows = entries(limits).filter(({row, expect}) => row <= 40 && ![29, 30, 35].includes(row) && !expect.slow);
  const behind = text => Buffer.from(text.replace(/^(\S+[ \t])(\/)/, `$1${prefix}$2`), 'latin1');
  const bytesOf = wish => Buffer.concat([wish].flat().map(piece => Buffer.from(piece, 'latin1')));
  return {hostile: rows.map(({row, name, request: wish}) => [`row ${row}: ${name}`, behind(bytesOf(wish).toString('latin1'))]),
    refusedByLibrary: rows.filter(({expect}) => expect.library).length};
}

/** Everything that was replied until the proxy closed the connection. */
async function converse(port, bytes) {
  const line = await connect(port);
  await line.send(bytes, head(`GET ${prefix}/livez HTTP/1.1`, 'Host: a', 'Connection: close'));
  await line.closed();
  line.destroy();
  return line.all;
}

/** The daemon's ids in what came over one connection, in their order. */
const idsIn = text => [...text.matchAll(/^x-request-id: (\S+)\r$/gim)].map(([, id]) => id);

/** Good requests, each with an answer of its own, over two kept connections; `end` gives how many there were. */
function goodTraffic(port) {
  const agent = new http.Agent({keepAlive: true, maxSockets: 2});
  const ask = i => new Promise((done, failed) => {
    http.request({port, host: '127.0.0.1', method: 'POST', path: `${prefix}/forward`, agent}, res => {
      let text = '';
      res.on('data', piece => { text += piece; }).on('end', () => done([res.statusCode, text]));
    }).on('error', failed).end(JSON.stringify({network: {W1: [[i]], b1: [0]}, samples: [{x: [1]}]}));
  });
  let isOn = true;
  const loop = async first => {
    let i = first;
    for (; isOn; i += 2) {
      const [status, text] = await ask(i);
      await pause(1); // the daemon is to be busy, not the machine
      assert.deepEqual([status, JSON.parse(text).samples?.[0].y_hat], [200, [i]], text);
    }
    return (i - first) / 2;
  };
  const loops = [loop(1), loop(2)];
  for (const one of loops) one.catch(() => {});
  return {async end() { isOn = false; const counts = await Promise.all(loops); agent.destroy(); return counts[0] + counts[1]; }};
}

/** What is wrong with a line of the daemon's log, if anything is. */
function wrongLine(line, forwarded, times) {
  const {request_id: id, status, route} = line;
  if (!forwarded.has(id)) return 'the proxy has not sent it';
  if (times.get(id) > 1) return `it was answered ${times.get(id)} times`;
  if (![undefined, status].includes(forwarded.get(id))) return `the proxy got ${forwarded.get(id)} for it`;
  return route === version ? 'it was hidden in another request' : undefined;
}

/** What daemon and proxy do not agree on, of the requests after so many lines of each's log: {wrong, unlogged}. */
function disagreements(proxy, [nOfDaemon, nOfProxy]) {
  const forwarded = new Map(proxy.log().slice(nOfProxy).map(({id, status}) => [id, status]));
  const lines = daemon.log().slice(nOfDaemon).filter(({route}) => route && route !== '/readyz'); // HAProxy's own checks
  const times = new Map();
  for (const {request_id: id} of lines) times.set(id, (times.get(id) ?? 0) + 1);
  const wrong = lines.map(line => [wrongLine(line, forwarded, times), line]).filter(([what]) => what);
  const unlogged = [...forwarded].filter(([id, status]) => status !== undefined && !times.has(id));
  return {wrong: wrong.map(([what, line]) => `${what}: ${JSON.stringify(line)}`), unlogged};
}

for (const proxy of all) {
  test(`${proxy.name}: no disagreement about where a request ends`, async () => {
    const index = await request(daemon.port, 'GET', '/');
    await lineOf(index);
    const {hostile, refusedByLibrary} = hostileRequests(index.json.limits);
    assert.ok(hostile.length > 100, `${hostile.length} hostile requests`);
    const begin = [daemon.log().length, proxy.log().length];
    const good = goodTraffic(proxy.port);
    const replies = new Map();
    const rest = [...hostile];
    await Promise.all(Array.from({length: 8}, async () => {
      while (rest.length > 0) {
        const [name, bytes] = rest.shift();
        replies.set(name, await converse(proxy.port, bytes));
      }
    }));
    const goodOnes = await good.end();
    assert.ok(goodOnes > 0);

    // the logs are written a moment after the replies
    const isDone = () => {
      const {wrong, unlogged} = disagreements(proxy, begin);
      return wrong.length === 0 && unlogged.length <= refusedByLibrary && unlogged.every(([, status]) => status >= 400);
    };
    await until(isDone, () => JSON.stringify(disagreements(proxy, begin), null, 1).slice(0, 5000));
    const ids = [...replies.values()].flatMap(idsIn);
    assert.ok(ids.length > 50, 'the daemon has answered some');
    assert.equal(new Set(ids).size, ids.length, 'no reply came twice');
    for (const [name, text] of replies) assert.ok(!text.includes('smuggled'), name);
    console.log(`${proxy.name}: ${hostile.length} hostile connections, ${ids.length} of their requests answered by the daemon, ${goodOnes} good ones between them`);

    await request(daemon.port, 'GET', version);
    await until(() => disagreements(proxy, begin).wrong.length === 1, 'a request that the proxy knows nothing of is noticed');
  });
}
