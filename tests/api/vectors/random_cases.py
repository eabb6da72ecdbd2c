"""Random requests for reference.py, drawn so that the borders are met often: pre-activations of
exactly 0, sums that cancel, errors of exactly 0, saturation, underflow, outputs of softmax and
sigmoid that are 0 and 1 to the last digit. The same seed gives the same cases.

A case whose answer would hang on the rounding of doubles is dropped and another one drawn; how
many, and how many of the cases kept have a relu at exactly 0, is said on stderr.
"""
import random
import sys

from exact import Ambiguous
from reference import activations_of, compute, forward, printed, read, transposed, vector

MAX_SIZE = 7
LOSSES = ("mse", "sse", "half_mse", "half_sse")
LOSSES_FROM_Z = {"softmax": ("cross_entropy",),
                 "sigmoid": ("binary_cross_entropy", "sum_binary_cross_entropy")}
GATED = ("relu", "leaky_relu")
HIDDEN = ("relu", "relu", "relu", "leaky_relu", "sigmoid", "tanh", "identity")
LAST = ("identity", "identity", "relu", "leaky_relu", "sigmoid", "tanh", "softmax", "softmax")
SQUASHING = ("sigmoid", "tanh", "relu")
LEARNING_RATES = (0, 0.01, 0.1, 0.25, 0.5, 1, 2)
MOST_STEPS = {1: 5, 2: 4, 3: 3, 4: 2, 5: 2}  # by depth: fractions grow with every step and layer


# --- numbers -------------------------------------------------------------------------------------

def as_written(rng, value):
    """Whole numbers now as 2, now as 2.0."""
    return int(value) if value == int(value) and rng.random() < 0.7 else value


def decimal(rng):
    return as_written(rng, rng.randint(-9, 9) / 10)


def dyadic(rng):
    return as_written(rng, rng.randint(-6, 6) / 4)


def decimal_input(rng):
    return as_written(rng, rng.choice((0, 0, 1, 1, -1, 2, 0.5, -0.3, 0.7)))


def dyadic_input(rng):
    return as_written(rng, rng.choice((0, 0, 1, 1, -1, 2, 0.5, -0.25)))


# --- parts of a request --------------------------------------------------------------------------

def draw_sizes(rng, depth):
    """Sizes of the layers from the input up, then the batch; no two of them equal."""
    return rng.sample(range(1, MAX_SIZE + 1), depth + 2)


def draw_network(rng, sizes, weight):
    network = {}
    for k, (n_in, n_out) in enumerate(zip(sizes, sizes[1:]), 1):
        network[f"W{k}"] = [[weight(rng) for _ in range(n_out)] for _ in range(n_in)]
        has_biases = rng.random() < 0.85
        network[f"b{k}"] = [weight(rng) for _ in range(n_out)] if has_biases else None
    return network


def draw_samples(rng, sizes, count, value):
    def values(size):
        return [value(rng) for _ in range(size)]
    return [{"x": values(sizes[0]), "y": values(sizes[-1])} for _ in range(count)]


def draw_activations(rng, depth, hidden=HIDDEN, last=LAST):
    return [rng.choice(hidden) for _ in range(depth - 1)] + [rng.choice(last)]


def draw_options(rng, decimals):
    options = {}
    if rng.random() < 0.6:
        options["round_decimals"] = rng.choice(decimals)
    if rng.random() < 0.4:
        options["relu_at_zero"] = rng.choice((0, 1, 0.5, 0.25, 0.3))
    if rng.random() < 0.6:
        options["loss"] = rng.choice(LOSSES)
    if rng.random() < 0.6:
        options["reduction"] = rng.choice(("mean", "sum"))
    return options


def draw_base(rng, depth, weight, value, decimals):
    *sizes, count = draw_sizes(rng, depth)
    request = {"network": draw_network(rng, sizes, weight),
               "samples": draw_samples(rng, sizes, count, value)}
    if rng.random() < 0.8:
        request["network"]["activations"] = draw_activations(rng, depth)
    options = draw_options(rng, decimals)
    if options or rng.random() < 0.3:
        request["options"] = options
    fit_loss(rng, request)
    return request


