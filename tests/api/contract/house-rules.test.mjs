// Rules of this house that the linter does not know. Each is shown to fail on a document that breaks it.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import test from 'node:test';
import {parseYaml} from '../../support/library.mjs';
import {Cursor, chapters, contractFile, readContract} from './judge.mjs';

const problemCodes = ['invalid_json', 'bad_request', 'unauthorized', 'not_found', 'method_not_allowed', 'not_acceptable', 'request_timeout',
  'length_required', 'body_too_large', 'uri_too_long', 'unsupported_media_type', 'expectation_failed', 'misdirected', 'invalid_request',
  'not_finite', 'headers_too_large', 'not_implemented', 'overloaded', 'out_of_memory', 'http_version'];
const faultCodes = ['missing_member', 'unknown_member', 'duplicate_member', 'wrong_type', 'empty', 'ragged_matrix',
  'shape_mismatch', 'unknown_value', 'out_of_range', 'limit_exceeded', 'incompatible'];
const neverSeen = ['http_version'];
const everyReply = ['X-Request-Id', 'Access-Control-Allow-Origin', 'Access-Control-Expose-Headers', 'X-Content-Type-Options', 'Vary'];
// ajv 6 passes over these without a word
const newKeywords = ['prefixItems', 'unevaluatedProperties', 'unevaluatedItems', 'dependentSchemas', 'minContains', 'maxContains', '$dynamicRef', '$anchor'];
const methods = ['get', 'post'];

function operations(document) {
  return new Cursor(document).get('paths').entries().flatMap(([path, item]) =>
    item.entries().filter(([method]) => methods.includes(method)).map(([method, operation]) => [`${method} ${path}`, operation]));
}

function responses(document) {
  return [...operations(document).flatMap(([name, operation]) =>
    operation.get('responses').entries().map(([status, response]) => [`${name} ${status}`, response])),
  ...new Cursor(document).get('x-otherwise').entries()];
}

/** Every object in the document with the way to it; examples aside, if not asked for. */
function objects(node, way = '#', withExamples = false) {
  if (node === null || typeof node !== 'object') return [];
  const inner = Object.entries(node).filter(([key]) => withExamples || (key !== 'examples' && key !== 'example'))
    .flatMap(([key, value]) => objects(value, `${way}/${key}`, withExamples));
  return [[way, node], ...inner];
}

const media = (name, holder) => (holder?.get('content')?.entries() ?? []).map(([type, value]) => [`${name} ${type}`, value]);
const hasExample = value => 'example' in value.node || Object.keys(value.node.examples ?? {}).length > 0;
const difference = (a, b) => [...a.filter(x => !b.includes(x)), ...b.filter(x => !a.includes(x))];
const schema = (document, name) => document.components.schemas[name];
const names = list => list.map(([name]) => name);
/** Each code of the problems, with its schema. */
const kinds = document => Object.entries(schema(document, 'Problem').discriminator.mapping).map(([code, ref]) => [code, new Cursor(document).follow(ref).node]);
const isProblem = (ref, document) => schema(document, 'Problem').oneOf.some(({$ref}) => $ref === ref);

