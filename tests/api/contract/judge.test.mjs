// The judge itself on trial: an honest exchange passes, and each planted bug is seen.
import assert from 'node:assert/strict';
import test from 'node:test';
import {Cursor, makeJudge, readContract} from './judge.mjs';

const document = readContract();
const root = new Cursor(document);
const judge = makeJudge(document);
const example = name => structuredClone(document.components.examples[name].value);

function documentedHeaders(response, type) {
  const entries = response.get('headers').entries().filter(([, header]) => header.node.required).map(([name, header]) =>
    [name.toLowerCase(), String(header.node.example ?? header.node.schema.const ?? header.node.schema.enum[0])]);
  return {'access-control-allow-origin': '*', ...Object.fromEntries(entries), ...(type && {'content-type': type})};
}

/** An exchange as documented, with bodies as values so that bugs are easy to plant. */
function honest(method, path, request, status, reply) {
  const documented = method === 'HEAD' ? 'get' : method.toLowerCase();
  const response = root.get('paths', path, documented, 'responses', String(status)) ??
    root.get('x-otherwise', status === 204 ? 'options' : path ? 'unknown-method' : 'unknown-path');
  const [type] = Object.keys(response.node.content ?? {});
  return {method, path, requestHeaders: {'content-type': 'application/json'}, request, status, headers: documentedHeaders(response, type), reply};
}

function verdict({request, reply, requestBody, body, ...exchange}) {
  const text = value => value === undefined ? '' : JSON.stringify(value);
  const line = value => value === undefined ? '' : `${JSON.stringify(value)}\n`;
  return judge({requestBody: requestBody ?? text(request), body: body ?? line(reply), ...exchange});
}

const varied = exchange => ({...exchange, headers: {...exchange.headers, vary: 'Accept'}});
const forward = () => honest('POST', '/forward', example('TextbookRequest'), 200, example('TextbookForwardReply'));
const backward = () => honest('POST', '/backward', example('TextbookRequest'), 200, example('TextbookBackwardReply'));
const step = () => honest('POST', '/step', example('TextbookStepRequest'), 200, example('TextbookStepReply'));
const fault = () => honest('POST', '/backward', {}, 422, example('shape_mismatch'));
const token = () => honest('POST', '/forward', example('TextbookRequest'), 401, example('unauthorized'));
const late = () => honest('GET', '/', undefined, 408, example('request_timeout'));
const unchanged = () => honest('GET', '/openapi.json', undefined, 304, undefined);
const listed = headers => ({...forward(), requestHeaders: {origin: 'https://a.example'}, origins: 'https://a.example, null',
  headers: {...forward().headers, 'access-control-allow-origin': 'https://a.example', vary: 'Origin', ...headers}});
const long = () => {
  const request = {...example('TextbookRequest'), samples: Array(40).fill(example('TextbookRequest').samples[0])};
  const reply = {...example('TextbookForwardReply'), samples: Array(40).fill(example('TextbookForwardReply').samples[0])};
  const exchange = {...forward(), request, reply, requestHeaders: {'accept-encoding': 'gzip'}};
  return {...exchange, headers: {...exchange.headers, vary: 'Accept-Encoding', 'content-encoding': 'gzip'}};
};
const preflight = () => ({...honest('OPTIONS', '', undefined, 204, undefined), path: '/nowhere',
  headers: {...documentedHeaders(root.get('x-otherwise', 'options')), allow: 'GET, HEAD, POST, OPTIONS', 'access-control-allow-methods': 'GET, HEAD, POST, OPTIONS'}});
const missing = () => ({...honest('GET', '', undefined, 404, example('not_found')), path: '/nowhere'});

