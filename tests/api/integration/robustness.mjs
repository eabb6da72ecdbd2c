// Every bad or odd input that has been thought of, by the number it has in the list of what is promised, and what it
// gets. Rows 1 to 40 are about HTTP, 41 to 59 about JSON, 60 to 80 about what a body means.
//
// An entry is [row, name, request, expectation]. A request is text or bytes for the socket (or a list of them, each a
// write of its own), or {path, body} for a proper POST. Expectations are made by the functions below.
import assert from 'node:assert/strict';
import {calculations} from '../contract/judge.mjs';
import {is09} from '../../support/microhttpd.mjs';
import {head, post} from '../../support/raw.mjs';

const host = 'Host: a';
const forward = (...fields) => head('POST /forward HTTP/1.1', host, ...fields);
const chunked = forward('Transfer-Encoding: chunked');
const live = (...fields) => head('GET /livez HTTP/1.1', host, ...fields);
const to = (path, body) => ({path, body});
const a = n => 'a'.repeat(n);
const fill = (n, value) => Array(n).fill(value);

/** A request that stands where a body would; nobody may answer it. */
export const hidden = head('GET /version HTTP/1.1', host, 'X-Request-Id: smuggled');

// ---- Expectations ----

const closing = (status, code, more) => ({status, code, closed: true, ...more});
const keeping = (status, code, more) => ({status, code, ...more});
const badRequest = closing(400, 'bad_request');
const notFound = keeping(404, 'not_found');
const wrongType = keeping(415, 'unsupported_media_type');
/** libmicrohttpd answers by itself and tells nobody; its answer is a page. Some of these have their head twice. */
const library = status => ({status, closed: true, library: true});
/** libmicrohttpd ends the connection and says nothing. */
const libraryCloses = {status: undefined, closed: true, library: true};
/** What 0.9.75 hands over or does, and what 1.0, which is stricter, does in its place: a page of its own as a rule. */
const since10 = (before, after = library(before.status)) => is09 ? before : after;
const notHandedOver = since10(badRequest);
const fine = (check = () => {}) => ({status: 200, check});
/** The place must lie in the culprit; '' is the end of the body. */
const notJson = culprit => keeping(400, 'invalid_json', {culprit});
const faults = (...list) => keeping(422, 'invalid_request', {faults: list.map(([pointer, code, more]) => ({pointer, code, ...more}))});
const fault = (...one) => faults(one);
const someFaults = keeping(422, 'invalid_request');
const notFinite = about => keeping(422, 'not_finite', {about});

// ---- Bodies ----

/** As JSON; a text that starts with @ stands there without its quotes. */
const json = value => JSON.stringify(value).replace(/"@([^"]*)"/g, '$1');

/** A 3-2-1 network with relu between, and one sample. */
const network = {W1: [[1, 2], [3, 4], [5, 6]], b1: [1, 2], W2: [[1], [2]], b2: [3]};
const tiny = {network, samples: [{x: [1, 2, 3], y: [4]}]};
const step = {...tiny, learning_rate: 0.001};

/** The body with other values at some pointers; undefined takes a member away. */
function but(body, changes) {
  const copy = structuredClone(body);
  for (const [pointer, value] of Object.entries(changes)) {
    const keys = pointer.slice(1).split('/');
    const last = keys.pop();
    const holder = keys.reduce((node, key) => node[key], copy);
    if (value === undefined) delete holder[last];
    else holder[last] = value;
  }
  return json(copy);
}

/** y_hat = x w + b for one number, or f of that. */
const one = (w, b, x, more = {}) => ({network: {W1: [[w]], b1: [b], ...more}, samples: [{x: [x], y: [0]}]});
const yHat = value => fine(({json: reply, text}) => {
  assert.deepEqual(reply.samples[0].y_hat, [value]);
  assert.doesNotMatch(text, /[[,:]-0[,\]}]/, 'a negative zero');
});
const deep = n => '['.repeat(n) + ']'.repeat(n);
const repeated = (size, before, piece, last, after) =>
  `${before}${piece.repeat(Math.floor((size - before.length - last.length - after.length) / piece.length))}${last}${after}`;
const keys = (n, name) => `{${Array.from({length: n}, (_, i) => `"${name(i)}":0`).join()}}`;
const layers = n => Object.fromEntries(fill(n).flatMap((_, i) => [[`W${i + 1}`, [[1]]], [`b${i + 1}`, [0]]]));
const waves = (depth, units) => Object.assign({activations: fill(depth, 'tanh')}, ...fill(depth, 0).map((_, k) =>
  ({[`W${k + 1}`]: k % 2 ? fill(units, [0]) : [fill(units, 0)], [`b${k + 1}`]: fill(k % 2 ? 1 : units, 0)})));
const wide = (inputs, units) => ({network: {W1: fill(inputs, fill(units, 1)), b1: fill(units, 0)}, samples: [{x: fill(inputs, 1), y: fill(units, 0)}]});

// ---- 3.1 HTTP ----

