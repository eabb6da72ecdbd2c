// What mistakes are answered with: messages.json has each body and its whole answer. A student must know from it at once
// what to change, so every answer that changes is to be read again.
// MESSAGES=write puts the answers of this build into the file; MESSAGES_LIST=PATH writes bodies and answers to be read.
import assert from 'node:assert/strict';
import {request} from 'node:http';
import {readFileSync, writeFileSync} from 'node:fs';
import {after, before, test} from 'node:test';
import {calculations} from '../contract/judge.mjs';
import {start} from '../../support/daemon.mjs';

const file = new URL('messages.json', import.meta.url);
const rows = JSON.parse(readFileSync(file, 'utf8'));
const isWriting = process.env.MESSAGES === 'write';
const list = process.env.MESSAGES_LIST;

let daemon;
before(async () => {
  daemon = await start();
});
after(() => daemon?.stop());

/** Sends what fetch refuses to send, too. */
function ask(row) {
  const [method, path] = row.ask.split(' ');
  const body = row.base64 === undefined ? Buffer.from(row.body ?? '') : Buffer.from(row.base64, 'base64');
  const headers = {'content-length': body.length, ...row.headers};
  return new Promise((resolve, reject) => {
    request(new URL(path, daemon.url), {method, headers}, async reply => {
      const pieces = await reply.toArray();
      resolve({status: reply.statusCode, json: JSON.parse(Buffer.concat(pieces).toString())});
    }).on('error', reject).end(body);
  });
}

const line = value => JSON.stringify(value);
const written = () => `[\n${rows.map(row => ` {${Object.entries(row).map(([key, value]) =>
  `${line(key)}: ${line(value)}`).join(', ')}}`).join(',\n')}\n]\n`;

/** A row for a reader. */
function readable({what, ask: line, base64, body, headers, answer}) {
  const details = answer.errors?.map(({pointer, detail}) => `${pointer}: ${detail}`) ?? [answer.detail];
  return `${what}\n  ${line}${headers ? ` ${JSON.stringify(headers)}` : ''}\n  ${base64 ? `base64 ${base64}` : body ?? ''}\n` +
    details.map(detail => `  -> ${answer.status} ${detail}\n`).join('');
}

test('every body has its answer', async t => {
  assert.ok(rows.length >= 120);
  assert.equal(new Set(rows.map(row => row.what)).size, rows.length);
  for (const row of rows)
    await t.test(row.what, async () => {
      const {status, json} = await ask(row);
      if (isWriting) row.answer = json;
      assert.equal(status, json.status);
      assert.deepEqual(json, row.answer);
    });
  if (isWriting) writeFileSync(file, written());
  if (list) writeFileSync(list, rows.map(readable).join('\n'));
});

// A student who does what is said must not be led from one refusal to the next, or to the gradient of another network.
test('what a hint says, done, is accepted', async t => {
  const followed = rows.filter(row => row.followed);
  assert.ok(followed.length >= 30);
  for (const {what, ask: line, followed: body} of followed)
    await t.test(what, async () => assert.equal((await ask({ask: line, body})).status, 200));
});

test('known names stand in expected, and in a detail that does not say what to do', async () => {
  const faults = rows.flatMap(row => row.answer.errors ?? []).filter(({code}) => code.startsWith('unknown_'));
  assert.ok(faults.length > 50);
  const isHelped = detail => /did you mean|; (move|call|write|leave|rename) |: rename /.test(detail);
  for (const {detail, expected} of faults) {
    assert.ok(expected.length > 0);
    assert.equal(/known here/i.test(detail), !isHelped(detail), detail);
    for (const name of isHelped(detail) ? [] : expected) assert.ok(detail.includes(name), `${name} in ${detail}`);
  }
});

test('what a calculation says to post can be posted', async () => {
  for (const path of calculations) {
    const {status, json} = await ask({ask: `GET ${path}`});
    assert.equal(status, 405);
    const [, body] = /such as (.*) \(/.exec(json.detail);
    assert.equal((await ask({ask: `POST ${path}`, body})).status, 200, `${path} ${body}`);
  }
});
