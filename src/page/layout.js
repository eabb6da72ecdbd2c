// Layout: where the columns of the picture stand, in real pixels, at a width. Pure geometry.
export const STRIP_FROM = 13; // units: a layer of so many is a strip of cells
export const NARROW_BELOW = 640; // pixels: below that the network stands upright

const GAP = 56;
const UNIT_HEIGHT = 58;
const spread = (n, size, start) => Array.from({length: n}, (_, k) => start + size * (k + 0.5) / n);
const clamp = (value, least, most) => Math.max(least, Math.min(most, value));
const box = (x, y, w, h) => ({x: x - w / 2, y: y - h / 2, w, h, cx: x, cy: y});

/** Which layers the picture shows: all, or the two around the moment's, where there are many or too little room for their gates. */
export function visibleLayers(depth, layer, width, nUnits) {
  const room = (width - 152 - 50 - 78 * (depth - nUnits) - GAP * depth) / Math.max(1, nUnits);
  if (depth <= 2 || (depth === 3 && (width < NARROW_BELOW || room >= 120))) return {from: 1, to: depth};
  const last = clamp(layer ?? depth, 2, depth);
  return {from: last - 1, to: last};
}

function strip(n, x, y, size, isUpright) {
  const along = Math.min(size, n * 18);
  return spread(n, along, (isUpright ? x : y) - along / 2).map(c => isUpright ? box(c, y, along / n, 30) : box(x, c, 46, along / n));
}

/** In: columns [{kind: "pill" | "unit", n}], the first the inputs; hasTarget: targets and loss follow. */
function wide(width, columns, hasTarget) {
  const most = Math.max(...columns.map(({n}) => n < STRIP_FROM ? n : 1), columns.some(({n}) => n >= STRIP_FROM) ? 4 : 2);
  const isFull = columns.some(({kind, n}) => kind === 'unit' && n === most); // then the names of one unit meet the next one's
  const row = most <= 4 ? isFull ? 104 : 92 : Math.max(44, 368 / most);
  const height = row * most;
  const [left, right] = [50, width - (hasTarget ? 152 : 12)];
  const layers = columns.slice(1);
  const nUnits = layers.filter(({kind, n}) => kind === 'unit' && n < STRIP_FROM).length;
  const pills = 78 * (layers.length - nUnits);
  const unit = clamp((right - left - pills - GAP * layers.length) / Math.max(1, nUnits), 88, 168);
  const gap = (right - left - pills - unit * nUnits) / Math.max(1, layers.length);
  const top = 40;
  const tall = Math.min(UNIT_HEIGHT, row - 6);
  let x = left;
  const placed = columns.map(({kind, n}, c) => {
    const w = c === 0 ? 48 : kind === 'unit' && n < STRIP_FROM ? unit : 78;
    const centre = c === 0 ? 26 : x + gap + w / 2;
    if (c > 0) x += gap + w;
    if (n >= STRIP_FROM) return {isStrip: true, boxes: strip(n, centre, top + height / 2, height)};
    const inset = n > 1 && n < most && most <= 4 ? row * 0.2 : 0;
    const high = kind === 'unit' ? tall : Math.min(c === 0 ? 38 : 46, row - 6);
    return {isStrip: false, boxes: spread(n, height - 2 * inset, top + inset).map(y => box(centre, y, w, high))};
  });
  const last = placed.at(-1);
  return {
    isUpright: false, width, height: top + height + 24, hasNames: row >= 72, columns: placed,
    targets: hasTarget && !last.isStrip ? last.boxes.map(one => box(right + 32, one.cy, 34, Math.min(32, row - 10))) : [],
    loss: hasTarget ? box(width - 39, top + height / 2, 76, 54) : null,
  };
}

function upright(width, columns, hasTarget) {
  const most = Math.max(...columns.map(({n}) => n < STRIP_FROM ? n : 4));
  const size = Math.max(Math.min(width, 460), most * 66);
  const full = Math.max(width, size);
  const start = (full - size) / 2;
  let y = 58;
  const placed = columns.map(({kind, n}, c) => {
    const high = kind === 'unit' && n < STRIP_FROM ? 104 : c === 0 ? 36 : 46;
    if (c > 0) y += 96 + high / 2;
    const boxes = n >= STRIP_FROM ? strip(n, full / 2, y, size, true)
      : spread(n, size, start).map(x => box(x, y, Math.min(kind === 'unit' ? 92 : c === 0 ? 48 : 66, size / n - 6), high));
    y += high / 2;
    return {isStrip: n >= STRIP_FROM, boxes};
  });
  const last = placed.at(-1);
  const targets = hasTarget && !last.isStrip ? last.boxes.map(one => box(one.cx, y + 39, 34, 32)) : [];
  const loss = hasTarget ? box(full / 2, y + 119, 80, 50) : null;
  return {isUpright: true, width: full, height: hasTarget ? y + 154 : y + 30, hasNames: true, columns: placed, targets, loss};
}

/** Places everything. Out: columns [{isStrip, boxes}], targets, loss: boxes have x, y, w, h and the centre cx, cy. */
export const layout = (width, columns, hasTarget) => (width < NARROW_BELOW ? upright : wide)(width, columns, hasTarget);

/** Where an edge leaves a box of one column and comes to a box of the next. */
export const ends = (from, to, isUpright) => isUpright
  ? [{x: from.cx, y: from.y + from.h}, {x: to.cx, y: to.y}]
  : [{x: from.x + from.w, y: from.cy}, {x: to.x, y: to.cy}];

/** A point of the line between two others. */
export const between = ([a, b], share) => ({x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share});

/** A place on each line for a mark that keeps away from marks that are there; undefined where there is none. */
export function placeMarks(lines, taken, apart = 16) {
  const marks = [...taken];
  return lines.map(line => {
    let best;
    let room = apart;
    for (const share of [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82]) {
      const point = between(line, share);
      const free = Math.min(99, ...marks.map(mark => Math.hypot(mark.x - point.x, (mark.y - point.y) * 1.2)));
      if (free > room + (best ? 3 : 0)) [best, room] = [point, free];
    }
    if (best) marks.push(best);
    return best;
  });
}
