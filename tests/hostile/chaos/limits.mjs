// What holds for good clients whatever happens beside them.
import assert from 'node:assert/strict';
import * as cases from './cases.mjs';
import {goodClients, leastRequests} from './good.mjs';

/** How long they waited is printed beside the time of a bare server, and not asserted: it depends on the machine. */
export const goodFigures = ({requests, failed, p99, max, control}) =>
  `good clients ${requests - failed} of ${requests}, p99 ${p99.toFixed(1)} ms, max ${max.toFixed(1)} ms (bare server, not attacked: ${control.p99.toFixed(1)}, ${control.max.toFixed(1)})`;

export function assertGood(figures) {
  assert.equal(figures.failed, 0, `${figures.failed} of ${figures.requests} good requests failed: ${figures.failures.join('; ')}`);
  assert.ok(figures.requests >= leastRequests, `only ${figures.requests} good requests`);
}

/** Acts while good clients ask, and holds them to what they must get. */
export async function withGood(daemon, act, {cases: asked = cases.small} = {}) {
  const good = await goodClients(daemon.port, asked);
  try {
    const result = await act();
    const figures = await good.stop();
    assertGood(figures);
    assert.ok(daemon.isAlive(), 'the daemon lives');
    return {result, figures};
  } finally {
    good.kill();
  }
}
