// How far the estimate of work is from the time that calculations take: 40 shapes of network, from one unit to
// the limits, in narrow and wide layers, with each activation, on all three paths.
import { body, fourDecimals, save } from './bodies.mjs';
import { figure, markdown } from './table.mjs';
import { alone, folder, say, tool } from './tools.mjs';

const PER_NANOSECOND = 30; // multiply-adds, as the limit counts them
const deep = Array(17).fill(1);

/** path, sizes, activations (one for all layers or a list), samples, steps, include */
const SHAPES = [
  ['/forward', [4, 3, 4], ['relu', 'identity'], 1],
  ['/backward', [4, 3, 4], ['relu', 'identity'], 1, 0, ['samples', 'why_zero']],
  ['/backward', [4, 3, 4], ['relu', 'identity'], 16],
  ['/step', [4, 3, 4], ['relu', 'identity'], 1, 1000],
  ['/step', [4, 3, 4], ['relu', 'identity'], 16, 1000],
  ['/step', [2, 2, 1], 'sigmoid', 4, 1000],
  ['/step', [2, 16, 16, 2], 'tanh', 1, 1000],
  ['/step', [3, 3, 3], 'relu', 2, 1000],
  ['/step', [1, 1], 'identity', 1, 10000],
  ['/step', [1, 1], 'tanh', 4096, 20],
  ...['relu', 'leaky_relu', 'sigmoid', 'tanh', 'identity'].map((activation) => ['/step', deep, activation, 212, 100]),
  ['/step', deep, 'tanh', 1, 1000],
  ...['relu', 'sigmoid', 'tanh'].map((activation) => ['/step', [1, 1000, 1], activation, 1, 200]),
  ['/step', [1, 1000, 1], 'tanh', 64, 20],
  ['/step', [1, 4096, 1], 'relu', 64, 5],
  ['/forward', [4096, 1], 'sigmoid', 100],
  ['/forward', [1, 4096], 'tanh', 50],
  ['/forward', [512, 512], 'identity', 1],
  ['/forward', [1000, 900], 'relu', 1],
  ['/backward', [128, 83, 10], 'sigmoid', 1],
  ['/backward', [128, 83, 10], 'tanh', 4, 0, ['samples']],
  ['/backward', [784, 286, 10], 'relu', 1, 0, ['why_zero']],
  ['/backward', [16, 100, 8], 'tanh', 32, 0, ['samples', 'why_zero']],
  ['/step', [784, 128, 10], 'relu', 256, 5],
  ['/step', [784, 128, 10], 'sigmoid', 1, 50],
  ['/step', [128, 128, 128, 10], 'tanh', 64, 20],
  ['/step', [256, 256, 256], 'leaky_relu', 64, 10],
  ['/step', [100, 100, 100], 'identity', 10, 100],
  ['/step', [10, 50, 1], 'sigmoid', 100, 100],
  ['/step', [200, 2000], 'identity', 64, 10],
  ['/step', [30, 7, 45, 3], 'leaky_relu', 3, 500],
  ['/step', [64, 32, 16, 32, 64], 'tanh', 65, 100],
  ['/backward', Array(17).fill(32), 'tanh', 64],
  ['/forward', Array(17).fill(64), 'sigmoid', 100],
];

function saveShape([path, sizes, activation, samples, steps, include = []], i) {
  const activations = Array.isArray(activation) ? activation : sizes.slice(1).map(() => activation);
  const fields = body(sizes, samples, { include, ...(steps && { steps, learning_rate: 1e-6 }) }, fourDecimals);
  return [path, save(folder, `work-${i}`, { ...fields, network: { ...fields.network, activations } })];
}

export function measure() {
  say(`work: ${SHAPES.length} shapes`);
  const seen = alone(tool('work'), ...SHAPES.flatMap(saveShape));
  const ratios = seen.map(({ work, nanoseconds }) => work / PER_NANOSECOND / nanoseconds);
  const rows = SHAPES.map(([path, sizes, activation, samples, steps, include], i) => {
    const layers = sizes.length > 6 ? `${sizes.length - 1} layers of ${sizes[0]}` : sizes.join('-');
    const kind = `${Array.isArray(activation) ? activation[0] : activation}, ${samples} samples${steps ? `, ${steps} steps` : ''}`;
    return [`\`${path}\` ${layers} ${kind}${include ? `, ${include.join(' and ')}` : ''}`, figure.count(seen[i].work),
      figure.us(seen[i].nanoseconds / 1000), figure.times(ratios[i])];
  });
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)];
  return { sections: [`${markdown(['work and time', 'work', 'processor time', 'estimate / time'], rows)}

The estimate takes ${PER_NANOSECOND} multiply-adds for a nanosecond. Of ${SHAPES.length} shapes the worst ratio is
${figure.times(Math.max(high, 1 / low))}: the estimates are from ${figure.times(low)} to ${figure.times(high)} times the time.`] };
}
