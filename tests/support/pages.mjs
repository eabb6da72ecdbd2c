// The pages that people read, and the commands and programs in them.
import {readFileSync} from 'node:fs';

export const pages = ['README.md', 'docker/README.md', 'docker/graders.md', 'tests/README.md', 'tests/bench/README.md'];
export const textOf = page => readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');

/** The code blocks of a page in one language, in its order. */
export const blocksOf = (page, language) => [...textOf(page).matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map(([, block]) => block);

/** How many of a command's lines are the command: it goes on behind a backslash, or up to the end of its here document. */
function commandLines(lines) {
  const end = /<<'(\w+)'/.exec(lines[0])?.[1];
  if (end) return lines.indexOf(end) + 1;
  return lines.findIndex(line => !line.endsWith('\\')) + 1;
}

/** [{command, output}] of a page, in its order. */
export function commandsOf(page) {
  return blocksOf(page, 'console').flatMap(block => block.split(/^\$ /m).slice(1)).map(entry => {
    const lines = entry.split('\n');
    const n = commandLines(lines);
    return {command: lines.slice(0, n).join('\n').replaceAll('\\\n', ''), output: lines.slice(n).join('\n')};
  });
}

export const needsEngine = command => /^(docker\b|kubectl\b|make image\b)/.test(command);
