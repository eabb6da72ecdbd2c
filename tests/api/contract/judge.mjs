// Judges one exchange by openapi.yaml: the reply must be as documented, and a request that the contract
// calls wrong must not be answered with 2xx.
import {readFileSync} from 'node:fs';
import {describe, makeAjv, parseYaml} from '../../support/library.mjs';
import {wrongShapes, wrongReply} from './shapes.mjs';

export const contractFile = new URL('../../../openapi.yaml', import.meta.url);

export function readContract() {
  return parseYaml(readFileSync(contractFile, 'utf8'));
}

/** What the document says in chapters, which are tags: generators of clients repeat what is in `info`. */
export const chapters = ({tags}) => tags.map(({name, description}) => `## ${name}\n${description}`).join('\n');

/** The paths that calculate, in the document's order. */
export const calculations = Object.entries(readContract().paths).filter(([, item]) => item.post).map(([path]) => path);

const readAsJson = /^(application\/(json|x-www-form-urlencoded|[^;\s]+\+json)|text\/(json|plain))\s*(;|$)/i;
const essence = type => (type ?? '').split(';')[0].trim().toLowerCase();
const escaped = key => key.replaceAll('~', '~0').replaceAll('/', '~1');

function parsed(text) {
  try {
    return {value: JSON.parse(text)};
  } catch (error) {
    return {error: error.message};
  }
}

/** A way through the document that remembers where it is and follows references. */
export class Cursor {
  constructor(document, pointer = '', node = document) {
    Object.assign(this, {document, pointer, node});
  }

  get(...keys) {
    return keys.reduce((here, key) => here?.child(key), this);
  }

  child(key) {
    const node = this.node?.[key];
    if (node === undefined) return undefined;
    if (typeof node?.$ref === 'string') return new Cursor(this.document).follow(node.$ref);
    return new Cursor(this.document, `${this.pointer}/${escaped(key)}`, node);
  }

  follow(ref) {
    const keys = ref.slice(2).split('/').map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    return this.get(...keys);
  }

  entries() {
    return Object.keys(this.node).map(key => [key, this.child(key)]);
  }
}

/** Compiles the schemas of the document on demand. */
export class Schemas {
  #ajv = makeAjv();
  #compiled = new Map();

  constructor(document) {
    this.#ajv.addSchema(document, 'contract');
  }

  /** What is wrong with the value, as lines; none if nothing is. */
  faults(schema, value) {
    const check = this.#compiled.get(schema.pointer) ?? this.#compile(schema.pointer);
    if (check(value)) return [];
    return check.errors.slice(0, 5).map(describe);
  }

  #compile(pointer) {
    const check = this.#ajv.compile({$ref: `contract#${encodeURI(pointer)}`});
    this.#compiled.set(pointer, check);
    return check;
  }
}

export function findPath(document, target) {
  const path = target.split('?')[0];
  if (document.paths[path]) return path;
  return Object.keys(document.paths).find(template => template.includes('{') &&
    new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path));
}

/** The operation that documents a method: HEAD has that of GET. */
const operationOf = (root, path, method) => path && root.get('paths', path, method === 'HEAD' ? 'get' : method.toLowerCase());

/** The methods of a path, as Allow lists them. */
function methodsOf(item) {
  return [item.get && 'GET', item.get && 'HEAD', item.post && 'POST', 'OPTIONS'].filter(Boolean).join(', ');
}

/** A path of the document with something that is there for its parameter. */
export const concrete = path => path.replace('{slug}', 'not-finite').replace('{name}', 'textbook').replace('{code}', 'transposed').replace('{file}', 'numbers.js');

/** Each method of each path, with the operation that documents it (none for OPTIONS) and the status of its success. */
export function everyMethod(root) {
  return root.get('paths').entries().flatMap(([path, item]) => methodsOf(item.node).split(', ').map(method => {
    const operation = operationOf(root, path, method);
    const success = operation ? Object.keys(operation.node.responses).find(status => status.startsWith('2')) : '204';
    return {path, method, operation, success: Number(success)};
  }));
}

