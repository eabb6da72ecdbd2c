// The options of the daemon under test, read from its --help, so that names and defaults are stated once.
import {execFileSync} from 'node:child_process';
import {binary} from '../../support/daemon.mjs';

/** Flags that rows depend on; a row whose flag the binary lacks is skipped, and says so. */
const patterns = {
  headDeadline: /^--head-\S*(timeout|deadline)\S*$/,
  bodyDeadline: /^--(body|request)-\S*(timeout|deadline)\S*$/,
  replyDeadline: /^--(reply|response)-\S*(timeout|deadline)\S*$/,
  perClient: /^--max-(connections-(per|of)|client)\S*$/,
};

const help = execFileSync(binary, ['--help'], {encoding: 'utf8'}).split('\n').map(line => line.trim().split(/\s+/));

/** {flag, standard} of each pattern that the binary knows. */
export const known = Object.fromEntries(Object.entries(patterns).flatMap(([name, pattern]) => {
  const line = help.find(([flag]) => pattern.test(flag));
  return line ? [[name, {flag: line[0], standard: Number(line[3])}]] : [];
}));

/** Lets one address open as many connections as there are: all clients here come from one machine. */
export const manyFromOne = known.perClient ? [known.perClient.flag, '1000000'] : [];

/** Flags for deadlines in seconds: deadlines({head: 3}). */
export const deadlines = wish => Object.entries(wish).flatMap(([name, seconds]) => {
  const option = known[`${name}Deadline`];
  return option ? [option.flag, String(seconds)] : [];
});
