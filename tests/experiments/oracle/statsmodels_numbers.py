"""What does statsmodels say? Prints numbers.toml; it is not installed beside the rest.

    python -m venv oracle && oracle/bin/pip install statsmodels==0.15.0
    oracle/bin/python tests/experiments/oracle/statsmodels_numbers.py > .../oracle/numbers.toml

Amounts are those of a fixed congruential sequence, so that no generator's version matters.
"""

import numpy as np
import statsmodels
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import confint_proportions_2indep, power_proportions_2indep
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

COUNTS = ((56, 70, 48, 80), (53, 1000, 40, 1000), (12, 300, 6, 2700), (0, 100, 3, 1000),
          (181, 200, 150, 200))  # fmt: skip
P_VALUES = (0.0021, 0.41, 0.013, 0.0098, 0.044, 0.61, 0.0003, 0.013)


def sequence(n, seed):
    """Return n numbers in (0, 1): the minimal standard generator of Park and Miller (1988)."""
    state, told = seed, []
    for _ in range(n):
        state = state * 16807 % 2147483647
        told.append(state / 2147483647)
    return np.array(told)


def main():
    print(f'statsmodels = "{statsmodels.__version__}"')
    first, second = 20 * sequence(60, 1) ** -0.5, 24 * sequence(45, 2) ** -0.5
    both = CompareMeans(DescrStatsW(second), DescrStatsW(first))
    _, p, df = both.ttest_ind(usevar="unequal")
    low, high = both.tconfint_diff(usevar="unequal")
    print(f"[welch]\nlow = {low!s}\nhigh = {high!s}\np = {p!s}\nfreedom = {df!s}")
    for x1, n1, x0, n0 in COUNTS:
        low, high = confint_proportions_2indep(x1, n1, x0, n0, method="newcomb", compare="diff")
        print(f"[[newcombe]]\ncounts = {[x0, n0, x1, n1]}\nlow = {low!s}\nhigh = {high!s}")
    for name in ("holm", "fdr_bh"):
        adjusted = multipletests(P_VALUES, method=name)[1]
        print(f"[{name}]\np = {list(P_VALUES)}\nadjusted = {[float(each) for each in adjusted]}")
    size = power_proportions_2indep(0.01, 0.05, 4000, ratio=1, return_results=False)
    print(f"[power]\nshares_4000_5_to_6 = {float(size)!s}")
    n = NormalIndPower().solve_power(effect_size=0.1, power=0.8, alpha=0.05, ratio=9)
    print(f"normal_ratio_9_effect_01 = {float(n)!s}")


if __name__ == "__main__":
    main()