/** OPTIONS has no operations: it answers on each path and on unknown ones, needs no token, and any host on the paths that take any. */
function findOptions(root, path, status) {
  const item = root.node.paths[path];
  if (status === 204) return root.get('x-otherwise', 'options');
  if (status === 401 || (status === 421 && item && !(item.get ?? item.post).responses['421'])) return undefined;
  return findOtherwise(root, status);
}

const findOtherwise = (root, status) => root.get('x-otherwise', String(status));

function findResponse(root, method, path, status) {
  const operation = operationOf(root, path, method);
  if (operation) return operation.get('responses', String(status));
  if (method === 'OPTIONS') return findOptions(root, path, status);
  if (status === 404 && !path) return root.get('x-otherwise', 'unknown-path');
  if (status === 405 && path) return root.get('x-otherwise', 'unknown-method');
  return findOtherwise(root, status);
}

/** Where methods are listed, they are those of the path, or all of an unknown one. */
function wrongMethods(document, path, headers) {
  const want = path ? methodsOf(document.paths[path]) : 'GET, HEAD, POST, OPTIONS';
  return ['allow', 'access-control-allow-methods'].filter(name => headers[name] !== undefined && headers[name] !== want)
    .map(name => `header ${name}: ${headers[name]}, and the methods of ${path ?? 'an unknown path'} are ${want}`);
}

function wrongHeaders(schemas, response, headers) {
  return (response.get('headers')?.entries() ?? []).flatMap(([name, header]) => {
    const text = headers[name.toLowerCase()];
    if (text === undefined) return header.node.required ? [`header ${name} is missing`] : [];
    const schema = header.get('schema');
    const value = schema.node.type === 'integer' && /^\d+$/.test(text) ? Number(text) : text;
    return schemas.faults(schema, value).map(fault => `header ${name}: ${text}: ${fault}`);
  });
}

/** Only origins that the flag lists get an Access-Control-Allow-Origin. */
function wrongOrigin({status, requestHeaders, headers, origins}) {
  const asks = requestHeaders?.origin;
  const isNamed = status !== 408 && asks && origins !== 'none' && origins.split(',').map(name => name.trim()).includes(asks);
  const want = origins === '*' ? '*' : isNamed ? asks : undefined;
  const got = headers['access-control-allow-origin'];
  return got === want ? [] : [`the origin that is allowed is ${got}, not ${want}`];
}

/** Bytes from which on a reply is compressed: what is calculated at once costs time each time, a file does not. */
const compressedFrom = headers => headers.etag === undefined ? 4096 : 1024;

/** A path with several representations says so in each of its replies, but for one that is written beforehand. A path
 * with a name in it stands for several files, each of one type. */
function isNegotiated(root, path, status) {
  const operations = path && !path.includes('{') && status !== 408 ? Object.values(root.node.paths[path]) : [];
  return operations.some(({responses}) => Object.keys(responses?.['200']?.content ?? {}).length > 1);
}

/** Only replies that may be compressed are, for clients that accept it; and Vary names what the reply depends on. */
function wrongVary(response, negotiated, {requestHeaders, headers, body, origins}) {
  const isCompressed = headers['content-encoding'] !== undefined;
  const mayBe = response.get('headers', 'Content-Encoding') !== undefined;
  const names = (headers.vary ?? '').split(', ').filter(Boolean);
  const faults = [];
  if (isCompressed && !mayBe) faults.push('a Content-Encoding that is not documented');
  if (isCompressed && !/gzip|\*/i.test(requestHeaders?.['accept-encoding'] ?? '')) faults.push('compressed for one that does not ask for it');
  if (names.includes('Accept') !== negotiated) faults.push(`Vary: ${names} where Accept ${negotiated ? 'decides' : 'does not matter'}`);
  if (names.includes('Origin') !== (origins !== '*')) faults.push(`Vary: ${names} where ${origins} may call`);
  const byEncoding = body === '' ? undefined : mayBe && Buffer.byteLength(body) >= compressedFrom(headers); // without a body its size is not known
  if (byEncoding !== undefined && names.includes('Accept-Encoding') !== byEncoding) faults.push(`Vary: ${names} for ${Buffer.byteLength(body)} bytes`);
  return faults;
}

