// The worked example of the textbook, as numbers alone.
export const network = {
  W1: [[0.2, -0.5, 0.1], [-0.3, 0.4, -0.2], [0.1, 0.3, 0.5], [-0.4, 0.2, -0.1]],
  b1: [0.1, -0.1, 0],
  W2: [[0.3, -0.2, 0.4, 0.1], [-0.1, 0.5, -0.3, 0.2], [0.2, -0.4, 0.1, -0.5]],
  b2: [0, 0.1, -0.1, 0],
};
export const samples = [{x: [1, 0, 1, 1], y: [1, 1, 0, 1]}];