const http = limits => [
  [1, 'garbage', '\x01\x02\x80 garbage\r\n\r\n', since10(library(400), libraryCloses)],
  [1, 'HTTP/0.9', 'GET /livez\r\n\r\n', library(400)],
  [1, 'a lower-case version', head('GET /livez http/1.1', host), library(400)],
  [1, 'a space after the version', head('GET /livez HTTP/1.1 ', host), library(400)],
  [1, 'tabs in the request line', head('GET\t/livez\tHTTP/1.1', host), libraryCloses],
  [1, 'a space in the target', head('GET /livez x HTTP/1.1', host), notHandedOver],
  [1, 'a hello of TLS', '\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03', {...libraryCloses, slow: true, args: ['--head-timeout', '1']}],
  [2, 'HTTP/2.0', head('GET /livez HTTP/2.0', host), library(505)],
  [2, 'the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', library(505)],
  [3, 'Upgrade: h2c', live('Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'), fine()],
  [4, 'no Host', head('GET /livez HTTP/1.1'), notHandedOver],
  [4, 'two Hosts', live('Host: b'), badRequest],
  [4, 'an empty Host', head('GET /livez HTTP/1.1', 'Host:'), badRequest],
  [4, 'a Host with a space', head('GET /livez HTTP/1.1', 'Host: a b'), badRequest],
  ...['a:99999', 'a:65536', 'a:b', 'a:b:c', 'a:1:2', '$(x)', 'a;b', 'a%20b', ':80', '::1', '[::1', '[]:80', '[::1]:99999', 'a@b', '*'].map(name =>
    [4, `Host: ${name}`, head('GET /livez HTTP/1.1', `Host: ${name}`), badRequest]),
  ...['a:65535', 'a:', 'a.b-c_d.', '127.0.0.1:80', '[::1]', '[::1]:8080'].map(name =>
    [4, `Host: ${name}`, head('GET /livez HTTP/1.1', `Host: ${name}`), fine()]),
  [4, 'a Host with a path', head('GET /livez HTTP/1.1', 'Host: a/b'), badRequest],
  [5, 'a length, then a coding', forward('Content-Length: 5', 'Transfer-Encoding: chunked') + '0\r\n\r\n' + hidden, notHandedOver],
  [5, 'a coding, then a length', forward('Transfer-Encoding: chunked', `Content-Length: ${5 + hidden.length}`) + '0\r\n\r\n' + hidden, notHandedOver],
  [6, 'two lengths that differ', forward('Content-Length: 0', `Content-Length: ${hidden.length}`) + hidden, badRequest],
  [6, 'two lengths that agree', forward('Content-Length: 2', 'Content-Length: 2') + '{}' + hidden, badRequest],
  [6, 'two lengths in one', forward('Content-Length: 0, 0') + hidden, library(400)],
  [6, 'two codings', forward('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked') + '0\r\n\r\n' + hidden, badRequest],
  ...['-1', '+5', '0x5', '', 'abc', '5 5', '1e3'].map(length =>
    [7, `Content-Length: ${length}`, forward(`Content-Length: ${length}`) + hidden, library(400)]),
  [7, 'zeros before the length', forward('Content-Length: 00002') + '{}', someFaults],
  [8, 'a length of 2^64', forward('Content-Length: 18446744073709551616'), library(413)],
  [8, 'a length of 2^64 - 1', forward('Content-Length: 18446744073709551615'), since10(closing(413, 'body_too_large', {about: {limit: limits.body_bytes}}))],
  ...['xchunked', 'gzip, chunked', 'chunked, chunked', 'identity', 'gzip', ''].map(coding =>
    [9, `Transfer-Encoding: ${coding}`, forward(`Transfer-Encoding: ${coding}`) + '0\r\n\r\n' + hidden, since10(closing(501, 'not_implemented'), library(400))]),
  [9, 'a strange coding and a length', forward('Transfer-Encoding: gzip', 'Content-Length: 0') + hidden, notHandedOver],
  [10, 'a coding in HTTP/1.0', head('POST /forward HTTP/1.0', host, 'Transfer-Encoding: chunked') + '0\r\n\r\n' + hidden, badRequest],
  [11, 'Content-Length with a space before the colon', forward('Content-Length : 0') + hidden, library(400)],
  [11, 'Transfer-Encoding with a space before the colon', forward('Transfer-Encoding : chunked') + '0\r\n\r\n' + hidden, library(400)],
  [12, 'a header folded by a space', live('X-A: b', ' c'), notHandedOver],
  [12, 'a header folded by a tab', live('X-A: b', '\tc'), notHandedOver],
  [12, 'a folded Content-Length', forward('Content-Length:', ` ${hidden.length}`) + hidden, closing(undefined, undefined, {oneOf: [400, 411]})],
  [12, 'a first line that is folded', head('GET /livez HTTP/1.1', ' Host: a'), library(400)],
  [13, 'NUL in a value', live('X-A: b\0c'), notHandedOver],
  [13, 'NUL in Host', head('GET /livez HTTP/1.1', 'Host: a\0b'), notHandedOver],
  [13, 'NUL in a name', live('X\0A: b'), library(400)],
  [13, 'NUL at the end of the target', head('GET /metrics\0 HTTP/1.1', host), since10(badRequest, libraryCloses)],
  [13, 'NUL in the query', head('GET /livez?a=b\0c HTTP/1.1', host), since10(badRequest, libraryCloses)],
  [13, 'NUL behind an empty query', head('GET /livez?\0 HTTP/1.1', host), since10(badRequest, libraryCloses)],
  [13, 'a line that begins with NUL', `\0abc\r\n${live()}`, since10(badRequest, libraryCloses)],
  [13, 'a line that is NUL', `\0\r\n${live()}`, since10(badRequest, libraryCloses)],
  [13, 'a request behind NUL', `\0GET /version HTTP/1.1\r\n${live()}`, since10(badRequest, libraryCloses)],
  [13, 'a line of a page that begins with NUL', `\0${a(4093)}\r\n${live()}`, since10(badRequest, libraryCloses)],
  [13, 'a header behind NUL', live('X-A: b', '\0X-B: c'), notHandedOver],
  [13, 'an empty line first', `\r\n${live()}`, fine()],
  [13, 'NUL in the target', head('GET /livez\0x HTTP/1.1', host), since10(badRequest, libraryCloses)],
  [13, 'a bare LF after a header', 'GET /livez HTTP/1.1\r\nHost: a\nX-A: b\r\n\r\n', notHandedOver],
  [13, 'nothing but bare LFs', 'GET /livez HTTP/1.1\nHost: a\n\n', notHandedOver],
  [13, 'a bare CR in a value', live('X-A: b\rc'), notHandedOver],
  [13, 'a bare CR after the request line', 'GET /livez HTTP/1.1\rHost: a\r\n\r\n', library(400)],
  [13, 'a header without a colon', live('X-A'), library(400)],
  [13, 'a header without a name', live(': b'), notHandedOver],
  [13, 'a name that is no token', live('X(A): b'), badRequest],
  [13, 'a value that is not ASCII', live('X-A: \xe9'), badRequest],
  [14, 'a method that is no token', head('G{}T /livez HTTP/1.1', host), badRequest],
  ...['BREW', 'get', 'Post', 'PROPFIND'].map(method =>
    [14, `the method ${method}`, head(`${method} /livez HTTP/1.1`, host), closing(501, 'not_implemented')]),
  ...calculations.flatMap(path => ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'].map(method =>
    [15, `${method} ${path}`, head(`${method} ${path} HTTP/1.1`, host, 'Content-Length: 0'), keeping(405, 'method_not_allowed', {headers: {allow: 'POST, OPTIONS'}})])),
  [16, 'TRACE', head('TRACE / HTTP/1.1', host), closing(501, 'not_implemented')],
  [16, 'CONNECT', head('CONNECT a:80 HTTP/1.1', host) + hidden, closing(501, 'not_implemented')],
  ...['/nowhere', '//forward', '/forward/', '/FORWARD', '/forward%00', '/%66orward', '/./forward', '/x/../forward', '/..%2fforward', '/forward;a'].map(path =>
    [17, `POST ${path}`, post(path, json(tiny)), notFound]),
  ...['/../etc/passwd', '/%2e%2e/etc/passwd', '/livez%00', '/problems', '/problems/nothing', '/problems/not-found/', '/openapi.yaml/'].map(path =>
    [17, `GET ${path}`, head(`GET ${path} HTTP/1.1`, host), notFound]),
  [18, 'an absolute target, any authority', head('GET http://elsewhere.example/livez HTTP/1.1', host), fine()],
  ...['a:99999', 'a@b', 'a;b', ''].map(authority =>
    [18, `an absolute target with the authority ${authority}`, head(`GET http://${authority}/livez HTTP/1.1`, host), badRequest]),
  [18, 'an absolute target without a path', head('GET http://elsewhere.example HTTP/1.1', host), fine(reply => assert.equal(reply.json.name, 'backpropd'))],
  [19, 'OPTIONS *', head('OPTIONS * HTTP/1.1', host), keeping(204)],
  [19, 'GET *', head('GET * HTTP/1.1', host), notFound],
  [20, 'a target of 4 KiB', head(`GET /${a(4095)} HTTP/1.1`, host), notFound],
  [20, 'a target of 4 KiB and a byte', head(`GET /${a(4096)} HTTP/1.1`, host), closing(414, 'uri_too_long')],
  [20, 'a query of 553 parts', head(`GET /livez?${'a&'.repeat(553)} HTTP/1.1`, host), fine()],
  [20, 'a query of 2,044 parts', head(`GET /livez?${'a&'.repeat(2044)} HTTP/1.1`, host), fine()],
  [20, 'a target beyond the room for headers', head(`GET /${a(100000)} HTTP/1.1`, host), library(414)],
  [21, '100 headers', live(...fill(99, 'X-A: b')), fine()],
  [21, '101 headers', live(...fill(100, 'X-A: b')), closing(431, 'headers_too_large')],
  [21, 'headers of the very limit', live(`X-A: ${a(limits.header_bytes - live('X-A: ').length)}`), fine()],
  [21, 'headers a byte beyond the limit', live(`X-A: ${a(limits.header_bytes - live('X-A: ').length + 1)}`), closing(431, 'headers_too_large')],
  [21, '491 cookies', live(`Cookie: ${'a=b;'.repeat(491)}`), fine()],
  [21, '8,000 cookies', live(`Cookie: ${'a;'.repeat(8000)}`), fine()],
  [21, '99 headers of cookies', live(...fill(99, `Cookie: ${'a;'.repeat(70)}`)), fine()],
  [21, 'a header beyond the room for headers', live(`X-A: ${a(100000)}`), library(431)],
  [21, '5,000 headers', live(...fill(5000, 'X-A: b')), library(431)],
  [22, 'POST without a length', forward() + hidden, closing(411, 'length_required')],
  [22, 'POST without a length in HTTP/1.0', head('POST /forward HTTP/1.0', host) + '{}', closing(411, 'length_required')],
  [24, 'a chunk of size xyz', chunked + 'xyz\r\n' + hidden, library(400)],
  [24, 'a chunk of size 0x2', chunked + '0x2\r\n{}\r\n0\r\n\r\n' + hidden, library(400)],
  [24, 'a chunk of size -1', chunked + '-1\r\n' + hidden, library(400)],
  [24, 'a chunk of size 2 and a space', chunked + '2 \r\n{}\r\n0\r\n\r\n' + hidden, library(400)],
  [24, 'a chunk that goes on', chunked + '2\r\n{}XX0\r\n\r\n' + hidden, library(400)],
  [25, 'a chunk whose size overflows', chunked + 'fffffffffffffffff\r\n' + hidden, library(413)],
  [25, 'a chunk with an extension of 100 kB', chunked + `2;${a(100000)}\r\n{}\r\n0\r\n\r\n` + hidden, since10(library(500), {...libraryCloses, maybe: 408, slow: true, args: ['--body-timeout', '1']})],
  [25, 'a chunk with a small extension', chunked + '2;a=b\r\n{}\r\n0\r\n\r\n', since10({...someFaults, closed: true}, library(400))],
  [26, 'Expect: 100-continue', post('/forward', json(tiny), 'Expect: 100-continue'), {...fine(), interim: since10(100, null)}], // 1.0 finds the body beside the head
  [26, 'Expect: 100-continue without a body', live('Expect: 100-continue'), fine()],
  [26, 'Expect: 100-continue without a body, and a request behind', live('Expect: 100-continue', 'X-Request-Id: n0') + live('X-Request-Id: n1'), {...fine(), ids: ['n0', 'n1']}],
  [26, 'Expect: 100-continue with an empty body, and a request behind',
    forward('Content-Length: 0', 'Expect: 100-continue', 'X-Request-Id: n0') + live('X-Request-Id: n1'), {status: 400, ids: ['n0', 'n1']}],
  ...['Content-Length: 5', 'Transfer-Encoding: chunked'].flatMap(length => [
    [26, `Expect: 100-continue on an unknown path, ${length}`, head('POST /nowhere HTTP/1.1', host, length, 'Expect: 100-continue'), closing(404, 'not_found')],
    [26, `Expect: 100-continue with a method too many, ${length}`, head('POST /livez HTTP/1.1', host, length, 'Expect: 100-continue'), closing(405, 'method_not_allowed')],
    [26, `Expect: 100-continue of another type, ${length}`, forward(length, 'Content-Type: text/csv', 'Expect: 100-continue'), closing(415, 'unsupported_media_type')],
  ]),
  [27, 'Expect: 100-continue, too large', forward(`Content-Length: ${limits.body_bytes + 1}`, 'Expect: 100-continue'), closing(413, 'body_too_large')],
  [28, 'Expect: other', forward('Content-Length: 2', 'Expect: other') + '{}' + hidden, closing(417, 'expectation_failed')],
  [29, 'a body of the very limit', post('/forward', json(tiny).padEnd(limits.body_bytes)), fine()],
  [29, 'a body of the limit and a byte', post('/forward', json(tiny).padEnd(limits.body_bytes + 1)), keeping(413, 'body_too_large', {about: {limit: limits.body_bytes}})],
  [29, 'a body of 8 limits', [forward(`Content-Length: ${8 * limits.body_bytes}`), ...fill(8, Buffer.alloc(limits.body_bytes, ' '))],
    keeping(413, 'body_too_large', {about: {limit: limits.body_bytes}})],
  [30, 'a body of 8 limits and a byte', forward(`Content-Length: ${8 * limits.body_bytes + 1}`) + hidden, closing(413, 'body_too_large', {about: {limit: limits.body_bytes}})],
  ...['application/json; charset=latin1', 'application/json; charset=utf-16', 'application/json; charset=utf-8x', 'application/xml', 'text/html', 'multipart/form-data', 'application/jsonx', 'image/png', 'nonsense'].map(type =>
    [32, type, post('/forward', json(tiny), `Content-Type: ${type}`), wrongType]),
  ...['application/json; charset=utf-8', 'application/json;charset="UTF-8"', 'Application/JSON', 'application/json; charset=utf8', 'text/plain; charset=US-ASCII',
    'text/json', 'application/vnd.api+json', 'application/x-www-form-urlencoded'].map(type =>
    [32, type, post('/forward', json(tiny), `Content-Type: ${type}`), fine()]),
  ...['gzip', 'br', 'deflate', 'gzip, identity', 'identity'].map(coding =>
    [33, `Content-Encoding: ${coding}`, post('/forward', json(tiny), `Content-Encoding: ${coding}`), wrongType]),
  [35, '1,000 requests in one write', fill(1000, '').map((_, i) => live(`X-Request-Id: n${i}`)).join(''), {...fine(), ids: fill(1000, '').map((_, i) => `n${i}`)}],
  [36, 'a request in single bytes', [...live()], fine()],
  [37, 'HEAD /healthz', head('HEAD /healthz HTTP/1.1', host), fine(reply => assert.equal(reply.text, ''))],
  [38, 'Range', live('Range: bytes=0-3'), fine(reply => assert.equal(reply.text, '{"status":"ok"}\n'))],
  [39, 'GET with a body', live('Content-Length: 5') + '12345', fine()],
  [39, 'GET with a request for a body', live(`Content-Length: ${hidden.length}`) + hidden, fine()],
  [39, 'GET with a chunked body', live('Transfer-Encoding: chunked') + '5\r\n12345\r\n0\r\n\r\n', {...fine(), closed: true}],
  [39, 'a request behind a chunked body', live('Transfer-Encoding: chunked') + '0\r\n\r\n' + hidden, {...fine(), closed: true}],
  [40, 'Trailer with a length', post('/forward', json(tiny), 'Trailer: X-A'), fine()],
  [40, 'trailers of a chunked body', `${chunked}${json(tiny).length.toString(16)}\r\n${json(tiny)}\r\n0\r\nX-A: b\r\nHost: b\r\n\r\n`, {...fine(), closed: true}],
];

