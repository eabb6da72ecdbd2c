// From exec to the first 200, and memory then: the service and the peers, as each starts by default.
import { execFileSync } from 'node:child_process';
import { notMeasured, peers } from './peers.mjs';
import { serviceCommand } from './servers.mjs';
import { median, say, textbook, tool } from './tools.mjs';

const RUNS = 20;
const FEW = 5; // for those that take long

function startOnce(command) {
  return JSON.parse(execFileSync(tool('start'), [textbook, ...command.map(String)], { encoding: 'utf8' }));
}

export async function measure() {
  say('start');
  const contenders = [{ name: 'backpropd', command: () => serviceCommand() }, ...peers]
    .map(({ name, command }) => ({ name, command: command(1500), seen: [] }));
  for (let turn = 0; turn < RUNS; turn++)
    for (const { command, seen } of contenders)
      if (turn < FEW || seen[0].milliseconds < 100) seen.push(startOnce(command));
  const column = (title, unit, value) =>
    ({ title, unit, values: Object.fromEntries(contenders.map(({ name, seen }) => [name, median(seen.map(value))])) });
  const own = (pick) => (median(contenders[0].seen.map(pick)) / 1024).toFixed(1);
  return {
    columns: [
      column('start', 'us', ({ milliseconds }) => milliseconds * 1000),
      column('memory', 'B', ({ rss }) => rss * 1024),
    ],
    notes: [
      `start: from fork and exec to the reply to a first textbook request, median of ${RUNS} (${FEW} for those that take longer than 100 ms). memory: VmRSS after it.`,
      ...notMeasured,
    ],
    facts: [`After its first request the service has ${own(({ rss }) => rss)} MiB resident (VmRSS); the most it had was ${own(({ hwm }) => hwm)} MiB (VmHWM).`],
  };
}
