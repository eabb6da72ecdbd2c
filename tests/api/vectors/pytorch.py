#!/usr/bin/python3
"""Random networks beside PyTorch in double precision: loss, y_hat, gradients and dL_dx.

    pytorch.py BACKPROPD [COUNT]    COUNT networks (200), the same every time; 1 if one differs

The weights lie as torch.nn.Linear has them (layout out_in). Every third network has biases of up to
700 in its last layer, where log_softmax and binary_cross_entropy_with_logits have to keep their
digits. Without the module torch it says SKIPPED.
"""
import json
import random
import subprocess
import sys

try:
    import torch
    from torch.nn import functional as F
except ImportError:
    print("SKIPPED: PyTorch is not installed: make bench-deps")
    sys.exit(0)

TOLERANCE = 1e-11
HIDDEN = {"relu": torch.relu, "leaky_relu": F.leaky_relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh,
          "identity": lambda z: z}
SQUARES = {"mse": lambda e: (e * e).mean(), "sse": lambda e: (e * e).sum(),
           "half_mse": lambda e: (e * e).mean() / 2, "half_sse": lambda e: (e * e).sum() / 2}
FROM_Z = {"cross_entropy": lambda z, y: -(y * F.log_softmax(z, 0)).sum(),
          "binary_cross_entropy": F.binary_cross_entropy_with_logits,
          "sum_binary_cross_entropy": lambda z, y: F.binary_cross_entropy_with_logits(z, y, reduction="sum")}
ENDS = ([(name, loss) for name in (*HIDDEN, "softmax") for loss in SQUARES]
        + 8 * [("softmax", "cross_entropy")]
        + 4 * [("sigmoid", "binary_cross_entropy"), ("sigmoid", "sum_binary_cross_entropy")])


def numbers(rng, n, most=2.0):
    return [rng.uniform(-most, most) for _ in range(n)]


def draw_target(rng, loss, n):
    if loss in SQUARES:
        return numbers(rng, n)
    if loss == "cross_entropy" and rng.random() < 0.5:
        return [float(j == 0) for j in range(n)]
    return [rng.choice((0.0, 1.0, rng.random())) for _ in range(n)]


def draw(rng, is_far_out):
    sizes = [rng.randint(1, 6) for _ in range(rng.randint(2, 5))]
    last, loss = rng.choice(ENDS)
    network = {}
    for k, (n_in, n_out) in enumerate(zip(sizes, sizes[1:]), 1):
        is_last = k == len(sizes) - 1
        network[f"W{k}"] = [numbers(rng, n_in) for _ in range(n_out)]
        network[f"b{k}"] = numbers(rng, n_out, 700.0 if is_far_out and is_last else 2.0)
        if rng.random() < 0.2 and not is_far_out:
            network[f"b{k}"] = None
    network["activations"] = [rng.choice(list(HIDDEN)) for _ in sizes[2:]] + [last]
    samples = []
    for _ in range(rng.randint(1, 4)):
        name = "dL_dy_hat" if rng.random() < 0.1 else "y"
        samples.append({"x": numbers(rng, sizes[0]), name: draw_target(rng, loss, sizes[-1])})
    options = {"round_decimals": None, "layout": "out_in", "loss": loss,
               "reduction": rng.choice(("mean", "sum"))}
    return {"network": network, "samples": samples, "options": options}


def tensor(values):
    return None if values is None else torch.tensor(values, dtype=torch.float64, requires_grad=True)


def run_sample(parameters, activations, sample, loss):
    """x, y_hat and what backward() starts from: the loss, or the outputs times their gradient."""
    x = h = tensor(sample["x"])
    for k, activation in enumerate(activations, 1):
        z = F.linear(h, parameters[f"W{k}"], parameters[f"b{k}"])
        h = torch.softmax(z, 0) if activation == "softmax" else HIDDEN[activation](z)
    if "y" not in sample:
        return x, h, None, (h * torch.tensor(sample["dL_dy_hat"], dtype=torch.float64)).sum()
    y = torch.tensor(sample["y"], dtype=torch.float64)
    value = FROM_Z[loss](z, y) if loss in FROM_Z else SQUARES[loss](h - y)
    return x, h, value, value


def expected(request):
    """Of the reply what PyTorch knows too."""
    options = request["options"]
    activations = request["network"]["activations"]
    parameters = {name: tensor(values) for name, values in request["network"].items()
                  if name != "activations"}
    runs = [run_sample(parameters, activations, sample, options["loss"]) for sample in request["samples"]]
    divisor = len(runs) if options["reduction"] == "mean" else 1
    sum(start for _, _, _, start in runs).backward()
    reply = {"gradients": {name: None if p is None else (p.grad / divisor).tolist()
                           for name, p in parameters.items()},
             "samples": [{"y_hat": y_hat.tolist(), "dL_dx": x.grad.tolist()} for x, y_hat, _, _ in runs]}
    if all("y" in sample for sample in request["samples"]):
        reply["loss"] = (sum(value for _, _, value, _ in runs) / divisor).item()
    return reply


def differences(where, got, want):
    if isinstance(want, dict):
        return [line for name in want for line in differences(f"{where}/{name}", got[name], want[name])]
    if isinstance(want, list):
        return [line for i, pair in enumerate(zip(got, want, strict=True))
                for line in differences(f"{where}/{i}", *pair)]
    if want is None or got is None:
        return [] if got is want else [f"{where}: {got}, PyTorch has {want}"]
    close = abs(got - want) <= TOLERANCE * max(1.0, abs(want))
    return [] if close else [f"{where}: {got!r}, PyTorch has {want!r}"]


def main():
    binary, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 200
    rng, lines = random.Random(1), []
    for i in range(count):
        request = draw(rng, i % 3 == 2)
        run = subprocess.run([binary, "call", "/backward"], input=json.dumps(request), check=True,
                             capture_output=True, text=True)
        lines += differences(f"network {i}", json.loads(run.stdout), expected(request))
    print(*lines[:20], f"{count} networks, {len(lines)} differences from PyTorch {torch.__version__}", sep="\n")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
