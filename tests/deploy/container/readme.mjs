// The pages' commands that need a container engine or kubectl: the integration tests leave them to the container
// tests, which run them as they stand there.
import {commandsOf, needsEngine, pages} from '../../support/pages.mjs';

/** [{command, output}], in the order of the pages. */
export const consoleCommands = () => pages.flatMap(page => commandsOf(page)).filter(({command}) => needsEngine(command));

/** The command that begins so, with Debian's word for `docker compose`. */
export function command(start) {
  const found = consoleCommands().filter(one => one.command.startsWith(start));
  if (found.length !== 1) throw new Error(`${found.length} commands of the README begin with ${start}`);
  return found[0].command.replaceAll('docker compose', process.env.CONTAINER_COMPOSE || 'docker compose');
}
