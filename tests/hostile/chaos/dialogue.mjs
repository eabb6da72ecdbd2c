// One exchange through the proxy, and what may come of it: an answer that is right to the last byte, or the beginning
// of it and an end; never other bytes, never silence for ever.
import assert from 'node:assert/strict';
import {readReply} from '../../support/raw.mjs';
import {patience} from '../../support/until.mjs';
import {actions, phases} from './proxy.mjs';

export const requestBytes = ({path, body}, ...fields) =>
  Buffer.from([`POST ${path} HTTP/1.1`, 'Host: a', `Content-Length: ${Buffer.byteLength(body)}`, ...fields, '', body].join('\r\n'));

/** Without the interim reply that a client may get which has ended its sending. */
function withoutInterim(bytes) {
  return bytes.indexOf('HTTP/1.1 100 ') === 0 ? bytes.subarray(bytes.indexOf('\r\n\r\n') + 4) : bytes;
}

/** Size of the first reply in these bytes, or undefined while its head is not whole. */
function replySize(bytes) {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  return end + 4 + Number(/^content-length: *(\d+)/im.exec(bytes.toString('latin1', 0, end))?.[1] ?? NaN);
}

/** Appends what comes to `pieces`, until the other side ends or one whole reply is there. */
async function receive(socket, pieces) {
  let wanted;
  for await (const piece of socket.iterator({destroyOnReturn: false})) {
    pieces.push(piece);
    if (!wanted) pieces.splice(0, Infinity, withoutInterim(Buffer.concat(pieces)));
    wanted ??= replySize(pieces[0]);
    if (pieces.reduce((sum, {length}) => sum + length, 0) >= wanted) return;
  }
}

/** Whether the connection may not survive the plan; else the answer has to come whole. */
const isFatal = ({action}) => action === 'cut' || action === 'reset' || action === 'half-close';
/** Whether the whole request had gone up before the daemon's input ended: it is answered then. */
const isAskedFirst = ({phase, action}) => action === 'half-close' && (phases.down.includes(phase) || phase === 'asked');

/** Resolves to 'answered' or 'ended'; throws if what came is wrong. */
export async function converse(proxy, one, plan) {
  const socket = await proxy.dial(plan);
  const timer = setTimeout(() => socket.destroy(new Error('no end')), patience);
  const pieces = [];
  let failure;
  try {
    socket.write(requestBytes(one), () => {});
    await receive(socket, pieces);
  } catch (error) {
    failure = error;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
  assert.ok(!/no end/.test(failure?.message), `${one.name}, ${JSON.stringify(plan)}: ${failure?.message}`);
  const bytes = Buffer.concat(pieces);
  const reply = bytes.length > 0 ? readReply(bytes) : undefined;
  const what = `${one.name}, ${JSON.stringify(plan)}: ${reply?.status} ${failure?.code ?? ''} ${bytes.toString('latin1', 0, 300)}`;
  if (reply?.status === 200) assert.ok(reply.text === one.expected, `other bytes: ${what}`);
  else assert.ok(isFatal(plan), `an honest client was not answered: ${what}`);
  if (!reply && bytes.includes('\r\n\r\n')) {
    const body = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4).toString('utf8');
    assert.ok(one.expected.startsWith(body), `not the beginning of the answer: ${what}`);
  }
  if (isAskedFirst(plan)) assert.ok(reply, `half-closed after its request, and not answered: ${what}`);
  return reply ? 'answered' : 'ended';
}

/** Every action at every phase, dripping in no, one or the other direction, for each case; order and measures drawn. */
export function plansFor(cases, random) {
  const faults = [{}, ...Object.values(phases).flat().flatMap(phase => actions.map(action => ({phase, action})))];
  const all = cases.flatMap(one => faults.flatMap(fault => ['', 'up', 'down'].map(way => {
    const size = way === 'up' ? Buffer.byteLength(one.body) : one.expected.length;
    const drip = way ? {[way]: {size: Math.ceil(size / random.between(3, 20)), ms: random.between(1, 15)}} : undefined;
    return {one, plan: {...fault, drip, stallMs: random.between(20, 400)}};
  })));
  for (let i = all.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [all[i], all[j]] = [all[j], all[i]];
  }
  return all;
}

/** Does the jobs, so many at a time; resolves to their results. */
export async function inParallel(jobs, width, act) {
  const results = [];
  let next = 0;
  await Promise.all(Array.from({length: width}, async () => {
    while (next < jobs.length) results.push(await act(jobs[next++]));
  }));
  return results;
}

