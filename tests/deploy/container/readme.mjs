// The README's commands that need a container engine or kubectl: the integration tests leave them to the container
// tests, which run them as they stand there.
import {readFileSync} from 'node:fs';

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

/** [{command, output}], in the order of the page. */
export function consoleCommands() {
  return [...readme.matchAll(/```console\n([^]*?)```/g)]
    .flatMap(([, block]) => block.split(/^\$ /m).slice(1))
    .map(entry => {
      const [command, ...output] = entry.replaceAll('\\\n', '').split('\n');
      return {command, output: output.join('\n')};
    })
    .filter(({command}) => needsEngine(command));
}

export const needsEngine = command => /^(docker\b|kubectl\b|make image\b)/.test(command);

/** The command that begins so, with Debian's word for `docker compose`. */
export function command(start) {
  const found = consoleCommands().filter(one => one.command.startsWith(start));
  if (found.length !== 1) throw new Error(`${found.length} commands of the README begin with ${start}`);
  return found[0].command.replaceAll('docker compose', process.env.CONTAINER_COMPOSE || 'docker compose');
}
