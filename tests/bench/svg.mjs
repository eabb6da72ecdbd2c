// Charts with two logarithmic axes, side by side, as SVG text.
const WIDTH = 520, HEIGHT = 400;
const AREA = { left: 76, right: 500, top: 44, bottom: 336 };
const COLORS = ['#0b62a4', '#c4570c', '#2a7d3f'];
const LINE = '#555555';
const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹';

const power = (n) => (n === 0 ? '1' : n === 1 ? '10' : `10${[...String(n)].map((digit) => SUPERSCRIPT[digit] ?? '⁻').join('')}`);
const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

/** From values to pixels; the range is widened to half decades. */
function axis(values, from, to) {
  const logs = values.filter((value) => value > 0).map(Math.log10);
  const low = Math.floor(Math.min(...logs) * 2) / 2, high = Math.ceil(Math.max(...logs) * 2) / 2;
  const at = (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from);
  const decades = [];
  for (let n = Math.ceil(low); n <= high; n++) decades.push(n);
  return { at, decades };
}

const text = (x, y, content, more = '') => `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escape(content)}</text>`;

function grid(x, y) {
  const { left, right, top, bottom } = AREA;
  const vertical = x.decades.map((n) => {
    const at = x.at(10 ** n);
    return `<path class="grid" d="M${at.toFixed(1)} ${top}V${bottom}"/>${text(at, bottom + 18, power(n), 'text-anchor="middle"')}`;
  });
  const horizontal = y.decades.map((n) => {
    const at = y.at(10 ** n);
    return `<path class="grid" d="M${left} ${at.toFixed(1)}H${right}"/>${text(left - 8, at + 4, power(n), 'text-anchor="end"')}`;
  });
  return [...vertical, ...horizontal, `<path class="frame" d="M${left} ${top}V${bottom}H${right}"/>`];
}

const colorOf = ({ line }, i) => (line ? LINE : COLORS[i]);

function plot({ points, line }, color, x, y) {
  const pixels = points.filter(([, value]) => value > 0).map(([a, b]) => [x.at(a).toFixed(1), y.at(b).toFixed(1)]);
  const path = `<polyline points="${pixels.map((pair) => pair.join(',')).join(' ')}" fill="none" stroke="${color}" stroke-width="1.5"${line ? ' stroke-dasharray="5 4"' : ''}/>`;
  return line ? [path] : [path, ...pixels.map(([a, b]) => `<circle cx="${a}" cy="${b}" r="3.5" fill="${color}"/>`)];
}

/** At the bottom right, where what grows is not. Series without a name belong to the one before. */
function legend(series) {
  const named = series.map((one, i) => ({ ...one, color: colorOf(one, i) })).filter(({ name }) => name);
  return named.flatMap(({ name, line, color }, i) => {
    const y = AREA.bottom - 12 - 18 * (named.length - 1 - i), right = AREA.right - 8;
    return [text(right - 34, y, name, 'text-anchor="end"'),
      `<path d="M${right - 26} ${y - 4}h26" stroke="${color}" stroke-width="2"${line ? ' stroke-dasharray="5 4"' : ''}/>`];
  });
}

function panel({ title, x: xTitle, y: yTitle, series }, index) {
  const all = series.flatMap(({ points }) => points);
  const x = axis(all.map(([value]) => value), AREA.left, AREA.right);
  const y = axis(all.map(([, value]) => value), AREA.bottom, AREA.top);
  const middle = (AREA.left + AREA.right) / 2;
  return [`<g transform="translate(${index * WIDTH})">`,
    text(middle, 24, title, 'text-anchor="middle" font-weight="bold"'),
    ...grid(x, y),
    ...series.flatMap((one, i) => plot(one, colorOf(one, i), x, y)),
    ...legend(series),
    text(middle, AREA.bottom + 44, xTitle, 'text-anchor="middle"'),
    text(0, 0, yTitle, `text-anchor="middle" transform="translate(22 ${(AREA.top + AREA.bottom) / 2}) rotate(-90)"`),
    '</g>'].join('\n');
}

/** panels: [{title, x, y, series: [{name, points: [[x, y], ...], line}]}]; a `line` is dashed, without dots. */
export function chart(panels) {
  const width = WIDTH * panels.length;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT}" width="${width}" height="${HEIGHT}" font-family="sans-serif" font-size="13">
<style>.grid { stroke: #dddddd; } .frame { stroke: #333333; fill: none; } text { fill: #222222; }</style>
<rect width="${width}" height="${HEIGHT}" fill="#ffffff"/>
${panels.map(panel).join('\n')}
</svg>
`;
}
