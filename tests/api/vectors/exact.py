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
FIXED_BITS = 200  # of sigmoid and tanh, whose values are no fractions
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
HALF = number(0.5)


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


def exp_fixed(value):
    """exp of a Fraction, as a Decimal good to some 70 digits."""
    fixed = (value.numerator << FIXED_BITS) // value.denominator
    return (Decimal(fixed) / (1 << FIXED_BITS)).exp()


def transcendental(formula, z, steepness):
    """formula(exp, z) in high precision; an error of z grows by at most the steepness."""
    with localcontext() as context:
        context.prec = 75
        value = Fraction(int(formula(z.value) * (1 << FIXED_BITS)), 1 << FIXED_BITS)
    approx = float(value)
    return Num(value, approx, (z.bound * steepness + abs(approx) * LIBM) * SLACK + SMALLEST)


def sigmoid_formula(value):
    return 1 / (1 + exp_fixed(-value))


def tanh_formula(value):
    twice = exp_fixed(2 * value)
    return (twice - 1) / (twice + 1)


def is_saturated(z, smooth, flat):
    """False up to |z| = smooth, True from flat on: there any formula's derivative is exactly 0."""
    if abs(z.approx) + z.bound <= smooth:
        return False
    if abs(z.approx) - z.bound >= flat:
        return True
    raise Ambiguous("saturated or not?")


def sigmoid(z):
    if is_exact_zero(z):
        return HALF
    if is_saturated(z, 30, 800):
        return ONE if z.value > 0 else ZERO
    return transcendental(sigmoid_formula, z, 0.25)


def tanh(z):
    if is_exact_zero(z):
        return ZERO
    if is_saturated(z, 15, 500):
        return ONE if z.value > 0 else MINUS_ONE
    return transcendental(tanh_formula, z, 1.0)


def printed(num):
    """The double to expect in a reply. A 0 is to come back as exactly 0; a 0 that doubles may miss
    is given as the smallest double.
    """
    if num.bound > TOLERANCE * max(1.0, abs(num.approx)):
        raise Ambiguous("too ill-conditioned to compare")
    if num.bound and not num.approx:
        return SMALLEST
    return num.approx