// ---- 3.2 JSON ----

const notNumbers = ['01', '.5', '+1', '1.', '0x10', 'NaN', 'Infinity', '-Infinity', '-', '1e', '1e+', '--1', '1_000', '1,000.', 'nan', 'undefined'];

const syntax = () => [
  [41, 'an empty body', to('/forward', ''), notJson('')],
  [41, 'white space', to('/forward', ' \t\r\n'), notJson('')],
  [42, 'a body that ends early', to('/forward', '{"network": {"W1": [[1, 2'), notJson('')],
  [42, 'a text that ends early', to('/forward', '{"network": "abc'), notJson('')],
  [42, 'a comma too many in an array', to('/forward', '{"samples":\n [1,\n ]}'), notJson('\n ]')],
  [42, 'a comma too many in an object', to('/forward', '{"é": 1, }'), notJson('}')],
  [42, 'a comment', to('/forward', '{} // none'), notJson('/')],
  [42, 'a comment in between', to('/forward', '{/* none */}'), notJson('/')],
  [42, 'single quotes', to('/forward', "{'network': 1}"), notJson("'")],
  [42, 'a name without quotes', to('/forward', '{network: 1}'), notJson('network')],
  [42, 'a colon that is missing', to('/forward', '{"network" 1}'), notJson('1')],
  [42, 'a newline in a text', to('/forward', '{"a\nb": 1}'), notJson('\n')],
  [42, 'an invalid escape', to('/forward', '{"a\\x": 1}'), notJson('\\x')],
  [42, 'brackets that do not match', to('/forward', '{"a": [1}'), notJson('}')],
  ...notNumbers.flatMap(number => [
    [42, `the number ${number}`, to('/forward', `{"samples": [{"x": [1, ${number}]}]}`), notJson(`${number}]`)],
    [42, `the number ${number} alone`, to('/step', `{"é":\n0, "learning_rate": ${number}}`), notJson(`${number}}`)]]),
  [43, 'garbage after the end', to('/forward', `${json(tiny)} x`), notJson(' x')],
  [43, 'two documents', to('/forward', `${json(tiny)}\n{"z":1}`), notJson('{"z"')],
  [43, 'two numbers', to('/forward', '1 2'), notJson('2')],
  ...['1', '"a"', 'true', 'null', '[]', '[1, 2]', '[{}]', '[[1], [2]]', '-1.5e3', ' 0 '].map(body =>
    [44, `the body ${body}`, to('/forward', body), fault('#', 'wrong_type')]),
  ...['\xff', '\xc3', '\xc3(', '\xc0\xaf', '\xe0\x80\xaf', '\xed\xa0\x80', '\xf4\x90\x80\x80', '\xf8\x88\x80\x80\x80', '\x80'].map(bytes =>
    [45, `the bytes ${Buffer.from(bytes, 'latin1').toString('hex')}`, to('/forward', Buffer.from(`{"a": "${bytes}"}`, 'latin1')), notJson()]),
  [45, 'bad UTF-8 outside of a text', to('/forward', Buffer.from('{\xff}', 'latin1')), notJson()],
  [45, 'half a pair, escaped', to('/forward', '{"a": "\\ud800"}'), notJson()],
  [45, 'the other half, escaped', to('/forward', '{"a": "\\udc00"}'), notJson()],
  [45, 'a pair in the wrong order', to('/forward', '{"a": "\\udc00\\ud800"}'), notJson()],
  [46, 'a byte order mark', to('/forward', Buffer.from(`\ufeff${json(tiny)}`)), fine()],
  [46, 'a byte order mark, and a fault behind it', to('/forward', Buffer.from('\ufeff{"a": oops}')), notJson('oops')],
  [46, 'a byte order mark, and a fault on the second line', to('/forward', Buffer.from('\ufeff{\n"a": oops}')), notJson('oops')],
  [46, 'two byte order marks', to('/forward', Buffer.from('\ufeff\ufeff{}')), notJson()],
  [46, 'a byte order mark alone', to('/forward', Buffer.from('\ufeff')), notJson('')],
  [46, 'a byte order mark at the end', to('/forward', Buffer.from('{}\ufeff')), notJson('\ufeff')],
  [46, 'UTF-16', to('/forward', Buffer.from(json(tiny), 'utf16le')), notJson()],
  [46, 'UTF-16 with its mark', to('/forward', Buffer.from(`\ufeff${json(tiny)}`, 'utf16le')), notJson()],
  ...[['in a text', '{"a": "b\0c"}'], ['in a name', '{"a\0": 1}'], ['after a number', '{"samples": [{"x": [1\0,2]}]}'], ['between', '{"a":\0 1}'],
    ['before all', `\0${json(tiny)}`], ['after all', `${json(tiny)}\0`], ['and nothing else', '\0']].map(([where, body]) =>
    [47, `NUL ${where}`, to('/forward', body), notJson('\0')]),
  [47, 'NUL in a word', to('/forward', '{"a": tr\0ue}'), notJson('tr\0')],
  [48, '\\u0000 in a name', to('/forward', '{"a\\u0000b": 1}'), notJson()],
  [48, '\\u0000 in a text', to('/forward', '{"a": "\\u0000"}'), notJson()],
  [49, 'a member twice', to('/forward', json(tiny).replace('{', '{"samples":[],')), fault('#/samples', 'duplicate_member')],
  [49, 'a member twice, once by escape', to('/forward', json(tiny).replace('{', '{"\\u0073ampl\\u0065s":[],')), fault('#/samples', 'duplicate_member')],
  [49, 'a member of a sample twice', to('/backward', json(tiny).replace('"x":', '"y":[4],"x":')), fault('#/samples/0/y', 'duplicate_member')],
  [49, 'members of the network twice', to('/forward', json(tiny).replace('"W1":', '"W1":[[1]],"b2":[3],"W1":')),
    faults(['#/network/W1', 'duplicate_member'], ['#/network/b2', 'duplicate_member'])],
  [50, 'depth 8', to('/forward', deep(8)), fault('#', 'wrong_type')],
  [50, 'depth 8 in an object', to('/forward', `{"a":${deep(7)}}`), {...someFaults, without: 'invalid_json'}],
  ...[9, 10, 2048, 2049, 1000000].map(n => [50, `depth ${n}`, to('/forward', deep(n)), {...notJson(), offset: 8}]),
  [50, 'depth 9 with numbers within', to('/forward', `${'['.repeat(9)}1,2${']'.repeat(9)}`), {...notJson(), offset: 8}],
  [50, 'a million objects deep', to('/forward', '{"a":'.repeat(1000000)), {...notJson(), offset: 40}],
  [51, '1e400', to('/forward', but(tiny, {'/samples/0/x/1': '@1e400'})), fault('#/samples/0/x/1', 'out_of_range')],
  [51, '-1e400 in a matrix', to('/forward', but(tiny, {'/network/W1/2/1': '@-1e400'})), fault('#/network/W1/2/1', 'out_of_range')],
  [51, '400 digits', to('/forward', but(tiny, {'/network/b1/0': `@${'9'.repeat(400)}`})), fault('#/network/b1/0', 'out_of_range')],
  [51, 'an exponent of 1,000 digits', to('/forward', but(tiny, {'/network/b2/0': `@1e${'9'.repeat(1000)}`})), fault('#/network/b2/0', 'out_of_range')],
  [51, '1e400 as an option', to('/forward', but(tiny, {'/options': {relu_at_zero: '@1e400'}})), fault('#/options/relu_at_zero', 'out_of_range')],
  [51, 'the largest double', to('/forward', json(one(1, '@1.7976931348623157e308', 0, {activations: ['tanh']}))), yHat(1)],
  [51, 'what rounds to the largest double', to('/forward', json(one(1, '@1.7976931348623158e308', 0, {activations: ['tanh']}))), yHat(1)],
  [51, 'just beyond the largest double', to('/forward', json(one(1, '@1.7976931348623159e308', 0))), fault('#/network/b1/0', 'out_of_range')],
  [52, '1e-400', to('/backward', json(one('@1e-400', 0, 1))), yHat(0)],
  [52, '-1e-400', to('/backward', json(one('@-1e-400', 0, 1))), yHat(0)],
  [52, 'a small number by 400 zeros', to('/backward', json(one(`@0.${'0'.repeat(400)}1`, 0, 1))), yHat(0)],
  [53, '2^53 + 1', to('/backward', json(one(1, '@9007199254740993', 0))), yHat(9007199254740992)],
  [53, '2^53 + 3', to('/backward', json(one(1, '@9007199254740995', 0))), yHat(9007199254740996)],
  [53, '2^64', to('/backward', json(one(1, '@18446744073709551616', 0))), yHat(18446744073709552000)],
  [54, '-0', to('/backward', json(one('@-0', '@-0', '@-0.0'))), yHat(0)],
  [54, '5e-324', to('/forward', json(one(1, '@5e-324', 0))), yHat(5e-324)],
  [54, '-0 in a network that comes back', to('/step', json({...one('@-0', '@-0.0', '@-0e5'), learning_rate: '@-0'})),
    fine(({json: reply, text}) => { assert.match(text, /^{"network":{"W1":\[\[0\]\],"b1":\[0\]}/); assert.equal(reply.changed, 0); })],
  [55, 'a number of 1 MiB', to('/forward', but(tiny, {'/samples/0/x/0': `@${'1'.repeat(1 << 20)}`})), fault('#/samples/0/x/0', 'out_of_range')],
  [55, 'a fraction of 1 MiB', to('/forward', but(tiny, {'/samples/0/x/0': `@0.${'1'.repeat(1 << 20)}`})), fine()],
  [55, 'a text of 1 MiB', to('/forward', but(tiny, {'/samples': a(1 << 20)})), fault('#/samples', 'wrong_type')],
  [55, 'a name of 1 MiB', to('/forward', but(tiny, {[`/${a(1 << 20)}`]: 1})), {...someFaults, small: true}],
  [55, '1 MiB of backslashes', to('/forward', `{"samples": "${'\\\\'.repeat(1 << 19)}"}`), faults(['#/network', 'missing_member'], ['#/samples', 'wrong_type'])],
  [55, 'an open text of 1 MiB of backslashes', to('/forward', `{"samples": "${'\\'.repeat(1 << 20)}`), notJson()],
  [55, '1 MiB of minuses', to('/forward', '-'.repeat(1 << 20)), notJson()],
  ...[['[],', '[]'], ['{},', '{}'], ['"",', '""'], ['[0],', '[0]'], ['0,', '0'], ['[[]],', '0'], ['true,', 'true'], ['[1],[],', '0'], ['0.123456789,', '0']].flatMap(([piece, last]) =>
    [['', '[', ']'], [' among the samples', '{"samples":[', ']}']].map(([where, before, after]) =>
      [56, `1 MiB of ${piece}${where}`, to('/forward', repeated(1 << 20, before, piece, last, after)), {status: 422, code: 'invalid_request', memory: 16}])),
  [56, '1 MiB of distinct names', to('/forward', keys(91000, i => `k${i}`)), {status: 422, code: 'invalid_request', memory: 32}], // not promised, but bounded
  [57, '100,000 names', to('/forward', json(tiny).replace('{', keys(100000, i => `k${i}`).replace('}', ','))),
    keeping(422, 'invalid_request', {faults: fill(20, {code: 'unknown_member'}), about: {truncated: true}})],
  [57, '100,000 names that start alike', to('/forward', json(tiny).replace('{', keys(100000, i => `${a(30)}${i}`).replace('}', ','))),
    keeping(422, 'invalid_request', {faults: fill(20, {code: 'unknown_member'}), about: {truncated: true}})],
  [57, '21 names', to('/forward', json(tiny).replace('{', keys(21, i => `k${i}`).replace('}', ','))),
    keeping(422, 'invalid_request', {faults: fill(20, {code: 'unknown_member'}), about: {truncated: true}})],
  [57, '20 names', to('/forward', json(tiny).replace('{', keys(20, i => `k${i}`).replace('}', ','))),
    keeping(422, 'invalid_request', {faults: fill(20, {code: 'unknown_member'}), about: {truncated: undefined}})],
  ...['__proto__', 'constructor', 'toString', 'prototype', 'hasOwnProperty'].map(name =>
    [58, name, to('/forward', json(tiny).replace('{', `{"${name}":{},`)), fault(`#/${name}`, 'unknown_member')]),
  [59, 'a script as a name', to('/forward', json(tiny).replace('{', '{"<script>alert(1)</script>":1,')),
    {...fault('#/%3Cscript%3Ealert(1)%3C~1script%3E', 'unknown_member'), headers: {'x-content-type-options': 'nosniff'}}],
  [59, 'a name of quotes and newlines', to('/forward', json(tiny).replace('{', '{"\\"\\n\\\\~\\u2028":1,')), fault('#/%22%0A%5C~0%E2%80%A8', 'unknown_member')],
  [59, 'a script as a value', to('/forward', but(tiny, {'/options': {loss: '<img src=x onerror=alert(1)>'}})),
    {...fault('#/options/loss', 'unknown_value', {got: '<img src=x onerror=alert(1)>'}), headers: {'x-content-type-options': 'nosniff'}}],
];

// ---- 3.3 Meaning ----

const activations = ['relu', 'leaky_relu', 'sigmoid', 'tanh', 'identity', 'softmax'];
const big = {network: {W1: [['@1e308'], ['@1e308']], b1: [0]}, samples: [{x: [1, -1], y: [0]}, {x: [1, 1], y: [0]}]};
const saturated = name => ({network: {W1: [[1], [0]], b1: [0], W2: [[1]], b2: [0], activations: [name, 'identity']},
  samples: [{x: [1000, 1], y: [5]}]});

/** A gradient of -0, or one that is not zero, does not pass for "exactly 0". */
const allZero = list => list.flat(2).every(value => Object.is(value, 0));

const meaning = limits => [
  [60, 'no network', to('/backward', but(tiny, {'/network': undefined})), fault('#/network', 'missing_member')],
  [60, 'no samples', to('/backward', but(tiny, {'/samples': undefined})), fault('#/samples', 'missing_member')],
  [60, 'no W1', to('/backward', but(tiny, {'/network/W1': undefined})), fault('#/network/W1', 'missing_member')],
  [60, 'no b2', to('/forward', but(tiny, {'/network/b2': undefined})), fault('#/network/b2', 'missing_member')],
  [60, 'a layer left out', to('/forward', json({...one(1, 1, 1), network: {W1: [[1]], b1: [1], W3: [[1]], b3: [1]}})), fault('#/network/W2', 'missing_member')],
  [60, 'no x', to('/forward', but(tiny, {'/samples/0/x': undefined})), fault('#/samples/0/x', 'missing_member')],
  [60, 'no y at /backward', to('/backward', but(tiny, {'/samples/0/y': undefined})), fault('#/samples/0/y', 'missing_member')],
  [60, 'no y at /forward', to('/forward', but(tiny, {'/samples/0/y': undefined})), fine(({json: reply}) => assert.equal(reply.loss, undefined))],
  [60, 'no learning rate', to('/step', json(tiny)), fault('#/learning_rate', 'missing_member')],
  [60, 'nothing', to('/step', '{}'), faults(['#/network', 'missing_member'], ['#/samples', 'missing_member'], ['#/learning_rate', 'missing_member'])],
  [60, 'an empty network', to('/forward', but(tiny, {'/network': {}, '/samples/0': {x: [1]}})), {...faults(['#/network/W1', 'missing_member'], ['#/network/b1', 'missing_member']), anyOrder: true}],
  [61, 'lerning_rate', to('/step', but(step, {'/learning_rate': undefined, '/lerning_rate': 1})),
    fault('#/lerning_rate', 'unknown_member', {suggestion: 'learning_rate'})], // one cause, one fault: it is not missing as well
  [61, 'w1', to('/forward', but(tiny, {'/network/w1': [[1]]})), fault('#/network/w1', 'unknown_member')],
  [61, 'activation', to('/forward', but(tiny, {'/network/activation': []})), fault('#/network/activation', 'unknown_member', {suggestion: 'activations'})],
  [61, 'an option', to('/forward', but(tiny, {'/options': {round_decimal: 3}})), fault('#/options/round_decimal', 'unknown_member', {suggestion: 'round_decimals'})],
  [61, 'a member of a sample', to('/forward', but(tiny, {'/samples/0/label': 3})), fault('#/samples/0/label', 'unknown_member')],
  [61, 'learning_rate at /backward', to('/backward', json(step)), fault('#/learning_rate', 'unknown_member')],
  [61, 'steps at /forward', to('/forward', json({...tiny, steps: 1})), fault('#/steps', 'unknown_member')],
  [61, 'W0', to('/forward', but(tiny, {'/network/W0': [[1]]})), fault('#/network/W0', 'unknown_member')],
  [61, 'W01', to('/forward', but(tiny, {'/network/W01': [[1]]})), fault('#/network/W01', 'unknown_member')],
  ...[['"1"', '/samples/0/x/1'], [null, '/network/W1/1/0'], [true, '/network/b1/1'], [{}, '/network/b2'], ['abc', '/network'], [[], '/network'],
    [{}, '/samples'], ['a', '/samples/0'], [null, '/samples/0/y'], [1, '/network/W2'], [[1, 2], '/network/W2'], [1, '/options'], ['samples', '/include'],
    [1, '/include'], [[1], '/network/b1/0'], ['relu', '/network/activations']].map(([value, pointer]) =>
    [62, `${JSON.stringify(value)} at ${pointer}`, to('/forward', but(tiny, {[pointer]: value})), {...someFaults, among: {pointer: `#${pointer}`, code: 'wrong_type'}}]),
  [62, 'an option that is null', to('/forward', but(tiny, {'/options': {loss: null}})), fault('#/options/loss', 'wrong_type')],
  [62, 'steps 1.5', to('/step', json({...step, steps: 1.5})), fault('#/steps', 'wrong_type')],
  [62, 'steps "3"', to('/step', json({...step, steps: '3'})), fault('#/steps', 'wrong_type')],
  [62, 'round_decimals 1.5', to('/forward', but(tiny, {'/options': {round_decimals: 1.5}})), fault('#/options/round_decimals', 'wrong_type')],
  [62, 'steps 2.0', to('/step', json({...step, steps: '@2.0'})), fine(({json: reply}) => assert.equal(reply.losses.length, 3))],
  [62, 'steps 2e0', to('/step', json({...step, steps: '@2e0'})), fine(({json: reply}) => assert.equal(reply.losses.length, 3))],
  [63, 'a short row', to('/backward', but(tiny, {'/network/W1/1': [3]})), fault('#/network/W1/1', 'ragged_matrix', {expected: 2, got: 1})],
  [63, 'a long row', to('/backward', but(tiny, {'/network/W1/2': [5, 6, 7]})), fault('#/network/W1/2', 'ragged_matrix', {expected: 2, got: 3})],
  [63, 'a row in W2', to('/backward', but(tiny, {'/network/W2/1': [2, 2]})), fault('#/network/W2/1', 'ragged_matrix', {expected: 1, got: 2})],
  [64, 'a column too many', to('/backward', but(tiny, {'/network/W1': [[1, 2, 3], [1, 2, 3], [1, 2, 3]]})), fault('#/network/W1', 'shape_mismatch', {expected: 2, got: 3})],
  [64, 'a row too many in W2', to('/backward', but(tiny, {'/network/W2': [[1], [2], [3]]})), fault('#/network/W2', 'shape_mismatch', {expected: 2, got: 3})],
  [64, 'W1 transposed', to('/backward', but(tiny, {'/network/W1': [[1, 3, 5], [2, 4, 6]]})), {...someFaults, among: {pointer: '#/network/W1', code: 'shape_mismatch', detail: /transpos/}}],
  [64, 'x too short', to('/backward', but(tiny, {'/samples/0/x': [1, 2]})), fault('#/samples/0/x', 'shape_mismatch', {expected: 3, got: 2})],
  [64, 'y too long', to('/backward', but(tiny, {'/samples/0/y': [1, 2]})), fault('#/samples/0/y', 'shape_mismatch', {expected: 1, got: 2})],
  [64, 'an activation too few', to('/backward', but(tiny, {'/network/activations': ['relu']})), fault('#/network/activations', 'shape_mismatch', {expected: 2, got: 1})],
  [65, 'b1 too long', to('/backward', but(tiny, {'/network/b1': [1, 2, 3]})),
    fault('#/network/b1', 'shape_mismatch', {expected: 2, got: 3})],
  [65, 'b2 too long', to('/backward', but(tiny, {'/network/b2': [1, 2]})),
    fault('#/network/b2', 'shape_mismatch', {expected: 1, got: 2})],
  ...['/samples', '/network/W1', '/network/b1', '/network/W2', '/samples/0/x', '/samples/0/y'].map(pointer =>
    [66, `${pointer} is []`, to('/backward', but(tiny, {[pointer]: []})), {...someFaults, among: {pointer: `#${pointer}`, code: 'empty'}}]),
  [66, '/network/W1 is [[]]', to('/backward', but(tiny, {'/network/W1': [[]]})), {...someFaults, among: {code: 'empty'}}],
  [67, 'work beyond 2^64, a reply beyond 2^53 numbers', to('/step', json({...tiny, learning_rate: 0, steps: 2 ** 53, samples: fill(4096, tiny.samples[0])})),
    {...faults(['#/steps', 'limit_exceeded'], ['#/include', 'limit_exceeded']), args: ['--max-steps', String(2 ** 53)]}],
  [67, 'steps 2^53 + 2', to('/step', json({...step, steps: 2 ** 53 + 2})), fault('#/steps', 'limit_exceeded')],
  [67, 'steps 1e300', to('/step', json({...step, steps: 1e300})), fault('#/steps', 'limit_exceeded')],
  [67, 'steps 1e400', to('/step', json({...step, steps: '@1e400'})), fault('#/steps', 'out_of_range')],
  [68, 'too many layers', to('/forward', json({...one(1, 0, 1), network: layers(limits.layers + 1)})), fault('#/network', 'limit_exceeded', {expected: limits.layers, got: limits.layers + 1})],
  [68, 'too many layers, the last of another width', to('/forward', json({...one(1, 0, 1), network: {...layers(limits.layers), [`W${limits.layers + 1}`]: [[1, 1]], [`b${limits.layers + 1}`]: [0, 0]},
    samples: [{x: [1], y: [0, 0]}]})), fault('#/network', 'limit_exceeded')],
  [68, 'layer 4,000,000,000', to('/forward', but(tiny, {'/network/W4000000000': [[1]], '/network/b4000000000': [1]})), {...someFaults, among: {pointer: '#/network', code: 'limit_exceeded'}}],
  [68, 'too many units', to('/forward', json(wide(1, limits.units + 1))), fault('#/network/b1', 'limit_exceeded', {expected: limits.units, got: limits.units + 1})],
  [68, 'too many inputs', to('/forward', json(wide(limits.units + 1, 1))), fault('#/network/W1', 'limit_exceeded', {expected: limits.units, got: limits.units + 1})],
  [68, 'too many parameters', to('/forward', json({...wide(1000, limits.parameters / 1000), include: []})), fault('#/network', 'limit_exceeded', {expected: limits.parameters})],
  [68, 'too many samples', to('/forward', json({...one(1, 0, 1), samples: fill(limits.samples + 1, {x: [1]})})), fault('#/samples', 'limit_exceeded', {expected: limits.samples, got: limits.samples + 1})],
  [68, 'too many steps', to('/step', json({...one(1, 0, 1), learning_rate: 0, steps: limits.steps + 1})), fault('#/steps', 'limit_exceeded', {expected: limits.steps, got: limits.steps + 1})],
  [69, 'too much work for /forward', to('/forward', json({network: waves(16, 4096), samples: fill(4096, {x: [1]}), include: []})), fault('#/samples', 'limit_exceeded', {expected: limits.work})],
  [69, 'too much work for /step', to('/step', json({...wide(200, 200), learning_rate: 0, steps: 50000})), fault('#/steps', 'limit_exceeded', {expected: limits.work})],
  [69, 'too many numbers in the reply', to('/backward', json({...wide(100, 100), samples: fill(100, wide(100, 100).samples[0])})), fault('#/include', 'limit_exceeded', {expected: limits.reply_numbers})],
  [70, 'an unknown activation', to('/forward', but(tiny, {'/network/activations': ['rleu', 'identity']})),
    fault('#/network/activations/0', 'unknown_value', {expected: activations, got: 'rleu', suggestion: 'relu'})],
  [70, 'an activation in capitals', to('/forward', but(tiny, {'/network/activations': ['relu', 'SIGMOID']})), fault('#/network/activations/1', 'unknown_value', {expected: activations})],
  [70, 'an unknown loss', to('/forward', but(tiny, {'/options': {loss: 'huber'}})),
    fault('#/options/loss', 'unknown_value', {expected: ['mse', 'sse', 'half_mse', 'half_sse', 'cross_entropy', 'binary_cross_entropy',
      'sum_binary_cross_entropy'], got: 'huber'})],
  [70, 'a loss without its activation', to('/forward', but(tiny, {'/options': {loss: 'cross_entropy'}})),
    fault('#/options/loss', 'incompatible', {expected: 'softmax', got: 'identity'})],
  [70, 'softmax below the end', to('/forward', but(tiny, {'/network/activations': ['softmax', 'softmax']})), fault('#/network/activations/0', 'incompatible')],
  [70, 'an unknown layout', to('/forward', but(tiny, {'/options': {layout: 'torch'}})),
    fault('#/options/layout', 'unknown_value', {expected: ['in_out', 'out_in'], got: 'torch'})],
  [70, 'an unknown tensor is frozen', to('/step', json({...step, frozen: ['b1', 'b3']})),
    fault('#/frozen/1', 'unknown_value', {expected: ['W1', 'b1', 'W2', 'b2'], got: 'b3'})],
  [70, 'an unknown part', to('/forward', json({...tiny, include: ['samples', 'everything']})), fault('#/include/1', 'unknown_value', {expected: ['samples', 'why_zero']})],
  [72, 'learning rate 0', to('/step', json({...step, learning_rate: 0, steps: 3})), fine(({json: reply}) => {
    assert.equal(reply.changed, 0);
    assert.deepEqual(reply.network, network);
    assert.equal(new Set(reply.losses).size, 1);
  })],
  [73, 'learning rate -1', to('/step', json({...step, learning_rate: -1})), fault('#/learning_rate', 'out_of_range', {got: -1})],
  [73, 'learning rate -5e-324', to('/step', json({...step, learning_rate: '@-5e-324'})), fault('#/learning_rate', 'out_of_range')],
  [73, 'learning rate 1e308', to('/step', json({...step, learning_rate: '@1e308'})), notFinite({step: 0})],
  [73, 'learning rate 1e400', to('/step', json({...step, learning_rate: '@1e400'})), fault('#/learning_rate', 'out_of_range')],
  [73, 'steps 0', to('/step', json({...step, steps: 0})), fault('#/steps', 'out_of_range')],
  [73, 'relu_at_zero 1.5', to('/forward', but(tiny, {'/options': {relu_at_zero: 1.5}})), fault('#/options/relu_at_zero', 'out_of_range')],
  [73, 'round_decimals 16', to('/forward', but(tiny, {'/options': {round_decimals: 16}})), fault('#/options/round_decimals', 'out_of_range')],
  [73, 'round_decimals -1', to('/forward', but(tiny, {'/options': {round_decimals: -1}})), fault('#/options/round_decimals', 'out_of_range')],
  [74, 'z overflows', to('/forward', json(big)), notFinite({tensor: 'z1', index: [0], sample: 1, step: undefined})],
  [74, 'infinity less infinity', to('/forward', json({network: {W1: [['@1e308'], ['@-1e308']], b1: [0]}, samples: [{x: ['@1e308', '@1e308']}]})), notFinite({tensor: 'z1', index: [0], sample: 0})],
  [74, 'the second layer overflows', to('/forward', json({network: {W1: [[1]], b1: [0], W2: [[0, 10]], b2: [0, 0]}, samples: [{x: ['@1e308']}]})), notFinite({tensor: 'z2', index: [1], sample: 0})],
  [74, 'the loss overflows', to('/forward', json(one(1, 0, '@1e200'))), notFinite({tensor: 'loss', index: [], sample: 0})],
  [74, 'without y no loss overflows', to('/forward', json({network: one(1, 0, 1).network, samples: [{x: ['@1e200']}]})), fine()],
  [74, 'the mean of the losses overflows', to('/forward', json({...one(1, 0, 1), options: {loss: 'sse'}, samples: fill(2, {x: ['@1e154'], y: ['@-1e153']})})), notFinite({tensor: 'loss', index: [], sample: undefined})],
  [74, 'a gradient overflows, its index as W was posted', to('/backward', json({network: {W1: [[0, '@1e-150']], b1: null}, samples: [{x: [0, '@1e300'], y: [0]}],
    options: {layout: 'out_in'}})), notFinite({tensor: 'dL_dW1', index: [0, 1], sample: 0})],
  [74, 'an update overflows, its index as W was posted', to('/step', json({network: {W1: [[0, 1]], b1: null}, samples: [{x: [0, 1], y: [0]}],
    options: {layout: 'out_in'}, learning_rate: '@1.7e308'})), notFinite({tensor: 'W1', index: [0, 1], step: 0})],
  [74, 'the gradient of x overflows', to('/backward', json({...one('@1e200', 0, 0), samples: [{x: [0], y: ['@1e150']}]})),
    notFinite({tensor: 'dL_dx', index: [0], sample: 0})],
  [74, 'the gradient of x is not asked for', to('/backward', json({...one('@1e200', 0, 0), samples: [{x: [0], y: ['@1e150']}], include: []})), fine(() => {})],
  [74, 'targets whose sum overflows', to('/backward', json({network: {W1: [[0, 0, 0]], b1: [-1000, 0, 0], activations: ['softmax']},
    samples: [{x: [1], y: [0, '@1e308', '@1e308']}], options: {loss: 'cross_entropy'}})), notFinite({tensor: 'dL_dz1', index: [0], sample: 0})],
  [74, 'a gradient overflows', to('/backward', json({...one('@1e-150', 0, '@1e300')})), notFinite({tensor: 'dL_dW1', index: [0, 0], sample: 0})],
  [74, 'the gradient of a hidden unit overflows', to('/backward', json({network: {W1: [[0]], b1: ['@1e-300'], W2: [['@1e300']], b2: [0]}, samples: [{x: [1], y: ['@1e100']}]})),
    notFinite({tensor: 'dL_dh1', index: [0], sample: 0})],
  [74, 'the sum of gradients overflows', to('/backward', json({network: {W1: [[0]], b1: [0]}, options: {loss: 'half_sse'}, samples: fill(2, {x: ['@1.7e158'], y: ['@1e150']})})),
    notFinite({tensor: 'gradients.W1', index: [0, 0], sample: undefined})],
  [74, 'an update overflows', to('/step', json({...one(1, 0, 1), learning_rate: '@1.7e308'})), notFinite({tensor: 'W1', index: [0, 0], step: 0})],
  [74, 'a later step overflows', to('/step', json({...one(1, 0, 1), learning_rate: '@1e10', steps: 100})), notFinite({})],
  [76, 'a sigmoid at 1000', to('/backward', json(saturated('sigmoid'))), fine(({json: reply}) => {
    const [{h1, dh1_dz1: slope}] = reply.samples;
    assert.deepEqual([h1, slope], [[1], [0]]);
    assert.deepEqual(reply.why_zero.W1, [['saturated'], ['saturated']]);
  })],
  [76, 'a tanh at 1000', to('/backward', json(saturated('tanh'))), fine(({json: reply}) => assert.deepEqual([reply.samples[0].h1, reply.why_zero.b1], [[1], ['saturated']]))],
  [76, 'a sigmoid at -1000', to('/forward', json(one(-1, 0, 1000, {activations: ['sigmoid']}))), yHat(0)],
  [76, 'a sigmoid at -709.5', to('/forward', json(one(-1, 0, 709.5, {activations: ['sigmoid']}))), fine(({json: reply}) => {
    const [p] = reply.samples[0].y_hat;
    assert.ok(p > 0 && p < 2.2250738585072014e-308, `${p} is no denormal`);
  })],
  [76, 'a product that underflows', to('/backward', json(one('@1e-200', 0, '@1e-200'))), fine(({json: reply}) => {
    assert.deepEqual(reply.samples[0].y_hat, [0]);
    assert.deepEqual(reply.why_zero, {W1: [['error_zero']], b1: ['error_zero']});
  })],
  [77, 'all of a layer dead', to('/backward', but(tiny, {'/network/b1': [-1000, -1000]})), fine(({json: reply}) => {
    assert.deepEqual(reply.dead, {h1: [true, true]});
    assert.deepEqual(reply.why_zero.b1, ['neuron_dead', 'neuron_dead']);
    assert.deepEqual(reply.why_zero.W2, [['source_dead'], ['source_dead']]);
  })],
  [77, 'relu at exactly 0', to('/backward', json({...one(0, 0, 1, {activations: ['relu']}), samples: [{x: [1], y: [1]}]})),
    fine(({json: reply}) => assert.deepEqual([reply.samples[0].dy_hat_dz1, reply.dead], [[0], {y_hat: [true]}]))],
  [77, 'relu at exactly 0, with another rule', to('/backward', json({...one(0, 0, 1, {activations: ['relu']}), samples: [{x: [1], y: [1]}], options: {relu_at_zero: 0.5}})),
    fine(({json: reply}) => assert.deepEqual([reply.samples[0].dy_hat_dz1, reply.gradients.b1, reply.dead], [[0.5], [-1], {y_hat: [false]}]))],
  [78, 'gradients through dead neurons', to('/backward', but(tiny, {'/network/b1': [-1000, -1000], '/network/W2': [[-1], [-2]]})), fine(({json: reply, text}) => {
    assert.ok(allZero([reply.gradients.W1, reply.gradients.b1, reply.gradients.W2]), text);
    assert.ok(!allZero([reply.gradients.b2]), text);
    assert.doesNotMatch(text, /[[,:]-0[,\]}]|NaN|null,"b1"/);
  })],
  ...['/forward', '/backward', '/step'].flatMap(path => {
    const body = path === '/step' ? step : tiny;
    return [
      [79, `the same request again: ${path}`, to(path, json(body)), {...fine(), sameAs: fill(20, json(body))}],
      [80, `other spellings of the numbers: ${path}`, to(path, json(body)),
        {...fine(), sameAs: [n => `${n}.0`, n => `${n}e0`, n => `${n}0E-1`, n => `${n}.000e+00`, n => `0.${n}e1`].map(spell => json(body).replace(/(?<=[[,])\d(?=[\],])/g, spell))}],
    ];
  }),
];

export const absent = [23, 31, 34, 71, 75]; // numbers that the list leaves out

export const entries = limits => [...http(limits), ...syntax(limits), ...meaning(limits)]
  .map(([row, name, request, expect]) => ({row, name, request, expect}));
