"""Exact numbers that know how far a double may have strayed from them.

A Num is the exact value (a Fraction) of a formula, and a bound on the distance to it of the same
formula computed in doubles. A bound of 0 says that the double is the value itself. Questions whose
answer turns on one bit (is it zero, which sign, which way does it round) are answered only if every
double within the bound gives the same answer; otherwise Ambiguous is raised. Nobody has to guess
then, and no comparison has to be loosened.
"""
import math
from decimal import Decimal, localcontext
from fractions import Fraction

HALF_ULP = 2.0 ** -53
SMALLEST = 2.0 ** -1074
LIBM = 2.0 ** -50  # exp, tanh and the few operations around them: eight units in the last place
SLACK = 1 + 2.0 ** -40  # the bounds themselves are computed in doubles
FIXED_BITS = 200  # of powers, logarithms and quotients, whose values are no fractions of powers of 2
UNDERFLOWS = -746  # exp of less is 0
LOST_BESIDE_1 = 2.0 ** -60  # 1 + less is 1
FLAT_TANH = 22  # tanh of more is 1
TOLERANCE = 1e-13  # of numbers in a reply (relative above 1); the tests allow 1e-12 and 1e-11


class Ambiguous(Exception):
    """Exact arithmetic and doubles may legitimately part here."""


class Num:
    """value: the exact Fraction; approx: the nearest double; bound: of |double - value|."""
    __slots__ = ("value", "approx", "bound")

    def __init__(self, value, approx, bound):
        self.value, self.approx, self.bound = value, approx, bound

    def __add__(self, other):
        return settle(self.value + other.value, self.bound + other.bound)

    def __sub__(self, other):
        return settle(self.value - other.value, self.bound + other.bound)

    def __mul__(self, other):
        if is_exact_zero(self) or is_exact_zero(other):
            return ZERO
        carried = 0.0
        if self.bound or other.bound:
            carried = (abs(self.approx) * other.bound + abs(other.approx) * self.bound
                       + self.bound * other.bound) * SLACK + SMALLEST
        return settle(self.value * other.value, carried)

    def __truediv__(self, count):
        carried = self.bound and self.bound / count * SLACK + SMALLEST
        return settle(self.value / count, carried)


def is_representable(value):
    """Whether a double can hold the Fraction (some large integers are missed, which is safe)."""
    denominator = value.denominator
    return (denominator & (denominator - 1) == 0 and denominator.bit_length() <= 1075
            and value.numerator.bit_length() <= 53)


def settle(value, carried):
    """The result of an operation in doubles: the bounds carried over, and its own rounding."""
    approx = float(value)
    if not carried:
        if is_representable(value):
            return Num(value, approx, 0.0)
        if not approx:
            return ZERO  # below the smallest double: the operation underflows
    return Num(value, approx, (carried + (abs(approx) + carried) * HALF_ULP) * SLACK + SMALLEST)


def number(posted):
    """A number of the request: the nearest double, exactly."""
    approx = float(posted)
    return Num(Fraction(approx), approx, 0.0)


ZERO = Num(Fraction(0), 0.0, 0.0)
ONE = number(1)
MINUS_ONE = number(-1)


def is_exact_zero(num):
    return not num.bound and not num.value


def sign(num):
    """-1, 0 or 1, of the value and of every double within the bound."""
    if num.bound and abs(num.approx) <= num.bound * SLACK:
        raise Ambiguous("zero or not?")
    return (num.value > 0) - (num.value < 0)


def is_zero(num):
    return sign(num) == 0


def zero_truths(num):
    """The answers to is_zero that doubles may give: one, or both where it is ambiguous."""
    try:
        return {is_zero(num)}
    except Ambiguous:
        return {True, False}


def differs(num, posted):
    """Whether the double is another one than the posted double."""
    distance = num.value - posted.value
    if num.bound and abs(float(distance)) <= num.bound * SLACK:
        raise Ambiguous("changed or not?")
    return distance != 0