const rules = {
  'every 4xx and 5xx is a problem document': {
    check: document => names(responses(document).filter(([name, response]) =>
      /[45]..$/.test(name) && !response.get('content', 'application/problem+json'))),
    plant: document => { delete document.components.responses.BodyTooLarge.content; },
  },
  'every body has an example': {
    check: document => names([...responses(document).flatMap(([name, response]) => media(name, response)),
      ...operations(document).flatMap(([name, operation]) => media(name, operation.get('requestBody')))]
      .filter(([, value]) => !hasExample(value))),
    plant: document => { document.paths['/livez'].get.responses['200'].content['application/json'].examples = {}; },
  },
  'every reply tells the headers that every reply has': {
    check: document => names(responses(document).filter(([name, response]) =>
      !everyReply.every(header => response.get('headers', header)))),
    plant: document => { delete document.components.responses.Options.headers['X-Request-Id']; },
  },
  'a reply that keeps the connection says for how long': {
    check: document => names(responses(document).filter(([, response]) =>
      !response.get('headers', 'Keep-Alive') === !response.get('headers', 'Connection'))),
    plant: document => { delete document.components.responses.NotModified.headers['Keep-Alive']; },
  },
  'every array has a greatest length': {
    check: document => names(objects(document).filter(([, node]) => node.type === 'array' && !Number.isInteger(node.maxItems))),
    plant: document => { delete schema(document, 'Vector').maxItems; },
  },
  'no object takes unknown members': {
    check: document => names(objects(document).filter(([way, node]) =>
      node.type === 'object' && node.additionalProperties !== false && !(node.propertyNames && node.additionalProperties) &&
      !way.startsWith('#/components/schemas/OpenApi'))),
    plant: document => { delete schema(document, 'Options').additionalProperties; },
  },
  'members that generators of clients pass over are written out': {
    check: document => [...names(objects(document).filter(([, node]) => 'patternProperties' in node)),
      ...names(responses(document)).filter(name => /XX$/.test(name))],
    plant: document => { schema(document, 'Gradients').patternProperties = {}; },
  },
  'a default makes no member required, as generators take it': {
    check: document => names(objects(document).filter(([, node]) => 'default' in node)),
    plant: document => { schema(document, 'Loss').default = 'mse'; },
  },
  'every keyword is known to each version of the validator': {
    check: document => names(objects(document).filter(([, node]) => newKeywords.some(key => key in node))),
    plant: document => { schema(document, 'Vector').prefixItems = []; },
  },
  'the codes of problems are the closed list': {
    check: document => difference(kinds(document).map(([code]) => code), problemCodes.filter(code => !neverSeen.includes(code))),
    plant: document => { schema(document, 'Problem').discriminator.mapping.teapot = '#/components/schemas/NotFinite'; },
  },
  'the code tells the kind of a problem': {
    check: document => kinds(document).filter(([code, {type, properties}]) => type !== 'object' || properties.code.const !== code ||
      properties.type.const !== `/problems/${code.replaceAll('_', '-')}` || !properties.status.const).map(([code]) => code),
    plant: document => { schema(document, 'NotFoundProblem').properties.code.const = 'not_finite'; },
  },
  'of several kinds of problem the code tells which': {
    check: document => objects(document).filter(([, {oneOf = [], discriminator = {mapping: {}}}]) =>
      isProblem(oneOf[0]?.$ref, document) && difference(oneOf.map(({$ref}) => $ref), Object.values(discriminator.mapping)).length > 0).map(([way]) => way),
    plant: document => { delete document.components.responses.Unprocessable.content['application/problem+json'].schema.discriminator; },
  },
  'the codes of faults are the closed list': {
    check: document => difference(schema(document, 'FaultCode').enum, faultCodes),
    plant: document => { schema(document, 'FaultCode').enum.pop(); },
  },
  'every problem that can happen has an example': {
    check: document => {
      const shown = Object.values(document.components.examples).map(({value}) => value.code).filter(Boolean);
      return difference([...new Set(shown)], problemCodes.filter(code => !neverSeen.includes(code)));
    },
    plant: document => { delete document.components.examples.not_finite; },
  },
  'HEAD and OPTIONS stand there once, in words': {
    check: document => [...names(Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).filter(key => key !== 'parameters' && !methods.includes(key)).map(key => [`${key} ${path}`]))),
    ...['## HEAD and OPTIONS', 'also has HEAD', 'has OPTIONS'].filter(words => !chapters(document).includes(words))],
    plant: document => { document.paths['/version'].head = document.paths['/version'].get; },
  },
  'what every file of a client repeats is short': {
    check: document => document.info.description.length > 800 ? ['info'] : [],
    plant: document => { document.info.description += chapters(document); },
  },
  'any request may be late, and may need a token': {
    check: document => names(operations(document).filter(([, operation]) => {
      const {responses: all, security} = operation.node;
      return !all['408'] || !all['401'] || security;
    })),
    plant: document => { delete document.paths['/livez'].get.responses['401']; },
  },
  'any request may name a wrong host, but for those about health': {
    check: document => names(operations(document).filter(([name, operation]) =>
      !operation.node.responses['421'] !== / \/(livez|healthz|readyz)$/.test(name))),
    plant: document => { delete document.paths['/step'].post.responses['421']; },
  },
  'every path that calculates is a link of GET /': {
    check: document => Object.entries(document.paths).filter(([path, item]) => item.post &&
      !Object.values(schema(document, 'Links').properties).some(link => `/${link.const}` === path)).map(([path]) => path),
    plant: document => { delete schema(document, 'Links').properties.step; },
  },
  'who gets an ETag may get 304': {
    check: document => names(operations(document).filter(([, operation]) =>
      !operation.get('responses', '200', 'headers', 'ETag') !== !operation.node.responses['304'])),
    plant: document => { delete document.paths['/openapi.json'].get.responses['304']; },
  },
  'every component is used': {
    check: document => {
      const schemes = document.security.flatMap(Object.keys).map(name => `#/components/securitySchemes/${name}`);
      const used = new Set([...objects(document, '#', true).map(([, node]) => node.$ref), ...schemes]);
      used.add('#/components/schemas/Problem'); // for clients: it names all kinds
      return Object.entries(document.components).flatMap(([kind, parts]) => Object.keys(parts).map(name => `#/components/${kind}/${name}`))
        .filter(ref => !used.has(ref));
    },
    plant: document => { document.components.schemas.Spare = {type: 'string'}; },
  },
  'every fault code is explained': {
    check: document => faultCodes.filter(code => !schema(document, 'FaultCode').description.includes(`\`${code}\``)),
    plant: document => { schema(document, 'FaultCode').description = ''; },
  },
};

test('YAML 1.1 and YAML 1.2 read the document alike', () => {
  const text = readFileSync(contractFile, 'utf8');
  assert.deepEqual(parseYaml(text, {version: '1.1'}), parseYaml(text));
  assert.notDeepEqual(parseYaml('{no: 1}', {version: '1.1'}), parseYaml('{no: 1}'));
});

for (const [name, {check, plant}] of Object.entries(rules)) {
  test(name, () => assert.deepEqual(check(readContract()), []));
  test(`${name}: a breach is seen`, () => {
    const document = readContract();
    plant(document);
    assert.notDeepEqual(check(document), []);
  });
}