def draw_target(rng, loss, y):
    """A y that the loss can take: for cross_entropy now one that is 1, now any."""
    if loss == "cross_entropy" and rng.random() < 0.5:
        return [int(j == len(y) // 2) for j in range(len(y))]
    if loss == "cross_entropy":
        return [abs(y_j) for y_j in y]
    return [rng.choice((0, 1, 0.5, 0.25, 0.9, as_written(rng, 1.0))) for _ in y]


def fit_loss(rng, request):
    """Often a loss that is made for the last activation, and targets to go with it."""
    losses = LOSSES_FROM_Z.get(activations_of(request["network"])[-1])
    if losses and rng.random() < 0.7:
        loss = rng.choice(losses)
        request["options"] = {**request.get("options", {}), "loss": loss}
        for sample in request["samples"]:
            sample["y"] = draw_target(rng, loss, sample["y"])


def units_of(request, sample):
    layers, options = read(request)
    return forward(layers, vector(sample["x"]), options)


def aim_at_zero(rng, request, clean):
    """Moves a bias of some relu layers so that one unit's pre-activation is 0 on one sample."""
    network = request["network"]
    for k, activation in enumerate(activations_of(network), 1):
        if activation == "relu" and network[f"b{k}"] and rng.random() < 0.6:
            z = units_of(request, rng.choice(request["samples"]))[k - 1].z
            j = rng.randrange(len(z))
            network[f"b{k}"][j] = clean(network[f"b{k}"][j] - printed(z[j]))
    return request


# --- kinds of cases ------------------------------------------------------------------------------

def decimals_case(rng, depth):
    """Short decimals, no dyadic fractions: 0.1 + 0.2 - 0.3 is 0 once it is rounded."""
    request = draw_base(rng, depth, decimal, decimal_input, (None, *range(16)))
    return aim_at_zero(rng, request, lambda b: round(b, 10))


def dyadic_case(rng, depth):
    """Exact in doubles too: so are zeros without rounding, and roundings half-way."""
    request = draw_base(rng, depth, dyadic, dyadic_input, (None, None, None, 0, 1, 2, 15))
    return aim_at_zero(rng, request, float)


def exact_case(rng, depth):
    """Exact to the last gradient: relu, identity, a power of two as factor of the loss."""
    request = draw_base(rng, depth, dyadic, dyadic_input, (None,))
    names = ("relu", "identity")
    request["network"]["activations"] = draw_activations(rng, depth, names, names)
    request["options"] = {**request.get("options", {}), "round_decimals": None,
                          "loss": rng.choice(("sse", "half_sse"))}
    return request


def outputs(request, sample):
    """y_hat of one sample, in doubles."""
    return [printed(y_hat_j) for y_hat_j in units_of(request, sample)[-1].h]


def opposite(request, sample):
    """The same input with the opposite error."""
    y = [2 * y_hat_j - y_j for y_hat_j, y_j in zip(outputs(request, sample), sample["y"])]
    return {"x": sample["x"], "y": y}


def mirrored_case(rng, depth):
    """Every sample twice, the second time with the opposite error: the sums cancel."""
    request = exact_case(rng, depth)
    samples = request["samples"][:3]
    request["samples"] = samples + [opposite(request, sample) for sample in samples]
    return request


def matched_case(rng, depth):
    """Some outputs are already right: their error is exactly 0."""
    request = exact_case(rng, depth)
    for sample in request["samples"]:
        sample["y"] = [y_hat_j if rng.random() < 0.7 else y_j
                       for y_hat_j, y_j in zip(outputs(request, sample), sample["y"])]
    return request


def saturated_case(rng, depth):
    """Biases so large that the derivative of sigmoid and tanh is exactly 0."""
    return far_out_case(rng, depth, (-1000, 1000))


def far_out_case(rng, depth, biases=(-700, -300, -30, 30, 300, 700)):
    """Biases so large that outputs are 0 or 1 to the last digit, and errors are not."""
    request = decimals_case(rng, depth)
    network = request["network"]
    network["activations"] = draw_activations(rng, depth, SQUASHING, ("sigmoid", "softmax", "tanh"))
    request.get("options", {}).pop("loss", None)
    for k, activation in enumerate(network["activations"], 1):
        if activation != "relu":
            network[f"b{k}"] = [rng.choice((decimal(rng), *biases))
                                for _ in network[f"W{k}"][0]]
    fit_loss(rng, request)
    return request


def tiny_case(rng, depth):
    """Inputs whose square is near or below the smallest double; biases and targets are 0."""
    request = exact_case(rng, depth)
    tiny = 2.0 ** rng.choice((-600, -537, -536))
    for k in range(1, depth + 1):
        request["network"][f"b{k}"] = [0 for _ in request["network"][f"W{k}"][0]]
    for sample in request["samples"]:
        sample["x"] = [x_i * tiny for x_i in sample["x"]]
        sample["y"] = [0 for _ in sample["y"]]
    return request


KINDS = ((decimals_case,) * 6 + (dyadic_case,) * 4
         + (mirrored_case, matched_case, saturated_case, tiny_case, far_out_case, far_out_case))
SHALLOW = (mirrored_case, matched_case, tiny_case)  # deeper, little of what they are for is left


# --- the three endpoints -------------------------------------------------------------------------

def draw_include(rng, request):
    if rng.random() < 0.6:
        request["include"] = rng.sample(("samples", "why_zero"), rng.randint(0, 2))


def finish_forward(rng, request, _):
    if rng.random() < 0.3:
        for sample in request["samples"]:
            if rng.random() < 0.5:
                del sample["y"]


def finish_backward(rng, request, _):
    if rng.random() < 0.2:
        for sample in request["samples"]:
            if rng.random() < 0.5:
                sample["dL_dy_hat"] = [dyadic_input(rng) for _ in sample.pop("y")]


def finish_step(rng, request, depth):
    request["learning_rate"] = rng.choice(LEARNING_RATES)
    if rng.random() < 0.7:
        request["steps"] = rng.randint(1, MOST_STEPS[depth])
    if rng.random() < 0.5:
        names = [name for name in request["network"] if name != "activations"]
        request["frozen"] = [rng.choice(names) for _ in range(rng.randint(0, 2))]


FINISH = {"/forward": finish_forward, "/backward": finish_backward, "/step": finish_step}


def draw_layout(rng, request):
    if rng.random() < 0.5:
        return
    layout = rng.choice(("in_out", "out_in"))
    request["options"] = {**request.get("options", {}), "layout": layout}
    if layout == "out_in":
        network = request["network"]
        for name in network:
            if name.startswith("W"):
                network[name] = transposed(network[name])


def draw_case(rng):
    kind = rng.choice(KINDS)
    depth = rng.randint(1, 3 if kind in SHALLOW else 5)
    path = rng.choice(("/forward", "/backward", "/backward", "/step", "/step"))
    request = kind(rng, depth)
    draw_include(rng, request)
    FINISH[path](rng, request, depth)
    draw_layout(rng, request)
    return {"path": path, "request": request, "expect": compute(path, request)}


# --- the run -------------------------------------------------------------------------------------

def zeros_at_relu(case):
    """How many pre-activations of a relu are exactly 0, where the reply shows them."""
    activations = activations_of(case["request"]["network"])
    relus = [f"z{k}" for k, name in enumerate(activations, 1) if name == "relu"]
    return sum(sample[z].count(0) for sample in case["expect"].get("samples", []) for z in relus)


def random_cases(seed, count):
    rng = random.Random(seed)
    kept = dropped = with_zeros = 0
    while kept < count:
        try:
            case = draw_case(rng)
        except Ambiguous:
            dropped += 1
            continue
        kept += 1
        with_zeros += zeros_at_relu(case) > 0
        yield case
    print(f"seed {seed}: {kept} cases, {with_zeros} with a relu at exactly 0; "
          f"{dropped} ambiguous ones dropped", file=sys.stderr)
