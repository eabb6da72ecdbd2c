// Asks the service at 127.0.0.1:8080 for everything it can do, then for one thing again and again until standard
// input ends. Prints what became of it as JSON. It runs in the network of a booted machine.
import {readFileSync, readdirSync} from 'node:fs';
import {request} from '../../support/daemon.mjs';
import {ask, makeCounts} from '../restart/client.mjs';

const port = 8080;
const folder = new URL('../../api/vectors/', import.meta.url);
const wrong = [];
let asked = 0;

async function expect(status, method, path, body) {
  const reply = await request(port, method, path, body);
  asked++;
  if (reply.status !== status) wrong.push(`${method} ${path}: ${reply.status} ${reply.text.slice(0, 200)}`);
  return reply.text;
}

for (const name of readdirSync(folder).filter(one => one.endsWith('.json'))) {
  const {path, request: body, cases} = JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
  for (const text of body ? [body] : cases.map(one => one.request)) {
    const {status} = await request(port, 'POST', path, JSON.stringify(text));
    asked++;
    if (status !== 200 && status !== 422) wrong.push(`${name}: ${status}`);
  }
}
for (const path of ['/', '/livez', '/readyz', '/metrics', '/version', '/openapi.yaml', '/openapi.json', '/problems/not-found']) await expect(200, 'GET', path);
await expect(404, 'GET', '/nowhere');
const book = await expect(200, 'GET', '/examples/textbook');
const answer = await expect(200, 'POST', '/backward', book);
// what a thread of the pool calculates, and takes memory for
const wide = Array.from({length: 300}, () => Array(300).fill(0.001));
const large = {network: {W1: wide, b1: Array(300).fill(0)}, samples: [{x: Array(300).fill(1), y: Array(300).fill(0.5)}]};
await expect(200, 'POST', '/backward', JSON.stringify(large));
await expect(200, 'POST', '/step', JSON.stringify({...large, learning_rate: 1e-6, steps: 200, include: []}));
console.log(JSON.stringify({asked, wrong, answer}));

let over = false;
process.stdin.on('end', () => { over = true; }).resume();
const counts = makeCounts();
const text = close => Buffer.from(`POST /backward HTTP/1.1\r\nHost: localhost\r\n${close ? 'Connection: close\r\n' : ''}Content-Length: ${Buffer.byteLength(book)}\r\n\r\n${book}`);
await Promise.all(Array.from({length: 8}, (_, i) => {
  const keeps = i % 2 === 0;
  const client = {where: {host: '127.0.0.1', port}, request: text(!keeps), expected: Buffer.from(answer), counts, onAnswer: () => {}};
  return ask(client, {keeps, think: 20, isOver: () => over && counts.answered > 100});
}));
console.log(JSON.stringify(counts));