def rounded(z, decimals):
    """rint(t) / 10^d with t = z * 10^d where |t| < 2^53, ties to even; z itself where it is not."""
    if abs(z.value) * 10 ** decimals > 2 ** 54:
        return z  # t itself may be beyond the largest double
    t = z * number(10 ** decimals)
    margin = 2 ** 53 - abs(t.value)
    if t.bound and abs(margin) <= Fraction(t.bound):
        raise Ambiguous("has it a last decimal?")
    if margin <= 0:
        return z
    to_halfway = abs(t.value - math.floor(t.value) - Fraction(1, 2))
    if t.bound and to_halfway <= Fraction(t.bound):
        raise Ambiguous("rounds up or down?")
    return settle(Fraction(round(t.value), 10 ** decimals), 0.0)


def dyadic(value):
    """The Fraction itself if its denominator is a power of 2, else its first 200 bits: enough for
    any double, and the next sum of such values stays short.
    """
    if not value.denominator & (value.denominator - 1):
        return value
    shift = FIXED_BITS + value.denominator.bit_length() - abs(value.numerator).bit_length()
    scale = Fraction(2) ** shift
    return round(value * scale) / scale


def decimal_of(value):
    return Decimal(value.numerator) / Decimal(value.denominator)


def calculated(formula, z):
    """formula(decimal) in high precision, as a Fraction."""
    with localcontext() as context:
        context.prec = 80
        context.Emin, context.Emax = -10 ** 6, 10 ** 6
        return dyadic(Fraction(formula(decimal_of(z))))


def from_library(value, carried):
    """What a library's function and the few operations around it return: near the value, and near
    0 for a value below the smallest double.
    """
    approx = float(value)
    return Num(value, approx, (carried + abs(approx) * LIBM) * SLACK + 4 * SMALLEST)


def power(z):
    """exp(z) of z <= 0, with an error that is relative to it."""
    if is_exact_zero(z):
        return ONE
    if z.approx + z.bound < UNDERFLOWS:
        return ZERO
    if z.bound > 0.01:
        raise Ambiguous("too ill-conditioned for a power")
    value = calculated(Decimal.exp, z.value)
    return from_library(value, float(value) * z.bound * 1.01)


def log1p(x):
    """ln(1 + x) of x >= 0."""
    if is_exact_zero(x):
        return ZERO
    return from_library(calculated(lambda v: (1 + v).ln(), x.value), x.bound)


def quotient(a, b):
    """a / b, both at least 0, b not 0."""
    if is_exact_zero(a):
        return ZERO
    if b.approx <= 4 * b.bound:
        raise Ambiguous("divided by nearly 0")
    value = dyadic(a.value / b.value)
    if value > 2 ** 1020:
        raise Ambiguous("is it beyond the largest double?")
    return settle(value, (a.bound + float(value) * b.bound) / (b.approx - b.bound) * SLACK)


def negative_magnitude(z):
    """-|z|"""
    return Num(-abs(z.value), -abs(z.approx), z.bound)


def sigmoid_pair(z):
    """sigmoid(z) and sigmoid(-z), each with all its digits."""
    e = power(negative_magnitude(z))
    if e.approx + e.bound < LOST_BESIDE_1:
        small, large = e, ONE
    else:
        large = quotient(ONE, ONE + e)
        small = quotient(e, ONE + e)
    return (large, small) if z.value > 0 else (small, large)


def sigmoid(z):
    return sigmoid_pair(z)[0]


def sigmoid_slope(z):
    u, v = sigmoid_pair(z)
    return u * v


def tanh_formula(value):
    twice = (2 * value).exp()
    return (twice - 1) / (twice + 1)


def tanh(z):
    if is_exact_zero(z):
        return ZERO
    if abs(z.approx) - z.bound >= FLAT_TANH:
        return ONE if z.value > 0 else MINUS_ONE
    return from_library(calculated(tanh_formula, z.value), z.bound)


def tanh_slope(z):
    return number(4) * sigmoid_slope(z + z)


def printed(num):
    """The double to expect in a reply. A 0 is to come back as exactly 0; a 0 that doubles may miss
    is given as the smallest double.
    """
    if num.bound > TOLERANCE * max(1.0, abs(num.approx)):
        raise Ambiguous("too ill-conditioned to compare")
    if num.bound and not num.approx:
        return SMALLEST
    return num.approx
