// Where a client is generated, compiled as a user compiles it, and run: build/clients/NAME.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {cpSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
export const contractFile = join(here, '../../openapi.yaml');
const packages = join(here, 'node_modules');

/** Why there is no client to be tested, or false. */
export const skip = existsSync(join(packages, '.bin/tsc')) ? false : 'npm\'s packages of tests/clients are missing; run: make clients-deps';

/** Why a tool does not run on this Node, or false. */
export function needsNode(major, minor) {
  const [ours, ourMinor] = process.versions.node.split('.').map(Number);
  return skip || (ours > major || (ours === major && ourMinor >= minor) ? false : `it needs Node ${major}.${minor}, and this is ${process.versions.node}`);
}

/** The file by which Node runs a tool of npm's. */
export const toolFile = name => join(packages, '.bin', name);

/** Runs a tool of npm's to its end, which must be a good one; what it printed. */
export async function runTool(name, args, options = {}) {
  const child = spawn(process.execPath, [toolFile(name), ...args], {stdio: ['ignore', 'pipe', 'pipe'], ...options});
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', piece => { printed += piece; });
  const [code] = await once(child, 'close');
  assert.equal(code, 0, `${name} ${args.join(' ')}\n${printed}`);
  return printed;
}

/** A folder with the programs, in which npm's packages are found. */
export function workshop(name) {
  const folder = join(here, '../../build/clients', name);
  rmSync(folder, {recursive: true, force: true});
  cpSync(join(here, 'programs'), folder, {recursive: true});
  symlinkSync(packages, join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type": "commonjs"}\n');
  return folder;
}

/** Compiles a program with the client that was generated beside it, strictly; what it exports. */
export async function compiled(folder, name) {
  const about = JSON.parse(readFileSync(join(folder, 'tsconfig.json'), 'utf8'));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({...about, files: [`${name}.ts`]}));
  await runTool('tsc', ['--project', folder]);
  return createRequire(join(folder, 'out/'))(`./${name}.js`);
}
