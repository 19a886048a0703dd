"""FEP gains and losses, upgrades and downgrades, worked by hand.

Definitions: Fundraising Effectiveness Project, AFP,
http://www.afpnet.org/Audiences/ReportsResearchDetail.cfm?itemnumber=2599
"""


def latest(measures, label: str = "2024"):
    return next(m for m in measures.movements if (m.label, m.who) == (label, "donors"))


GIFTS = [
    (1, "2023-02-01", 100), (1, "2024-02-01", 150),  # upgrade 50
    (2, "2023-02-01", 80), (2, "2024-02-01", 60),  # downgrade 20
    (3, "2023-02-01", 30), (3, "2024-02-01", 10), (3, "2024-03-01", 20),  # same, in two gifts
    (4, "2023-02-01", 40),  # lapsed new 40
    (5, "2022-02-01", 5), (5, "2023-02-01", 70),  # lapsed repeat 70
    (6, "2022-02-01", 25), (6, "2024-02-01", 35),  # recaptured 35
    (7, "2024-02-01", 15),  # new 15
]  # fmt: skip


def test_gains_and_losses_worked_by_hand(measured) -> None:
    found = latest(measured(GIFTS, as_of="2025-01-01"))

    gained = (
        found.gained_new_minor, found.gained_recaptured_minor, found.gained_upgrade_minor,
    )  # fmt: skip
    lost = (
        found.lost_downgrade_minor, found.lost_lapsed_new_minor, found.lost_lapsed_repeat_minor,
    )  # fmt: skip
    assert gained == (1_500, 3_500, 5_000)
    assert lost == (2_000, 4_000, 7_000)
    # 2023: 320 €; 2024: 290 €.
    assert (found.gains_minor, found.losses_minor, found.net_minor) == (10_000, 13_000, -3_000)
    assert found.net_growth == -30 / 320
    assert found.gain_loss_ratio == 100 / 130


def test_donors_who_gave_more_the_same_and_less(measured) -> None:
    found = latest(measured(GIFTS, as_of="2025-01-01"))

    assert (found.upgraded, found.same, found.downgraded) == (1, 1, 1)
    assert (found.new, found.recaptured, found.lapsed_new, found.lapsed_repeat) == (1, 1, 1, 1)
    assert found.upgraded_share == found.same_share == found.downgraded_share == 1 / 3


def test_without_a_loss_there_is_no_ratio_and_without_a_past_no_growth(measured) -> None:
    first = latest(measured(GIFTS, as_of="2025-01-01"), "2022")

    assert (first.gains_minor, first.losses_minor) == (3_000, 0)
    assert (first.gain_loss_ratio, first.net_growth, first.upgraded_share) == (None, None, None)