const honestOnes = {forward, backward, step, fault, missing, preflight, token, late, unchanged, listed, long,
  'no token on an unknown path': () => ({...token(), path: '/nowhere'}),
  'a foreign origin': () => ({...listed({'access-control-allow-origin': undefined}), requestHeaders: {origin: 'null '}}),
  'long and plain': () => ({...long(), headers: {...long().headers, 'content-encoding': undefined}}),
  'prediction': () => honest('POST', '/forward', example('PredictRequest'), 200, example('PredictReply')),
  'batch': () => honest('POST', '/backward', example('BatchRequest'), 200, example('BatchReply')),
  'index': () => varied(honest('GET', '/', undefined, 200, example('Index'))),
  'HEAD': () => honest('HEAD', '/version', undefined, 200, undefined),
  'HEAD of a file': () => honest('HEAD', '/openapi.json', undefined, 200, undefined),
  'OPTIONS': () => honest('OPTIONS', '/step', undefined, 204, undefined),
  'query': () => ({...honest('GET', '/version', undefined, 200, example('Version')), path: '/version?a=/b'}),
  'wrong method': () => honest('DELETE', '/forward', undefined, 405, example('method_not_allowed')),
  'text that is no JSON': () => ({...honest('POST', '/forward', undefined, 400, example('invalid_json')), requestBody: '{'}),
};

for (const [name, make] of Object.entries(honestOnes)) {
  test(`an honest exchange passes: ${name}`, () => assert.deepEqual(verdict(make()), []));
}

