// What a user writes who calls by functions that orval makes.
import * as client from './client';
import {network as numbers, samples} from './example';
import {fetcher, service} from './fetcher';
import type {BackwardRequest, Catalogue, ExplainReply, Network, Problem, Service} from './model';
import {summaryOf, summaryOfRead} from './summary';

const network: Network = {...numbers, activations: ['relu', 'identity']};

/** The data of a reply, or an error that says what the service said. */
function dataOf<T extends {data: unknown; status: number}>(reply: T): Extract<T, {status: 200}>['data'] {
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.data));
  return reply.data as Extract<T, {status: 200}>['data'];
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
  service.url = baseUrl;
  const stepped = dataOf(await client.step({network, samples, learning_rate: 0.1, steps: 3, frozen: ['b1']}));
  const answers = {samples: [{dL_dy_hat: [-0.225, -0.275, '-0,0125', null]}]};
  return summaryOf({
    forward: dataOf(await client.forward({network, samples})),
    backward: dataOf(await client.backward({network, samples, options: {reduction: 'sum'}})),
    stepped,
    next: dataOf(await client.step({network: stepped.network, samples, learning_rate: 0.1})),
    explained: dataOf(await client.explain({network, samples})) as ExplainReply, // of several representations that of JSON
    graded: dataOf(await client.grade({network, samples, answers, marking: {weights: {dL_dy_hat: 2}}})),
    checked: dataOf(await client.check({network, samples, gradients: {b2: [-0.45, -0.55, -0.025, 7]}})),
    drawn: dataOf(await client.exercise({sizes: [2, 3, 1], seed: 7})),
    review: dataOf(await client.exerciseReview({network, samples})),
  });
}

export async function read(baseUrl: string) {
  service.url = baseUrl;
  return summaryOfRead({
    service: dataOf(await client.index()) as Service,
    examples: dataOf(await client.listExamples()),
    example: dataOf(await client.getExample('textbook')),
    catalogue: dataOf(await client.mistakes()) as Catalogue,
    document: dataOf(await client.openapiJson()),
    version: dataOf(await client.version()),
    health: [dataOf(await client.livez()), dataOf(await client.healthz()), dataOf(await client.readyz())],
    texts: [
      dataOf(await client.getPageFile('main.js')),
      dataOf(await client.openapiYaml()),
      dataOf(await client.mistake('transposed')),
      dataOf(await client.problems()),
      dataOf(await client.problem('not-finite')),
      dataOf(await client.metrics()),
    ],
  });
}

/** Each kind of problem that a client comes upon, as its code and in words. */
export async function fail(baseUrl: string) {
  service.url = baseUrl;
  const replies = [
    await fetcher<client.forwardResponse>(client.getForwardUrl(), {method: 'POST', body: '{"network": {},\n "samples": [1,]}'}),
    await client.backward({network: {...network, W2: numbers.W2.slice(1)}, samples}),
    await client.forward({network: {W1: [[1e308]], b1: [1e308]}, samples: [{x: [1e10]}]}),
    await client.explain({network, samples}, {headers: {Accept: 'image/png'}}),
    await client.forward({network, samples}, {headers: {'Content-Type': 'application/xml'}}),
    await client.mistake('unheard_of'),
  ];
  return replies.map(reply => reply.status !== 200 && [reply.data.code, inWords(reply.data)]);
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
