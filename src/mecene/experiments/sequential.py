"""May one look every day, and stop when it is clear? Intervals that hold at every look at once.

A fixed interval looked at again and again ends up announcing an effect where there is none. These
are wider, and may be looked at as often as one likes: the chance that any of them, ever, leaves
the truth out is at most 1 − confidence.
"""

from dataclasses import replace
from math import exp, inf, log, sqrt

from mecene.experiments import means
from mecene.experiments.difference import CONFIDENCE, Difference, NoVariation, TooFewDonors
from mecene.experiments.moments import Moments
from mecene.experiments.proportions import Answers, NotAShare

TIGHTEST_AT = 5_000  # people, both arms
MIN_DONORS = 100  # an arm, before the first look at a mean
_FARTHEST = 60.0  # of the logarithm of the odds


def watched(told: Difference, *, tightest_at: int = TIGHTEST_AT) -> Difference:
    """Return a difference as it may be looked at any time; p, too, is always valid.

    Asymptotic: the first look should wait until the fixed interval itself would hold, and its
    refusals (``TooFewDonors``) are what says so; for amounts, ``amounts.MIN_GIVERS``, under a cap
    declared before the first look.

    Source: I. Waudby-Smith, D. Arbour, R. Sinha, E. Kennedy and A. Ramdas (2021), "Time-uniform
    central limit theory and asymptotic confidence sequences", arXiv:2103.06476, theorem 2.2 and
    the choice of ρ below it.

    Args:
        told: Absolute difference from a fixed comparison of means, ratios or capped amounts.
        tightest_at: People in both arms at which the interval is tightest, >= 1; fixed before the
            first look.

    Raises:
        TooFewDonors: an arm has fewer than ``MIN_DONORS``.
        ValueError: the difference is a share; watch the absolute one.
    """
    if told.relative:
        raise ValueError("a share is not watched: watch the difference, or `odds` of answers")
    if min(told.n_control, told.n_treated) < MIN_DONORS:
        raise TooFewDonors(f"at least {MIN_DONORS} in each arm before the first look")
    people = told.n_control + told.n_treated
    reach = told.std_error * boundary(people, tightest_at=tightest_at, confidence=told.confidence)
    p = _always_valid(told.estimate / told.std_error, people, tightest_at, told.confidence)
    return replace(
        told, low=told.estimate - reach, high=told.estimate + reach, p=p,
        method="always valid, " + told.method,
    )  # fmt: skip


def mean(
    control: Moments, treated: Moments, *, quantity: int = 0, confidence: float = CONFIDENCE,
    tightest_at: int = TIGHTEST_AT,
) -> Difference:  # fmt: skip
    """Return the difference of means of a quantity as it may be looked at any time."""
    told = means.difference(control, treated, quantity=quantity, confidence=confidence)
    return watched(told, tightest_at=tightest_at)


def boundary(
    people: int, *, tightest_at: int = TIGHTEST_AT, confidence: float = CONFIDENCE
) -> float:
    """Return by how many standard errors an always-valid interval reaches; > 1.96 at 95 %.

    Args:
        people: Seen so far in both arms, >= 1.
        tightest_at: As ``watched``.
        confidence: In (0, 1).
    """
    mixed = people * _rho_squared(tightest_at, confidence)
    # Theorem 2.2, over the standard error σ̂/√t; the authors' own R code has the same.
    return sqrt(2 * (mixed + 1) / mixed * log(sqrt(mixed + 1) / (1 - confidence)))


def ratio(
    control: Answers, treated: Answers, *, share_treated: float, confidence: float = CONFIDENCE
) -> Difference:
    """Return the relative difference of two shares as it may be looked at any time; exact.

    Whoever answers was drawn for the treatment with a chance that only depends on the ratio of
    the shares: under no effect, that of the draw. Exact at any size from the first answer, where
    people were drawn one by one, and the ratio, not the level, stays the same over time.

    Source: the mixture of Robbins (1970) on that chance, prior Beta(1, 1); as in M. Lindon and
    A. Malek (2022), "Anytime-valid inference for multinomial count data", NeurIPS.

    Args:
        control: Answers so far in the control.
        treated: Answers so far in the treatment.
        share_treated: Chance of the draw for the treatment, among both arms, in (0, 1).
        confidence: In (0, 1).

    Returns:
        A share of the control's level; ``high`` is infinite while the control has too few answers.

    Raises:
        NoVariation: nobody answered yet.
    """
    from scipy import special

    if not 0 < share_treated < 1:
        raise NotAShare(f"share_treated is {share_treated}: a chance between 0 and 1")
    ones, zeros = treated.answered, control.answered
    if ones + zeros == 0:
        raise NoVariation("nobody answered yet, in either arm")
    odds = log(share_treated / (1 - share_treated))
    limits = _odds_limits(ones, zeros, log(1 / (1 - confidence)))
    low, high = (exp(each - odds) - 1 if each < _FARTHEST else inf for each in limits)

    ever = min(1.0, exp(_log_likelihood(ones, zeros, odds) - special.betaln(ones + 1, zeros + 1)))
    level, after = control.share, treated.share
    estimate = (ones / zeros) * exp(-odds) - 1 if zeros else inf
    spread = (1 + estimate) * sqrt(1 / ones + 1 / zeros) if ones and zeros else inf
    return Difference(
        estimate, low, high, ever, control.people, treated.people, level, after, spread,
        "always valid, exact", confidence, relative=True,
    )  # fmt: skip


def _odds_limits(ones: int, zeros: int, evidence: float) -> tuple[float, float]:
    """Return the log-odds at which the mixture's evidence reaches a limit, either side."""
    from scipy import optimize, special

    def beyond(odds: float) -> float:
        return float(
            special.betaln(ones + 1, zeros + 1) - _log_likelihood(ones, zeros, odds) - evidence
        )

    top = log(ones / zeros) if ones and zeros else (_FARTHEST if ones else -_FARTHEST)
    low = optimize.brentq(beyond, -_FARTHEST, top) if ones else -_FARTHEST
    high = optimize.brentq(beyond, top, _FARTHEST) if zeros else _FARTHEST
    return float(low), float(high)


def _log_likelihood(ones: int, zeros: int, odds: float) -> float:
    """Return ln θ^ones (1 − θ)^zeros at the log-odds of θ."""
    from scipy import special

    return float(ones * special.log_expit(odds) + zeros * special.log_expit(-odds))


def _rho_squared(tightest_at: int, confidence: float) -> float:
    """Return ρ² that makes the interval tightest there: their closed form."""
    alpha = 1 - confidence
    return (-2 * log(alpha) + log(-2 * log(alpha) + 1)) / tightest_at


def _always_valid(z: float, people: int, tightest_at: int, confidence: float) -> float:
    """Return the smallest 1 − confidence at which the interval, its ρ kept, leaves out 0."""
    mixed = people * _rho_squared(tightest_at, confidence)
    return min(1.0, sqrt(mixed + 1) * exp(-z * z * mixed / (2 * (mixed + 1))))
