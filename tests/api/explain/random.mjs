// Random bodies for /explain, the same ones each time: every activation, loss and option.
export function bodies(n, seed = 1) {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const below = m => Math.floor(next() * m);
  const pick = list => list[below(list.length)];
  const number = () => pick([0, 1, -1, 0.5, Math.round(next() * 20 - 10) / 10, next() * 2 - 1, next() * 4 - 2]);
  const vector = (m, f = number) => Array.from({length: m}, f);
  const distribution = m => {
    const hot = below(m);
    return next() < 0.5 ? vector(m, (_, i) => Number(i === hot)) : vector(m, () => Math.round(next() * 8) / 8);
  };

  function body() {
    const depth = 1 + below(4);
    const sizes = vector(depth + 1, () => 1 + below(5));
    const activations = vector(depth, () => pick(['relu', 'relu', 'leaky_relu', 'sigmoid', 'tanh', 'identity']));
    activations[depth - 1] = pick([...activations, 'identity', 'softmax', 'sigmoid']);
    const losses = ['mse', 'sse', 'half_mse', 'half_sse'];
    if (activations[depth - 1] === 'softmax') losses.push('cross_entropy', 'cross_entropy', 'cross_entropy');
    if (activations[depth - 1] === 'sigmoid') losses.push('binary_cross_entropy', 'sum_binary_cross_entropy');
    const options = {loss: pick(losses), reduction: pick(['mean', 'sum']), layout: pick(['in_out', 'out_in']),
      round_decimals: pick([10, 10, 3, 0, null]), relu_at_zero: pick([0, 0, 0.5, 1])};
    const network = {activations};
    for (let k = 1; k <= depth; k++) {
      const rows = sizes[options.layout === 'in_out' ? k - 1 : k];
      const columns = sizes[options.layout === 'in_out' ? k : k - 1];
      network[`W${k}`] = vector(rows, () => vector(columns));
      network[`b${k}`] = next() < 0.2 ? null : vector(sizes[k]);
    }
    const kind = pick(['y', 'y', 'y', 'y', 'given', 'mixed', 'none']);
    const target = () => /entropy/.test(options.loss) ? distribution(sizes[depth]) : vector(sizes[depth]);
    const samples = vector(pick([1, 1, 2, 3]), () => {
      const sample = {x: vector(sizes[0])};
      if (kind === 'none') return sample;
      const is_given = kind === 'given' || (kind === 'mixed' && next() < 0.5);
      return is_given ? {...sample, dL_dy_hat: vector(sizes[depth])} : {...sample, y: target()};
    });
    const names = Object.keys(network).filter(name => name !== 'activations');
    const update = kind === 'none' || next() < 0.5 ? {}
      : {learning_rate: pick([0.1, 0.5, 1, 0]), frozen: names.filter(() => next() < 0.2)};
    const {activations: last, ...tensors} = network;
    return {network: {...tensors, activations: last}, samples, options, ...update};
  }
  return Array.from({length: n}, body);
}
