// Markdown tables, and figures with three digits and a unit.
const digits = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

function scaled(value, units, base) {
  let i = 0;
  while (i < units.length - 1 && value >= base) { value /= base; i++; }
  return `${digits(value)} ${units[i]}`;
}

export const figure = {
  us: (value) => scaled(value, ['us', 'ms', 's'], 1000),
  ms: (value) => figure.us(value * 1000),
  B: (value) => scaled(value, ['B', 'KiB', 'MiB'], 1024),
  count: (value) => Math.round(value).toLocaleString('en'),
  percent: (value) => `${(100 * value).toFixed(0)} %`,
  times: (value) => digits(value),
};

export function markdown(titles, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(titles), `|${titles.map((_, i) => (i ? '---:' : '---')).join('|')}|`, ...rows.map(line)].join('\n');
}

/** One row a server; each of its figures with the ratio to the service's. */
export function ratios(columns) {
  const names = [...new Set(columns.flatMap(({ values }) => Object.keys(values)))];
  const cell = (name) => ({ unit, values }) => {
    if (values[name] === undefined) return '';
    const text = figure[unit](values[name]);
    return name === 'backpropd' ? `**${text}**` : `${text} (${digits(values[name] / values.backpropd)})`;
  };
  return markdown(['', ...columns.map(({ title }) => title)], names.map((name) => [name, ...columns.map(cell(name))]));
}
