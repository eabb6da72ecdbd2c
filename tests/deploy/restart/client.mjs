// A client that asks the same again and again and knows of each request what became of it.
//
//   answered  the whole reply came, and is to the byte what it should be
//   raced     a *kept* connection, which had answered before, was closed with no byte of a reply: the race that
//             RFC 9112, 9.3.1 lets a client send again after, as this one does
//   late      the client itself came later than a stop waits for: it got no processor between taking a connection, or
//             having an answer on it, and sending; it sends again
//   lost      anything else: refused, reset or closed on a new connection, a reply cut short, or a wrong one
import net from 'node:net';
import {setTimeout as pause} from 'node:timers/promises';

/** Half of what a stop leaves to an open connection. */
const graceMs = 500;

const head = bytes => {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const text = bytes.subarray(0, end).toString('latin1').toLowerCase();
  return {status: Number(text.split(' ')[1]), size: end + 4 + Number(/\ncontent-length: (\d+)/.exec(text)?.[1] ?? NaN),
    bodyAt: end + 4, closes: /\nconnection: close/.test(text)};
};

/** A connection that sends one request at a time. */
function open(where) {
  const socket = net.connect(where);
  const line = {used: false, ended: false, since: performance.now(), destroy: () => socket.destroy()};
  let bytes = Buffer.alloc(0);
  let settle = null;
  const finish = result => {
    const one = settle;
    settle = null;
    one?.({...result, bytes});
  };
  socket.setNoDelay(true);
  socket.on('connect', () => { line.sentAt = performance.now(); }); // what was asked before goes out now
  socket.on('data', piece => {
    bytes = Buffer.concat([bytes, piece]);
    const reply = head(bytes);
    if (reply && bytes.length >= reply.size) finish({reply});
  });
  socket.on('error', error => { line.error = error.code; });
  socket.on('end', () => { line.ended = true; finish({why: 'closed'}); socket.destroy(); });
  socket.on('close', () => { line.ended = true; finish({why: line.error ?? 'closed'}); });
  line.ask = request => new Promise(done => {
    bytes = Buffer.alloc(0);
    settle = done;
    if (line.ended) finish({why: 'closed'});
    else socket.write(request);
    if (line.used) line.sentAt = performance.now();
  });
  return line;
}

export function makeCounts() {
  return {answered: 0, connections: 0, closedIdle: 0, raced: 0, late: 0, lost: []};
}

/** One request to its end; gives the connection to go on with, if any. */
async function askOnce({where, request, expected, counts, onAnswer}, kept) {
  let line = kept;
  if (line?.ended) {
    counts.closedIdle++; // the server told before anything was sent
    line = null;
  }
  for (;;) {
    if (!line) {
      line = open(where);
      counts.connections++;
    }
    const {reply, bytes, why} = await line.ask(request);
    const isLate = line.sentAt - line.since > graceMs;
    if (!reply && bytes.length === 0 && (line.used || isLate)) {
      counts[isLate ? 'late' : 'raced']++;
      line = null;
      continue;
    }
    const isRight = reply?.status === 200 && bytes.subarray(reply.bodyAt).equals(expected);
    if (isRight) {
      counts.answered++;
      onAnswer(process.hrtime.bigint());
    } else {
      counts.lost.push(`${line.used ? 'kept' : 'new'} connection: ${why ?? `status ${reply.status}`}, ${bytes.length} bytes`);
    }
    line.used = true;
    line.since = performance.now();
    if (isRight && !reply.closes) return line;
    line.destroy();
    return null;
  }
}

/** Asks until `isOver()`; with `keeps` on connections that are kept, pausing `think` ms at most between requests. */
export async function ask(client, {keeps, think, isOver}) {
  let line = null;
  while (!isOver()) {
    line = await askOnce(client, line);
    if (!keeps) { line?.destroy(); line = null; }
    if (think) await pause(Math.random() * think);
  }
  line?.destroy();
}
