// What holds for good clients whatever happens beside them.
import assert from 'node:assert/strict';
import {setPriority} from 'node:os';
import * as cases from './cases.mjs';
import {slowness} from './daemon.mjs';
import {goodClients} from './good.mjs';

/** Milliseconds. A machine that is busy with something else may be slower than that to anyone: then as much as this
 * times what a bare server waits, that runs beside and is not attacked. */
const P99_MS = 20;
const TIMES_CONTROL = 2;

export const goodFigures = ({requests, failed, p99, max, control}) =>
  `good clients ${requests - failed} of ${requests}, p99 ${p99.toFixed(1)} ms, max ${max.toFixed(1)} ms (bare server, not attacked: ${control.p99.toFixed(1)}, ${control.max.toFixed(1)})`;

export function assertGood(figures, {p99 = P99_MS} = {}) {
  assert.equal(figures.failed, 0, `${figures.failed} of ${figures.requests} good requests failed: ${figures.failures.join('; ')}`);
  assert.ok(figures.requests >= 50, `only ${figures.requests} good requests`);
  assert.ok(figures.p99 <= Math.max(p99 * slowness, TIMES_CONTROL * figures.control.p99), `too slow: ${goodFigures(figures)}`);
}

function restorePriority() {
  try {
    setPriority(0);
  } catch { // only root may: then the next daemon steps back as well
  }
}

/** Acts while good clients ask, and holds them to what they must get. */
export async function withGood(daemon, act, {cases: asked = cases.small, ...limits} = {}) {
  const good = await goodClients(daemon.port, asked);
  try {
    setPriority(10); // what is hostile steps back, here and in the processes that it starts, so that the daemon is measured
    const result = await act().finally(restorePriority);
    const figures = await good.stop();
    assertGood(figures, limits);
    assert.ok(daemon.isAlive(), 'the daemon lives');
    return {result, figures};
  } finally {
    good.kill();
  }
}
