// Starts the real binary on a free port, talks to it, stops it. Every exchange goes through the judge.
//
//   const daemon = await start();                          // or start({args: ['--max-steps', '5'], env: {...}})
//   const reply = await daemon.call('POST', '/forward', {network, samples});
//   reply.status, reply.headers, reply.text, reply.json
//   await daemon.stop();                                   // SIGTERM; gives {code, signal}
//
// Its timeouts are far beyond what a slow client takes, unless the test sets them.
// With raised limits openapi.yaml, which tells the defaults, no longer holds: start({judged: false}).
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import http from 'node:http';
import net from 'node:net';
import {resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {gunzipSync} from 'node:zlib';
import {makeJudge} from '../api/contract/judge.mjs';
import {inPatience, patience} from './until.mjs';

export const binary = process.env.BACKPROPD
  ? resolve(process.env.BACKPROPD)
  : fileURLToPath(new URL('../../build/release/backpropd', import.meta.url));

const judge = makeJudge();

/** Timeouts that no test reaches, however slow its client is, unless it sets one of its own. */
export const longTimeouts = {BACKPROPD_HEAD_TIMEOUT: '600', BACKPROPD_BODY_TIMEOUT: '600', BACKPROPD_REPLY_TIMEOUT: '600', BACKPROPD_IDLE_TIMEOUT: '600'};

function jsonOrUndefined(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toText(body) {
  if (body === undefined || body === null) return undefined;
  return typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
}

function withoutNulls(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== null));
}

function judged(exchange) {
  const faults = judge(exchange);
  const {method, path, status, body} = exchange;
  assert.deepEqual(faults, [], `${method} ${path} -> ${status} breaks the contract\n${faults.join('\n')}\n${body.slice(0, 2000)}`);
}

/** The text of a body as it came, which may be compressed. */
export function textOf(bytes, headers) {
  return (headers['content-encoding'] === 'gzip' && bytes.length > 0 ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** One request over a connection of its own; resolves to {status, headers, bytes, text, json}: bytes as they came. */
export function request(port, method, path, body, headers) {
  return new Promise((done, failed) => {
    const req = http.request({host: '127.0.0.1', port, method, path, headers, agent: false}, res => {
      const chunks = [];
      res.on('data', chunk => chunks.push(chunk));
      res.on('error', failed);
      res.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const text = textOf(bytes, res.headers);
        done({status: res.statusCode, headers: res.headers, bytes, text, json: jsonOrUndefined(text)});
      });
    });
    req.setTimeout(patience, () => req.destroy(new Error(`no reply to ${method} ${path}`)));
    req.on('error', failed);
    req.end(body);
  });
}

/** The first reply in what came over a socket. */
function readReply(text) {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) throw new Error(`no reply in ${JSON.stringify(text.slice(0, 200))}`);
  const [line, ...fields] = text.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(fields.map(field => {
    const colon = field.indexOf(':');
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
  }));
  const length = Number(headers['content-length'] ?? text.length);
  const body = textOf(Buffer.from(text.slice(end + 4), 'latin1').subarray(0, length), headers);
  return {status: Number(line.split(' ')[1]), headers, text: body, json: jsonOrUndefined(body)};
}

/** Sends bytes as they are and reads until the daemon closes; a proper request must ask it to. */
function exchangeRaw(port, bytes) {
  return new Promise((done, failed) => {
    const socket = net.connect({host: '127.0.0.1', port});
    let text = '';
    socket.setEncoding('latin1');
    socket.setTimeout(patience, () => socket.destroy(new Error('no reply')));
    socket.on('data', piece => { text += piece; });
    socket.on('error', error => text ? done(text) : failed(error));
    socket.on('close', () => done(text));
    socket.write(bytes);
  });
}

async function untilListening(child) {
  let out = '';
  let err = '';
  child.stderr.on('data', piece => { err += piece; });
  child.stdout.setEncoding('utf8');
  const line = new Promise((done, failed) => {
    child.stdout.on('data', piece => {
      out += piece;
      const match = /listening on http:\/\/\S+:(\d+)\n/.exec(out);
      if (match) done(Number(match[1]));
    });
    child.on('error', failed);
    child.on('close', code => failed(new Error(`backpropd ended with ${code}: ${err}`)));
  });
  return {port: await inPatience(line, () => `backpropd listens: ${out}${err}`), log: () => err};
}

/** Whose pages may call, as the judge needs to know. */
function originsOf(args, env) {
  const at = args.lastIndexOf('--cors-origin');
  return at >= 0 ? args[at + 1] : env.BACKPROPD_CORS_ORIGIN ?? '*';
}

/** The headers of a request that goes out as bytes. */
function sentHeaders(bytes) {
  const [, ...fields] = bytes.toString('latin1').split('\r\n\r\n')[0].split('\r\n');
  return Object.fromEntries(fields.map(field => field.split(/:\s*(.*)/s)).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Talks to a daemon that listens on this port of 127.0.0.1, whatever process started it. */
export function client(port, isJudged = true, origins = '*') {
  /** Objects are sent as JSON, text and buffers as they are; a header of null is not sent. */
  async function call(method, path, body, headers = {}) {
    const text = toText(body);
    const about = text === undefined ? {} : {'content-type': 'application/json', 'content-length': Buffer.byteLength(text)};
    const sent = withoutNulls({...about, ...headers});
    const reply = await request(port, method, path, text, sent);
    if (isJudged) {
      judged({method, path, requestHeaders: sent, requestBody: text?.toString() ?? '', status: reply.status,
        headers: reply.headers, body: reply.text, origins});
    }
    return reply;
  }

  /** Bytes over a socket of its own. The reply is judged if the bytes begin with a request line and the
   * answer is the daemon's: what the HTTP library refuses by itself, it refuses with a page of its own. */
  async function raw(bytes) {
    const reply = readReply(await exchangeRaw(port, bytes));
    const line = /^([A-Z]+) (\S+) HTTP/.exec(bytes.toString('latin1'));
    if (isJudged && line && !reply.text.startsWith('<html>')) {
      judged({method: line[1], path: line[2], requestHeaders: sentHeaders(bytes), status: reply.status, headers: reply.headers, body: reply.text, origins});
    }
    return reply;
  }

  return {call, raw};
}

export async function start({args = [], env = {}, judged: isJudged = true} = {}) {
  const child = spawn(binary, ['--listen', '127.0.0.1:0', ...args], {env: {...longTimeouts, ...process.env, ...env}, stdio: ['ignore', 'pipe', 'pipe']});
  const exited = once(child, 'close');
  exited.catch(() => {});
  const {port, log} = await untilListening(child).catch(error => { child.kill('SIGKILL'); throw error; });

  async function stop(signal = 'SIGTERM') {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const [code, by] = await inPatience(exited, 'backpropd stops');
    return {code, signal: by};
  }

  return {port, pid: child.pid, url: `http://127.0.0.1:${port}`, child, log, ...client(port, isJudged, originsOf(args, env)), stop};
}
