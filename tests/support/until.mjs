// Waits end with the event that they are for. A machine may be slow, or busy with something else: the limit is far
// beyond what any wait takes, and only what never comes reaches it.
import assert from 'node:assert/strict';
import {setTimeout as pause} from 'node:timers/promises';

/** Milliseconds that a test waits for anything. */
export const patience = 1000 * Number(process.env.PATIENCE_SECONDS ?? 120);

const lateness = what => `not within ${patience / 1000} s: ${typeof what === 'function' ? what() : what}`;

/** Asks again and again until `holds` gives something that is true, and gives that. `what` is a text, or makes one. */
export async function until(holds, what) {
  const end = performance.now() + patience;
  for (;;) {
    const got = await holds();
    if (got) return got;
    if (performance.now() > end) assert.fail(lateness(what));
    await pause(10);
  }
}

/** What the promise gives, if it ever does. `what` as for `until`. */
export async function inPatience(promise, what) {
  const done = new AbortController();
  const late = pause(patience, undefined, {signal: done.signal}).then(() => assert.fail(lateness(what)));
  late.catch(() => {});
  return Promise.race([promise, late]).finally(() => done.abort());
}

const STALL_MS = 100; // less than any margin that a test leaves to its client

/** Watches how long this process gets no processor; `stop()` gives the longest time, in milliseconds. */
function watchStalls() {
  let last = performance.now();
  let longest = 0;
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, STALL_MS / 10);
  return {stop() { look(); clearInterval(timer); return longest; }};
}

/**
 * For what is promised only to clients that are in time, where the limit is the daemon's own and cannot be moved. If it
 * fails in a run in which this process got no processor for a while, then the client may have been late: it runs again.
 */
export async function inTime(act) {
  for (let tries = 20; ; tries--) {
    const stalls = watchStalls();
    try {
      return await act();
    } catch (error) {
      if (stalls.stop() < STALL_MS || tries === 1) throw error;
    } finally {
      stalls.stop();
    }
  }
}
