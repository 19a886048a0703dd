"""Prints what ChannelAttribution 2.2.5 (GPL-3) says of its own example paths; not run by the tests.

    pip install channelattribution==2.2.5 matplotlib   # in an environment of its own
    python tests/attribution/by_channelattribution.py …/channel-attribution-paths/Data.csv

It draws 10⁶ walks or more: its figures are within a part in two hundred of the exact ones (its
`conv_par`), and its removal effects are those of test_markov.py before they are made to sum to 1.
"""

import sys


def main():
    import ChannelAttribution
    import pandas

    paths = pandas.read_csv(sys.argv[1], sep=";")
    for order in (1, 2):
        found = ChannelAttribution.markov_model(
            paths, "path", "total_conversions", var_value="total_conversion_value",
            var_null="total_null", order=order, out_more=True, seed=1, conv_par=0.005,
            nsim_start=10**6, ncore=1, verbose=False,
        )  # fmt: skip
        print(order, found["result"], found["removal_effects"], sep="\n")


if __name__ == "__main__":
    main()