/** Only replies on kept connections have Keep-Alive. */
function wrongKeepAlive({status, headers}) {
  const isClosed = headers.connection?.toLowerCase() === 'close';
  const isKept = headers.connection?.toLowerCase() === 'keep-alive' && headers['keep-alive'] !== undefined;
  return isClosed && headers['keep-alive'] ? [`${status} with Connection: close and Keep-Alive: ${headers['keep-alive']}`]
    : headers['keep-alive'] && !isKept ? [`Keep-Alive with Connection: ${headers.connection}`] : [];
}

function wrongProblem(body, status) {
  if (body?.status !== status) return [`the problem's status is ${body?.status}, the reply's ${status}`];
  const type = `/problems/${String(body.code).replaceAll('_', '-')}`;
  return body.type === type ? [] : [`type ${body.type} does not go with code ${body.code}`];
}

function wrongBody(schemas, response, exchange) {
  const {method, status, headers, body} = exchange;
  const content = response.get('content');
  if (method === 'HEAD' || !content) return body === '' ? [] : ['a body where there must be none'];
  const type = essence(headers['content-type']);
  const media = content.get(type);
  if (!media) return [`content type ${type || '(none)'} is not documented`];
  if (!/[^\n]\n$/.test(body)) return ['the reply does not end with one newline'];
  if (!type.endsWith('json')) return schemas.faults(media.get('schema'), body);
  const {value, error} = parsed(body);
  if (error) return [`the reply is not JSON: ${error}`];
  const faults = schemas.faults(media.get('schema'), value).map(fault => `reply: ${fault}`);
  return status < 400 ? faults : [...faults, ...wrongProblem(value, status)];
}

function wrongSuccess(schemas, operation, exchange) {
  const {path, requestBody, requestHeaders} = exchange;
  const media = operation?.get('requestBody', 'content', 'application/json');
  if (!media || requestBody === undefined) return [];
  const type = requestHeaders['content-type'];
  if (type && !readAsJson.test(type)) return [`2xx for a body of type ${type}`];
  const request = parsed(requestBody.replace('\ufeff', '')); // a byte order mark before the text is skipped
  if (request.error) return [`2xx for a body that is not JSON: ${request.error}`];
  const faults = schemas.faults(media.get('schema'), request.value);
  if (faults.length === 0) faults.push(...wrongShapes(request.value));
  if (faults.length > 0) return faults.map(fault => `2xx for a wrong body: ${fault}`);
  return wrongReply(path.split('?')[0], request.value, exchange.body);
}

/**
 * Gives a function that takes an exchange {method, path, requestHeaders, requestBody, status, headers, body, origins}
 * (bodies as text, unpacked; names of headers in lower case; without requestBody the request is not judged; origins as
 * --cors-origin has them) and returns what is wrong with it, as lines.
 */
export function makeJudge(document = readContract()) {
  const root = new Cursor(document);
  const schemas = new Schemas(document);
  return asSeen => {
    const exchange = {origins: '*', ...asSeen};
    const {method, path: target, status, headers} = exchange;
    if (method === 'OPTIONS' && target === '*') return status === 204 ? [] : [`OPTIONS * got ${status}`];
    const path = findPath(document, target);
    const response = findResponse(root, method, path, status);
    if (!response) return [`status ${status} is not documented for ${method} ${target}`];
    const faults = [...wrongHeaders(schemas, response, headers), ...wrongOrigin(exchange), ...wrongVary(response, isNegotiated(root, path, status), exchange),
      ...wrongKeepAlive(exchange), ...wrongMethods(document, path, headers), ...wrongBody(schemas, response, exchange)];
    if (status >= 300 || faults.length > 0) return faults;
    return wrongSuccess(schemas, operationOf(root, path, method), exchange);
  };
}
