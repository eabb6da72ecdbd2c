// The pages's commands for containers, run as they stand there but for the port; compose.test.mjs, kubernetes.test.mjs
// and the runner have theirs from there, too.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {after, test} from 'node:test';
import {request} from '../../support/daemon.mjs';
import {freePort} from '../../support/port.mjs';
import {until} from '../../support/until.mjs';
import {docker, skip as noEngine} from './box.mjs';
import {command, consoleCommands} from './readme.mjs';

const skip = noEngine || (process.env.CONTAINER_NO_BRIDGE ?? false);
const shell = text => execFileSync('bash', ['-c', text], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});
after(() => { if (!skip) docker('rm', '-f', 'backpropd'); });

test('every command of the pages that needs an engine or kubectl is run by a test', () => {
  const starts = ['docker build', 'docker run', 'docker stop', 'docker compose', 'docker/rolling-restart.sh', 'kubectl kustomize'];
  const others = consoleCommands().filter(one => !starts.some(start => one.command.startsWith(start)));
  assert.deepEqual(others, []);
  assert.ok(consoleCommands().length >= 7);
});

test('docker run and docker stop', {skip}, async () => {
  const port = await freePort();
  const run = command('docker run');
  assert.match(run, /-p 127.0.0.1:8080:8080 .*--read-only .*--cap-drop=ALL .*--memory=128m/);
  shell(run.replace('127.0.0.1:8080:', `127.0.0.1:${port}:`));
  await until(() => request(port, 'GET', '/livez').then(({status}) => status === 200, () => false), 'the container answers');
  shell(command('docker stop'));
  await assert.rejects(request(port, 'GET', '/livez'));
});
