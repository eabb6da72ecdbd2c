// Runs the container tests with an engine; without one it says that they are skipped.
//   node tests/deploy/container/run.mjs [FILE...]
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {readdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {NoEngine, startEngine} from './engine.mjs';
import {command as commandOf} from './readme.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));
const files = process.argv.length > 2 ? process.argv.slice(2) : readdirSync(here).filter(name => name.endsWith('.test.mjs')).map(name => here + name);

function output(program, args, env = process.env) {
  const {status, stdout} = spawnSync(program, args, {cwd: root, encoding: 'utf8', env});
  return status === 0 ? stdout.trim() : undefined;
}

/** Runs a command to its end, shows what it printed if it fails. */
function run(what, program, args, env) {
  const begin = Date.now();
  return new Promise((done, failed) => {
    const child = spawn(program, args, {cwd: root, env, stdio: ['ignore', 'pipe', 'pipe']});
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', piece => { text += piece; });
    child.on('error', failed);
    child.on('close', code => {
      console.log(`container: ${what}: ${code === 0 ? 'done' : 'FAILED'} in ${((Date.now() - begin) / 1000).toFixed(1)} s`);
      if (code === 0) return done(text);
      failed(new Error(`${what}\n${text.split('\n').slice(-60).join('\n')}`));
    });
  });
}

/** The README's command first; where containers reach no network, over the machine's own. */
async function build(env, epoch, revision) {
  const command = commandOf('docker build');
  const network = [];
  try {
    await run('docker build', 'bash', ['-c', command], env);
  } catch (error) {
    console.log(`container: the build failed; again with --network=host\n${error.message}`);
    network.push('--network=host');
    await run('docker build --network=host', 'bash', ['-c', command.replace('docker build', 'docker build --network=host')], env);
  }
  await run('make image', 'make', ['--no-print-directory', 'image', `SOURCE_DATE_EPOCH=${epoch}`, `REVISION=${revision}`, `DOCKER_BUILD=docker build ${network.join(' ')}`], env);
  await run('HAProxy', 'docker', ['build', ...network, '-t', 'backpropd-haproxy', '-f', 'docker/haproxy.Dockerfile', 'docker'], env);
  return network;
}

async function prepare(engine) {
  const [epoch, revision] = [output('git', ['log', '-1', '--format=%ct']) ?? '0', output('git', ['rev-parse', 'HEAD']) ?? 'unknown'];
  const network = await build(engine.env, epoch, revision);
  const composes = [['docker', 'compose', 'version'], ['docker-compose', 'version']].filter(([program, ...args]) => output(program, args, engine.env) !== undefined);
  const bridge = output('docker', ['run', '--rm', '-p', '127.0.0.1::8080', 'backpropd', '--version'], engine.env);
  return {...engine.env, CONTAINER_ENGINE: '1', CONTAINER_BUILD_NETWORK: network.join(' '),
    CONTAINER_EPOCH: epoch, CONTAINER_REVISION: revision,
    CONTAINER_COMPOSE: composes[0]?.slice(0, -1).join(' ') ?? '',
    ...(bridge && composes.length > 0 ? {} : {CONTAINER_NO_BRIDGE: bridge ? 'no docker compose and no docker-compose' : 'this engine has no bridge network'})};
}

const shown = /^\s*(not )?ok |^\s*# (?!Subtest|suites|cancelled|todo|duration)|^\s+(error|expected|actual|stack):|^\s+[-+] |^\s{6}/;

/** Runs a file's tests; prints what passed, what failed and why, and what was skipped. */
async function testFile(file, env) {
  const child = spawn(process.execPath, ['--test', '--test-reporter=tap', file], {cwd: root, env, stdio: ['ignore', 'pipe', 'inherit']});
  let text = '';
  child.stdout.setEncoding('utf8').on('data', piece => { text += piece; });
  const [code] = await once(child, 'close');
  console.log(text.split('\n').filter(line => shown.test(line)).join('\n'));
  return {failed: code === 0 ? 0 : 1, skipped: Number(/^# skipped (\d+)/m.exec(text)?.[1] ?? 0)};
}

/** The builds beside what mostly waits; the load alone: another test next to it would be measured, too. */
async function test(env) {
  const sum = {failed: 0, skipped: 0};
  const inOrder = async some => {
    for (const file of some) {
      const {failed, skipped} = await testFile(file, env);
      sum.failed += failed;
      sum.skipped += skipped;
    }
  };
  const [builds, loads] = ['build.test.mjs', 'load.test.mjs'].map(name => files.filter(file => file.endsWith(name)));
  await Promise.all([inOrder(builds), inOrder(files.filter(file => !builds.includes(file) && !loads.includes(file)))]);
  await inOrder(loads);
  return sum;
}

let engine;
let env = {...process.env};
const begin = Date.now();
const stop = async () => { const one = engine; engine = undefined; await one?.stop(); };
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop().then(() => process.exit(1)));
let result = {failed: 1, skipped: 0};
try {
  try {
    engine = await startEngine();
    console.log(`container: an engine runs, with ${engine.flags.join(' ') || 'the flags it wants'}`);
    env = await prepare(engine);
  } catch (error) {
    if (!(error instanceof NoEngine)) throw error;
    env.CONTAINER_NO_ENGINE = `no container engine: ${error.message.split('\n')[0]}`;
    console.log(`SKIPPED: container: ${error.message}`);
  }
  result = await test(env);
} catch (error) {
  console.error(error.message);
} finally {
  await stop();
}
if (result.skipped > 0) console.log(`SKIPPED: container: ${result.skipped} tests`);
console.log(`container: ${result.failed ? 'FAILED' : result.skipped ? 'passed but for what was skipped' : 'passed'} in ${((Date.now() - begin) / 1000).toFixed(0)} s`);
process.exitCode = result.failed ? 1 : 0;
