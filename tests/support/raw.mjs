// HTTP over a bare socket: bytes go out as they are given, replies come back as they were sent, and whether the
// server ended the connection or kept it is there to be asserted.
//
//   const line = await connect(port);
//   await line.send('GET / HTTP/1.1\r\n', 'Host: a\r\n\r\n');   // a write for each piece
//   const {status, headers, text, json} = await line.reply();   // one at a time; 100 Continue is one, too
//   await line.closed();                                        // bytes that came after the last reply
//   line.destroy();
import {once} from 'node:events';
import net from 'node:net';
import {patience, until} from './until.mjs';

function jsonOrUndefined(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readHead(text) {
  const [line, ...fields] = text.split('\r\n');
  const [, version, status] = /^HTTP\/(\d\.\d) (\d{3})/.exec(line) ?? [];
  if (!status) throw new Error(`no status line: ${JSON.stringify(line.slice(0, 100))}`);
  const headers = {};
  for (const field of fields) {
    const [, name, value] = /^([^:\s]+):\s*(.*?)\s*$/.exec(field) ?? [];
    if (!name) throw new Error(`no header: ${JSON.stringify(field)}`);
    headers[name.toLowerCase()] = value;
  }
  return {version, status: Number(status), headers};
}

/** The first reply in these bytes and its size, or undefined if it is not yet all there. */
export function readReply(bytes, method = 'GET') {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = readHead(bytes.toString('latin1', 0, end));
  const none = method === 'HEAD' || head.status < 200 || [204, 304].includes(head.status);
  if (!none && head.headers['content-length'] === undefined) throw new Error('a reply without Content-Length');
  const size = end + 4 + (none ? 0 : Number(head.headers['content-length']));
  if (bytes.length < size) return undefined;
  const body = bytes.subarray(end + 4, size);
  const text = body.toString('utf8');
  return {...head, body, text, json: jsonOrUndefined(text), size};
}

const toBuffer = piece => Buffer.isBuffer(piece) ? piece : Buffer.from(piece, 'latin1');

class Line {
  #socket;
  #bytes = Buffer.alloc(0); // not yet given out as replies
  #ended = false;
  #wake = () => {};
  all = ''; // everything that ever came

  constructor(socket) {
    this.#socket = socket;
    socket.on('data', piece => {
      this.#bytes = Buffer.concat([this.#bytes, piece]);
      this.all += piece.toString('latin1');
      this.#wake();
    });
    for (const event of ['end', 'close', 'error']) socket.on(event, () => { this.#ended = true; this.#wake(); });
  }

  async send(...pieces) {
    for (const piece of pieces) {
      if (this.#socket.destroyed) return; // what the server said stands in the replies
      await new Promise(done => { this.#socket.write(toBuffer(piece), done); });
    }
  }

  get ended() {
    return this.#ended;
  }

  /** Ends the sending side; the server may still answer. */
  finish() {
    this.#socket.end();
  }

  async #until(ready, what) {
    const deadline = Date.now() + patience;
    for (let got; ; ) {
      if ((got = ready()) !== undefined) return got;
      if (Date.now() >= deadline) throw new Error(`${what}; so far: ${JSON.stringify(this.all.slice(-500))}`);
      await new Promise(done => {
        const timer = setTimeout(done, deadline - Date.now());
        this.#wake = () => { clearTimeout(timer); done(); };
      });
    }
  }

  reply(method) {
    return this.#until(() => {
      const reply = readReply(this.#bytes, method);
      if (reply) this.#bytes = this.#bytes.subarray(reply.size);
      else if (this.#ended) throw new Error(`closed before a reply; so far: ${JSON.stringify(this.all.slice(-500))}`);
      return reply;
    }, 'no reply');
  }

  /** Waits until the server has ended the connection; gives what came and was not asked for as a reply. */
  closed() {
    return this.#until(() => this.#ended ? this.#bytes.toString('latin1') : undefined, 'the connection stays open');
  }

  destroy() {
    this.#socket.destroy();
  }
}

/** `from` is the client's own address. */
export async function connect(port, host = '127.0.0.1', from = undefined) {
  const socket = net.connect({host, port, localAddress: from, allowHalfOpen: true, noDelay: true});
  await once(socket, 'connect');
  return new Line(socket);
}

/** A request's head: the line, then fields as text or as [name, value]. */
export function head(line, ...fields) {
  return `${[line, ...fields.map(field => Array.isArray(field) ? field.join(': ') : field)].join('\r\n')}\r\n\r\n`;
}

/** A POST with its length. */
export function post(path, body, ...fields) {
  const bytes = toBuffer(body);
  return Buffer.concat([Buffer.from(head(`POST ${path} HTTP/1.1`, 'Host: a', `Content-Length: ${bytes.length}`, ...fields)), bytes]);
}

/** Whether the server keeps the connection: it answers a further request on it. */
export async function isOpen(line) {
  await line.send(head('GET /livez HTTP/1.1', 'Host: a', 'X-Request-Id: still-open'));
  const reply = await line.reply();
  return reply.status === 200 && reply.headers['x-request-id'] === 'still-open';
}

/** What came unasked before the server ended the connection, '' as a rule. A connection that only an idle timeout
 * would end has answered one more request. */
export async function untilClosed(line) {
  await line.send(head('GET /livez HTTP/1.1', 'Host: a', 'X-Request-Id: still-open', 'Connection: close'));
  return line.closed();
}

/** A connection within the body of a request: it has been told to continue, and does not count as idle. Where
 * connections are short a client gets a second to send its head: one that was too late tries again. */
export function uploading(port) {
  return until(async () => {
    const line = await connect(port);
    await line.send(head('POST /forward HTTP/1.1', 'Host: a', 'Content-Length: 100', 'Expect: 100-continue'));
    const reply = await line.reply().catch(() => undefined);
    return reply?.status === 100 && line;
  }, 'a connection is told to continue');
}

/** The same, and a part of the body has come so fast that for minutes nothing is slower: a crowd leaves it alone. */
export async function uploadingFast(port, from) {
  const line = await connect(port, '127.0.0.1', from);
  await line.send(head('POST /forward HTTP/1.1', 'Host: a', 'Content-Length: 2000000', 'Expect: 100-continue'));
  const reply = await line.reply();
  if (reply.status !== 100) throw new Error(`told ${reply.status}`);
  await line.send(' '.repeat(1500000));
  return line;
}
