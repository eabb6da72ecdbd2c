// Rules of the page's sources: one job a file, no arithmetic of a network, nothing inline, nothing from elsewhere.
import assert from 'node:assert/strict';
import {readFileSync, readdirSync} from 'node:fs';
import test from 'node:test';

const folder = new URL('../../../src/page/', import.meta.url);
const read = name => readFileSync(new URL(name, folder), 'utf8');
const files = readdirSync(folder);
const modules = files.filter(name => name.endsWith('.js'));
const withoutComments = source => source.replace(/\/\*[^]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');

// The functions of a network, and what would multiply one of its numbers. Geometry has other names.
const arithmetic = [/Math\.(exp|expm1|tanh|pow)\b/, /\b(weight|gradient|bias|bias\w*|value|before|after|loss(es)?|rate|W\d|dL_\w+)\)?(\[[^\]]*\])*\s*(\*\*?|\*=|-=|\+=)\s*(?!=)/,
  /(\*\*?|\*=)\s*\(?(weight|gradient|bias|value|rate|W\d|dL_\w+)\b/, /\.reduce\([^)]*\)\s*=>[^,;]*\b(\w+) \+ \w+ \* /];
const breaches = source => arithmetic.filter(rule => rule.test(withoutComments(source))).map(String);

test('no module calculates a network', () => {
  for (const name of modules) {
    const source = name === 'trainer.js' ? read(name).replace(/height \* loss \/ most/g, '') : read(name); // the height of a point of the curve
    assert.deepEqual(breaches(source), [], name);
  }
});

test('the rule finds what it is for', () => {
  for (const source of ['z += x[i] * weight;', 'const h = Math.exp(-z);', 'value *= 2;', 'sum.reduce((a, b) => a + b * weight, 0)', 'next = before - rate * gradient;', 'W1[i][j] -= 0.1;']) assert.notDeepEqual(breaches(source), [], source);
  assert.deepEqual(breaches('const x = left + width * share; // weight * rate'), []);
});

test('a module has at most 300 lines, and says in its first what its one job is', () => {
  for (const name of modules) {
    const lines = read(name).split('\n');
    assert.ok(lines.length <= 301, `${name}: ${lines.length}`);
    assert.match(lines[0], /^\/\/ [A-Z][A-Za-z]+.*: .+\.$|^\/\/ Numbers as /, name);
  }
});

test('index.html has no inline script and style, only relative addresses, and asks for all modules at once', () => {
  const html = read('index.html');
  assert.doesNotMatch(html, /<style|style=|<script(?![^>]*src=)|\son\w+=|https?:|(href|src)="\//);
  const wanted = modules.filter(name => name !== 'main.js');
  assert.deepEqual([...html.matchAll(/modulepreload" href="page\/(\S+)"/g)].map(match => match[1]).sort(), wanted.sort());
});

test('no module sets inline styles or markup, or names another origin', () => {
  for (const name of modules) {
    const source = read(name).replaceAll('http://www.w3.org/2000/svg', '');
    assert.doesNotMatch(source, /https?:\/\/|eval\(|new Function|\.cssText|setAttribute\('style'|insertAdjacentHTML|document\.write/, name);
    assert.ok(!source.includes('innerHTML') || name === 'elements.js', `${name}: innerHTML`);
  }
});

test('words stand in texts.js alone', () => {
  for (const name of modules.filter(one => one !== 'texts.js')) {
    const sentences = withoutComments(read(name)).match(/(['"`])[A-Z][a-z]+(?: [a-z]+){2,}[^'"`]*\1/g) ?? [];
    assert.deepEqual(sentences, [], name);
  }
});