/** Name: [honest exchange, what is planted, what the judge must say]. */
const plants = {
  'a status that is not documented': [forward, e => { e.status = 500; }, /status 500 is not documented/],
  '204 for GET on an unknown path': [preflight, e => { e.method = 'GET'; }, /status 204 is not documented/],
  'a success on an unknown path': [missing, e => { e.status = 200; }, /status 200 is not documented/],
  'another content type': [forward, e => { e.headers['content-type'] = 'text/html'; }, /content type text\/html/],
  'a header missing': [forward, e => { delete e.headers['x-request-id']; }, /header X-Request-Id is missing/],
  'a header wrong': [forward, e => { e.headers['cache-control'] = 'public'; }, /header Cache-Control: public/],
  'a reply that is not JSON': [forward, e => { e.body = '{"dead":\n'; }, /not JSON/],
  'NaN in a reply': [forward, e => { e.body = `${JSON.stringify(e.reply).replace('0.5', 'NaN')}\n`; }, /not JSON/],
  'a negative zero': [forward, e => { e.body = `${JSON.stringify(e.reply).replace('[0,', '[-0,')}\n`; }, /laid out/],
  'too many digits': [forward, e => { e.body = `${JSON.stringify(e.reply).replace('0.5', '0.50000000000000001')}\n`; }, /laid out/],
  'no newline at the end': [forward, e => { e.body = JSON.stringify(e.reply); }, /one newline/],
  'two newlines at the end': [token, e => { e.body = `${JSON.stringify(e.reply)}\n\n`; }, /one newline/],
  'Vary: Accept on a path with one representation': [forward, e => { e.headers.vary = 'Accept'; }, /where Accept does not matter/],
  'a member missing': [backward, e => { delete e.reply.parameters; }, /parameters/],
  'a member too many': [backward, e => { e.reply.extra = 1; }, /extra/],
  'a member of a sample missing': [backward, e => { delete e.reply.samples[0].dL_dz2; }, /dL_dz2/],
  'members in another order': [backward, e => { const {loss, ...rest} = e.reply; e.reply = {...rest, loss}; }, /has the members/],
  'a loss that nobody asked for': [forward, e => { delete e.request.samples[0].y; }, /has the members/],
  'samples that are not included': [backward, e => { e.request.include = []; }, /has the members/],
  'null for a number': [backward, e => { e.reply.gradients.b1[0] = null; }, /must be number/],
  'a reason that is not listed': [backward, e => { e.reply.why_zero.b1[0] = 'bored'; }, /must be equal to one of the allowed values/],
  'a gradient transposed': [backward, e => { e.reply.gradients.W1 = e.reply.gradients.W1[0].map((_, j) => e.reply.gradients.W1.map(row => row[j])); }, /gradients\/W1 is 3 x 4, not 4 x 3/],
  'a ragged gradient': [backward, e => { e.reply.gradients.W1[1].pop(); }, /ragged/],
  'a sample lost': [backward, e => { e.request.samples.push(e.request.samples[0]); }, /not one for each/],
  'a count that is wrong': [backward, e => { e.reply.parameters.nonzero = 11; e.reply.parameters.zero = 20; }, /nonzero does not agree/],
  'reasons that do not add up': [backward, e => { e.reply.parameters.zero_because.input_zero = 2; }, /add up/],
  'a reason for what is not zero': [backward, e => { e.reply.why_zero.b1[2] = 'neuron_dead'; }, /why_zero does not agree/],
  'dead of a layer that is not relu': [backward, e => { e.reply.dead.y_hat = [false, false, false, false]; }, /\/dead has the members/],
  'too few flags in dead': [backward, e => { e.reply.dead.h1.pop(); }, /\/dead\/h1 has 2 entries/],
  'a step too few in losses': [step, e => { e.request.steps = 2; }, /not one more than steps/],
  'a loss_after of another time': [step, e => { e.reply.loss_after = 7; }, /does not agree with loss_before/],
  'a unit that does not exist': [step, e => { e.reply.newly_dead.h1 = [3]; }, /newly_dead/],
  'activations that were not posted': [step, e => { e.reply.network.activations = ['relu', 'identity']; }, /\/network has the members/],
  'a problem of another status': [fault, e => { e.reply.status = 400; }, /must be equal to constant/],
  'a problem of another type': [fault, e => { e.reply.type = '/problems/not-finite'; }, /must be equal to constant/],
  'a problem with a code not listed': [missing, e => { e.reply.code = 'lost'; }, /must be equal to constant/],
  'a problem as plain JSON': [fault, e => { e.headers['content-type'] = 'application/json'; }, /content type application\/json/],
  'a fault without pointer': [fault, e => { delete e.reply.errors[0].pointer; }, /pointer/],
  '21 faults': [fault, e => { e.reply.errors = Array(21).fill(e.reply.errors[0]); }, /more than 20/],
  'a body for HEAD': [honestOnes.HEAD, e => { e.body = '{}'; }, /a body where there must be none/],
  'HEAD without a header of GET': [honestOnes['HEAD of a file'], e => { delete e.headers.etag; }, /header ETag is missing/],
  'HEAD with a status that GET has not': [honestOnes.HEAD, e => { e.status = 204; }, /status 204 is not documented/],
  'HEAD where GET is not': [honestOnes.HEAD, e => { e.path = '/step'; }, /status 200 is not documented/],
  'another Allow': [honestOnes.OPTIONS, e => { e.headers.allow = 'GET'; }, /header Allow/],
  'the Allow of another path': [honestOnes.OPTIONS, e => { e.headers.allow = 'GET, HEAD, OPTIONS'; }, /header allow.* of \/step are POST, OPTIONS/],
  'the methods of another path for scripts': [honestOnes.OPTIONS, e => { e.headers['access-control-allow-methods'] = 'GET, HEAD, OPTIONS'; }, /header access-control-allow-methods/],
  'the Allow of another path with 405': [honestOnes['wrong method'], e => { e.headers.allow = 'GET, HEAD, OPTIONS'; }, /header allow/],
  'OPTIONS without Allow': [honestOnes.OPTIONS, e => { delete e.headers.allow; }, /header Allow is missing/],
  'OPTIONS with another status': [honestOnes.OPTIONS, e => { e.status = 200; }, /status 200 is not documented/],
  'OPTIONS with a body': [honestOnes.OPTIONS, e => { e.body = '{}'; }, /a body where there must be none/],
  'OPTIONS that needs a token': [honestOnes.OPTIONS, e => { e.status = 401; }, /status 401 is not documented/],
  'OPTIONS of health with a wrong host': [honestOnes.OPTIONS, e => { Object.assign(e, {path: '/livez', status: 421}); }, /status 421 is not documented/],

  'a foreign origin told': [listed, e => { e.requestHeaders.origin = 'https://b.example'; }, /origin that is allowed/],
  'a star where there is a list': [listed, e => { e.headers['access-control-allow-origin'] = '*'; }, /origin that is allowed/],
  'an origin of the list not told': [listed, e => { delete e.headers['access-control-allow-origin']; }, /origin that is allowed/],
  'no star': [forward, e => { delete e.headers['access-control-allow-origin']; }, /origin that is allowed/],
  'no Vary for a list': [listed, e => { delete e.headers.vary; }, /Vary/],
  'Vary: Origin without a list': [forward, e => { e.headers.vary = 'Origin'; }, /Vary/],
  'compressed unasked': [long, e => { e.requestHeaders = {}; }, /does not ask/],
  'compressed without Vary': [long, e => { delete e.headers.vary; }, /Vary/],
  'compressed where it is not documented': [token, e => { e.headers['content-encoding'] = 'gzip'; }, /not documented/],
  'another encoding': [long, e => { e.headers['content-encoding'] = 'br'; }, /header Content-Encoding: br/],
  'a short reply that depends on the encoding': [forward, e => { e.headers.vary = 'Accept-Encoding'; }, /Vary/],
  'a strong ETag': [unchanged, e => { e.headers.etag = '"0123456789abcdef"'; }, /header ETag/],
  'a file that is not to be kept': [unchanged, e => { e.headers['cache-control'] = 'no-store'; }, /header Cache-Control/],
  'a body with 304': [unchanged, e => { e.body = '{}'; }, /a body where there must be none/],
  'no challenge': [token, e => { delete e.headers['www-authenticate']; }, /header WWW-Authenticate is missing/],
  'late and kept open': [late, e => { delete e.headers.connection; }, /header Connection is missing/],
  'kept and closed': [forward, e => { Object.assign(e.headers, {connection: 'close', 'keep-alive': 'timeout=75'}); }, /with Connection: close and Keep-Alive/],
  'kept for ever': [forward, e => { Object.assign(e.headers, {connection: 'Keep-Alive', 'keep-alive': 'timeout=0'}); }, /header Keep-Alive/],
  'kept, which Connection does not name': [forward, e => { e.headers['keep-alive'] = 'timeout=75'; }, /Keep-Alive with Connection: undefined/],
  'no timing': [forward, e => { delete e.headers['server-timing']; }, /header Server-Timing is missing/],
  'timing in seconds': [forward, e => { e.headers['server-timing'] = 'parse;dur=1'; }, /header Server-Timing/],

  'text that is no JSON accepted': [forward, e => { e.requestBody = '{'; }, /2xx for a body that is not JSON/],
  'an image accepted': [forward, e => { e.requestHeaders['content-type'] = 'image/png'; }, /2xx for a body of type image\/png/],
  'an unknown member accepted': [forward, e => { e.request.extra = 1; }, /2xx for a wrong body.*extra/],
  'a missing member accepted': [step, e => { delete e.request.learning_rate; }, /2xx for a wrong body.*learning_rate/],
  'a learning rate accepted by /forward': [forward, e => { e.request.learning_rate = 1; }, /2xx for a wrong body/],
  'a missing target accepted': [backward, e => { delete e.request.samples[0].y; }, /2xx for a wrong body/],
  'a layer left out accepted': [forward, e => { e.request.network.W4 = [[1]]; e.request.network.b4 = [1]; }, /2xx for a wrong body/],
  'a string for a number accepted': [forward, e => { e.request.network.b1[0] = '1'; }, /2xx for a wrong body.*must be number/],
  'a number out of range accepted': [step, e => { e.request.steps = 0; }, /2xx for a wrong body.*>= 1/],
  'a number beyond the largest double accepted': [forward, e => { e.requestBody = JSON.stringify(e.request).replace('0.2', '1e400'); }, /2xx for a wrong body.*must be number/],
  'a ragged matrix accepted': [forward, e => { e.request.network.W1[1].pop(); }, /2xx for a wrong body.*ragged/],
  'a shape mismatch accepted': [forward, e => { e.request.network.W2.pop(); }, /2xx for a wrong body.*W2 is 2 x 4, not 3 x 4/],
  'an input too short accepted': [forward, e => { e.request.samples[0].x.pop(); }, /2xx for a wrong body.*3 numbers for 4 inputs/],
  'activations too few accepted': [forward, e => { e.request.network.activations = ['relu']; }, /2xx for a wrong body.*not one a layer/],
};

for (const [name, [make, plant, says]] of Object.entries(plants)) {
  test(`a planted bug is seen: ${name}`, () => {
    const exchange = make();
    plant(exchange);
    assert.match(verdict(exchange).join('\n'), says);
  });
}
