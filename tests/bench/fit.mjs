// A linear model y = sum of factor times x, with the least sum of squared relative deviations, so that
// small and large points count alike.

/** Gauss and Jordan, the largest pivot first. */
function solve(rows) {
  const n = rows.length;
  for (let k = 0; k < n; k++) {
    const best = rows.reduce((max, row, i) => (i >= k && Math.abs(row[k]) > Math.abs(rows[max][k]) ? i : max), k);
    [rows[k], rows[best]] = [rows[best], rows[k]];
    rows.forEach((row, i) => {
      if (i === k) return;
      const factor = row[k] / rows[k][k];
      rows[i] = row.map((value, j) => value - factor * rows[k][j]);
    });
  }
  return rows.map((row, i) => row[n] / row[i]);
}

/** points: [{x: [...], y}]; returns the factors, the model's values, and its worst relative deviation. */
export function fit(points) {
  const n = points[0].x.length;
  const scale = points[0].x.map((_, k) => Math.max(...points.map(({ x }) => x[k]))); // for the pivots' sake
  const scaled = points.map(({ x, y }) => x.map((value, k) => value / scale[k] / y)); // relative to y
  const normal = Array.from({ length: n }, (_, i) => Array.from({ length: n + 1 }, (__, j) =>
    scaled.reduce((sum, row) => sum + row[i] * (j < n ? row[j] : 1), 0)));
  const factors = solve(normal).map((factor, k) => factor / scale[k]);
  const values = points.map(({ x }) => x.reduce((sum, value, k) => sum + value * factors[k], 0));
  const worst = Math.max(...points.map(({ y }, i) => Math.abs(values[i] / y - 1)));
  return { factors, values, worst };
}
