// What a program takes out of the replies. The types are those that a reader of openapi.yaml expects: a client whose own
// types are looser does not compile.
type Matrix = number[][];
type Mark = 'right' | 'follows' | 'wrong' | null;

interface Network {
  W1: Matrix;
  W2?: Matrix | undefined;
  b1: number[] | null;
}

export interface Calculated {
  forward: {loss?: number | undefined; samples?: {z1: number[]}[] | undefined};
  backward: {
    gradients: Network;
    dead: {h1?: boolean[] | undefined};
    parameters: {nonzero: number};
    why_zero?: {b1: ('neuron_dead' | 'error_zero' | 'saturated' | 'source_dead' | 'input_zero' | 'underflow' | 'mixed' | 'cancels' | null)[] | null} | undefined;
    samples?: {dL_dh1?: number[] | undefined; dh1_dz1?: number[] | undefined; dy_hat_dz2?: number[] | Matrix | undefined}[] | undefined;
  };
  stepped: {network: Network; losses: number[]; loss_after: number};
  next: {loss_before: number};
  explained: {steps: {tensor: string; line: number | null}[]};
  graded: {mistakes: {code: string; steps: string[]}[]; marks?: {samples?: {[step: string]: Mark | Mark[] | Mark[][]}[] | undefined} | undefined};
  checked: {counts: {mismatch: number}; check: {b2?: {verdict: 'ok' | 'kink' | 'mismatch'}[] | null | undefined}};
  drawn: {body: {network: Network}};
  review: {hidden: {code: string; step: string}[]};
}

export function summaryOf({forward, backward, stepped, next, explained, graded, checked, drawn, review}: Calculated) {
  const sample = backward.samples?.[0];
  return {
    loss: forward.loss,
    z1: forward.samples?.[0]?.z1[2],
    gradient: backward.gradients.W1[0]?.[2],
    layer2: backward.gradients.W2?.[2]?.[0],
    reason: backward.why_zero?.b1?.[0],
    gate: sample?.dh1_dz1?.[2],
    dL_dh1: sample?.dL_dh1?.[1],
    dead: backward.dead.h1?.[0],
    nonzero: backward.parameters.nonzero,
    losses: stepped.losses.length,
    kept: stepped.network.b1?.[0],
    goesOn: next.loss_before === stepped.loss_after,
    firstStep: explained.steps[0]?.tensor,
    mistake: graded.mistakes[0]?.code,
    marks: graded.marks?.samples?.[0]?.dL_dy_hat,
    mismatches: checked.counts.mismatch,
    verdict: checked.check.b2?.[3]?.verdict,
    layers: drawn.body.network.W2?.length,
    hidden: review.hidden.length,
  };
}

export interface Read {
  service: {limits: {layers: number}; links: {backward: 'backward'}};
  examples: {printed: {[pointer: string]: string}}[];
  example: {network: Network};
  catalogue: {mistakes: {code: string}[]};
  document: {openapi?: unknown};
  version: {name: 'backpropd'};
  health: {status: 'ok' | 'ready'}[];
  texts: string[];
}

export function summaryOfRead({service, examples, example, catalogue, document, version, health, texts}: Read) {
  return {
    layers: service.limits.layers,
    link: service.links.backward,
    printed: examples[0]?.printed['/loss'],
    W1: example.network.W1[0]?.[0],
    code: catalogue.mistakes[0]?.code,
    document: document.openapi,
    version: version.name,
    health: health.map(({status}) => status),
    texts: texts.filter(text => text.length > 0).length,
  };
}
