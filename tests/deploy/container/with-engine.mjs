// Runs a command with a container engine that lives as long as the command: node with-engine.mjs make sbom
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {NoEngine, startEngine} from './engine.mjs';

const [program, ...args] = process.argv.slice(2);
try {
  const engine = await startEngine();
  try {
    const [code] = await once(spawn(program, args, {env: engine.env, stdio: 'inherit'}), 'close');
    process.exitCode = code ?? 1;
  } finally {
    await engine.stop();
  }
} catch (error) {
  if (!(error instanceof NoEngine)) throw error;
  console.log(`SKIPPED: ${args.join(' ')}: ${error.message}`);
}
