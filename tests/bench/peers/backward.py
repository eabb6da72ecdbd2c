"""Forward and backward of two layers with NumPy, one sample as a row of one, each member once."""
import numpy as np


def backward(network, x, y):
    """Arrays in, arrays out."""
    z1 = np.round(x @ network['W1'] + network['b1'], 10)
    h = np.maximum(z1, 0)
    y_hat = h @ network['W2'] + network['b2']
    error = y_hat - y
    dL_dy = 2 / error.size * error
    dL_dh = dL_dy @ network['W2'].T
    relu_grad = (z1 > 0).astype(float)
    dL_dz1 = dL_dh * relu_grad
    return {
        'loss': (error**2).mean(), 'z1': z1, 'h': h, 'y_hat': y_hat, 'dL_dy': dL_dy,
        'dL_dW2': np.outer(h, dL_dy), 'dL_db2': dL_dy, 'dL_dh': dL_dh, 'relu_grad': relu_grad,
        'dL_dz1': dL_dz1, 'dL_dW1': np.outer(x, dL_dz1), 'dL_db1': dL_dz1,
    }


def answer(network, sample, include):
    """Lists in, lists out; `include: []` asks for the loss and the gradients alone."""
    arrays = {name: np.array(network[name]) for name in ('W1', 'b1', 'W2', 'b2')}
    result = backward(arrays, np.array(sample['x']), np.array(sample['y']))
    wanted = result if include is None else ('loss', 'dL_dW1', 'dL_db1', 'dL_dW2', 'dL_db2')
    return {name: result[name].tolist() for name in wanted}
