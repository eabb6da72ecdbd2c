// What Postman imports, sent by newman. Placeholders such as <number> are for people, so the import takes the examples.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {Cursor, everyMethod, readContract} from '../api/contract/judge.mjs';
import {start} from '../support/daemon.mjs';
import {contractFile, runTool, skip, workshop} from './workshop.mjs';

let daemon;
before(async () => { daemon = await start({judged: false}); });
after(() => daemon.stop());

test('each request of the collection gets its example', {skip}, async () => {
  const folder = workshop('postman');
  await runTool('openapi2postmanv2', ['-s', contractFile, '-o', join(folder, 'collection.json'), '-O', 'parametersResolution=Example']);
  await runTool('newman', ['run', join(folder, 'collection.json'), '--env-var', `baseUrl=${daemon.url}`, '--reporters', 'json', '--reporter-json-export', join(folder, 'run.json')]);
  const replies = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')).run.executions.map(({request, response}) => ({
    method: request.method, path: `/${request.url.path.join('/')}`, status: response.code, text: Buffer.from(response.stream.data).toString('utf8'),
  }));
  const operations = everyMethod(new Cursor(readContract())).filter(({method}) => ['GET', 'POST'].includes(method));
  assert.deepEqual(replies.map(({method, status}) => [method, status]), operations.map(({method}) => [method, 200]));
  for (const {path, method, operation} of operations.filter(({method: name}) => name === 'POST')) {
    const [shown] = operation.get('responses', '200', 'content', 'application/json', 'examples').entries().map(([, example]) => example.node.value);
    assert.deepEqual(JSON.parse(replies.find(reply => reply.method === method && reply.path === path).text), shown, path);
  }
});
