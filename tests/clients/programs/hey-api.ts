// What a user writes who calls by functions that @hey-api/openapi-ts makes.
import * as service from './client';
import {client} from './client/client.gen';
import type {BackwardRequest, ExplainReply, Network, Problem, Service} from './client';
import {network as numbers, samples} from './example';
import {summaryOf, summaryOfRead} from './summary';

const network: Network = {...numbers, activations: ['relu', 'identity']};

/** The data of a reply, or an error that says what the service said. */
function dataOf<T>({data, error}: {data?: T; error?: unknown}): NonNullable<T> {
  if (data === undefined || data === null) throw new Error(JSON.stringify(error));
  return data;
}

/** How a user tells the kinds of problem apart: each has members of its own. */
function inWords(problem: Problem): string {
  switch (problem.code) {
    case 'invalid_json': return `line ${problem.line.toFixed()}`;
    case 'invalid_request': return problem.errors.map(({pointer}) => pointer).join(' ');
    case 'not_finite': return `${problem.tensor}[${problem.index.join('][')}]`;
    case 'not_acceptable': return problem.expected.join(' ');
    case 'body_too_large': return problem.limit.toFixed();
    default: return problem.detail;
  }
}

export async function calculate(baseUrl: string) {
  client.setConfig({baseUrl});
  const stepped = dataOf(await service.step({body: {network, samples, learning_rate: 0.1, steps: 3, frozen: ['b1']}}));
  const answers = {samples: [{dL_dy_hat: [-0.225, -0.275, '-0,0125', null]}]};
  return summaryOf({
    forward: dataOf(await service.forward({body: {network, samples}})),
    backward: dataOf(await service.backward({body: {network, samples, options: {reduction: 'sum'}}})),
    stepped,
    next: dataOf(await service.step({body: {network: stepped.network, samples, learning_rate: 0.1}})),
    explained: dataOf(await service.explain({body: {network, samples}})) as ExplainReply, // of several representations that of JSON
    graded: dataOf(await service.grade({body: {network, samples, answers, marking: {weights: {dL_dy_hat: 2}}}})),
    checked: dataOf(await service.check({body: {network, samples, gradients: {b2: [-0.45, -0.55, -0.025, 7]}}})),
    drawn: dataOf(await service.exercise({body: {sizes: [2, 3, 1], seed: 7}})),
    review: dataOf(await service.exerciseReview({body: {network, samples}})),
  });
}

export async function read(baseUrl: string) {
  client.setConfig({baseUrl});
  return summaryOfRead({
    service: dataOf(await service.index()) as Service,
    examples: dataOf(await service.listExamples()),
    example: dataOf(await service.getExample({path: {name: 'textbook'}})),
    catalogue: dataOf(await service.mistakes()),
    document: dataOf(await service.openapiJson()),
    version: dataOf(await service.version({headers: {'X-Request-Id': 'a-client'}})),
    health: [dataOf(await service.livez()), dataOf(await service.healthz()), dataOf(await service.readyz())],
    texts: [
      dataOf(await service.getPageFile({path: {file: 'main.js'}, parseAs: 'text'})) as unknown as string, // a Blob, since it may be an image
      dataOf(await service.openapiYaml({parseAs: 'text'})),
      dataOf(await service.mistake({path: {code: 'transposed'}})),
      dataOf(await service.problems()),
      dataOf(await service.problem({path: {slug: 'not-finite'}})),
      dataOf(await service.metrics()),
    ],
  });
}

/** Each kind of problem that a client comes upon, as its code and in words. */
export async function fail(baseUrl: string) {
  client.setConfig({baseUrl});
  const replies = [
    await service.forward({body: {network, samples}, bodySerializer: () => '{"network": {},\n "samples": [1,]}'}),
    await service.backward({body: {network: {...network, W2: numbers.W2.slice(1)}, samples}}),
    await service.forward({body: {network: {W1: [[1e308]], b1: [1e308]}, samples: [{x: [1e10]}]}}),
    await service.explain({body: {network, samples}, headers: {Accept: 'image/png'}}),
    await service.forward({body: {network, samples}, headers: {'Content-Type': 'application/xml'}}),
    await service.mistake({path: {code: 'unheard_of'}}),
  ];
  return replies.map(({error}) => error && [error.code, inWords(error)]);
}

/** What the types refuse: without the error that is expected, this file does not compile. */
export const refused: BackwardRequest[] = [
  // @ts-expect-error a vector is no matrix
  {network: {W1: [1, 2], b1: [0]}, samples},
  // @ts-expect-error a name is misspelled
  {network: {...numbers, w3: [[1]]}, samples},
  // @ts-expect-error a sample without a target
  {network, samples: [{x: [1, 0, 1, 1]}]},
  {network, samples, options: {}}, // no option is required
];
