"""Averages over beta and gamma laws by mpmath, in log-odds and logs: no end is singular there."""

import mpmath as mp


def over_beta(a, b, function):
    """E f(p, 1-p), p ~ Beta(a, b)."""
    a, b = mp.mpf(a), mp.mpf(b)
    scale = mp.beta(a, b)

    def term(s):
        p, q = 1 / (1 + mp.exp(-s)), 1 / (1 + mp.exp(s))
        return p**a * q**b / scale * function(p, q)

    middle, wide = mp.log(a / b), mp.sqrt(1 / a + 1 / b)
    left, right = 60 / a, 60 / b  # e^-60 further than where the tails begin
    cuts = [middle + wide * k for k in (-12, -5, -2, 0, 2, 5, 12)]
    return mp.quad(term, sorted({cuts[0] - left, cuts[0] - left / 9, *cuts,
                                 cuts[-1] + right / 9, cuts[-1] + right}))  # fmt: skip


def over_gamma(shape, rate, function):
    """E f(λ), λ ~ Gamma(shape, rate)."""
    shape, rate = mp.mpf(shape), mp.mpf(rate)

    def term(s):
        return mp.exp(shape * s - rate * mp.exp(s)) * function(mp.exp(s))

    middle, top = mp.log(shape / rate), mp.log((shape + 200) / rate)
    tail, cuts = 60 / shape, [middle - 6 + (top - middle + 6) * mp.mpf(k) / 80 for k in range(81)]
    total = mp.quad(term, [cuts[0] - tail, cuts[0] - tail / 9, *cuts])
    return rate**shape / mp.gamma(shape) * total
