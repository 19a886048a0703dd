"""An alarm tells of drift from a donor's own habits, one way only, whatever the others do."""

from functools import cache

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from fact_rows import summary
from mecene.features import dictionary, profiled
from mecene.signals import alarms, calibration, evidence, lessons, rhythm, watched
from mecene.signals.surprises import SIGNALS

MONTHLY = {"recurring_state": "active", "recurring_age_months": 20, "instalment_days": 20,
           "instalment_gap_log_mean": 3.42, "instalment_gap_log_variance": 0.001,
           "last_instalment_age_days": 20, "recurring_started_age_days": 620}  # fmt: skip


def donor(**changed):
    """Return a donor of a gift every six months, the last three months ago, who clicks."""
    return {
        "gifts": 8, "last_gift_age_days": 90, "first_gift_age_days": 1_400, "currency": "EUR",
        "free_gift_days": 8, "free_gap_log_mean": 5.2, "free_gap_log_variance": 0.05,
        "instalment_days": 0, "last_free_day_minor": 5_000, "earlier_free_amounts": 7,
        "earlier_free_amount_log_mean": 8.517, "earlier_free_amount_log_variance": 0.02,
        "recent_emails": 3, "earlier_emails": 24, "recent_clicks": 1, "earlier_clicks": 12,
        "recent_contacts": 4, "earlier_contacts": 30, "recent_replies": 1, "earlier_replies": 6,
        "recent_campaigns": 3, "recent_campaigns_answered": 1, "earlier_campaigns": 20,
        "earlier_campaigns_answered": 8,
    } | changed  # fmt: skip


FILE = summary(
    *(donor(last_gift_age_days=30 + 7 * n, recent_clicks=n % 4) for n in range(20)),
    *(donor(**MONTHLY) for _ in range(10)),
)
RHYTHM = rhythm.fit(evidence.of(FILE))
ORDINARY = calibration.fit(lessons.none())


def raised(*donors, rate=0.05):
    return alarms.of(summary(*donors), rhythm=RHYTHM, calibration=ORDINARY, false_alarm_rate=rate)


WORSE = {
    "silence": ("last_gift_age_days", 90, 260),
    "amounts": ("last_free_day_minor", 5_000, 1_500),
    "clicks": ("recent_clicks", 2, 0),
    "replies": ("recent_replies", 1, 0),
    "campaigns": ("recent_campaigns_answered", 2, 0),
    "complaint": ("last_complaint_age_days", None, 20),
    "objection": ("last_objection_age_days", None, 20),
}
WORSE_REGULAR = {
    "silence": ("last_instalment_age_days", 20, 50),
    "pause": ("recurring_state", "active", "paused"),
    "lowering": ("last_lowering_age_days", 200, 20),
    "card": ("card_expires_in_days", 300, 20),
}


@pytest.mark.parametrize("signal", WORSE)
def test_each_signal_alone_raises_the_alarm(signal):
    column, before, after = WORSE[signal]

    calm, adverse = raised(donor(**{column: before}), donor(**{column: after}))["alarm"]

    assert adverse > calm


@pytest.mark.parametrize("signal", WORSE_REGULAR)
def test_each_signal_of_a_regular_donor_raises_the_alarm(signal):
    column, before, after = WORSE_REGULAR[signal]

    told = raised(donor(**MONTHLY | {column: before}), donor(**MONTHLY | {column: after}))

    assert told["group"].to_list() == ["regular", "regular"]
    assert told["alarm"][1] > told["alarm"][0]


def test_a_yearly_debit_is_not_late_after_some_months():
    yearly = MONTHLY | {"instalment_months": 12, "instalment_days": 1, "recurring_age_months": 5,
                        "instalment_gap_log_mean": None, "instalment_gap_log_variance": None,
                        "last_instalment_age_days": 150}  # fmt: skip

    calm, late = raised(donor(**yearly), donor(**yearly | {"instalment_months": 1}))["alarm"]
    usual = raised(
        donor(**yearly | {"last_instalment_age_days": 420, "last_complaint_age_days": 3}), rate=0.9
    )["evidence"][0]

    assert calm < late
    (silence,) = [item for item in usual if item["signal"] == "silence"]
    assert 330 < silence["usual"] < 400


def test_a_failed_debit_raises_the_alarm_while_it_is_recent():
    failed = MONTHLY | {"failed_in_a_row": 1, "recurring_state": "failing"}

    calm, recent, old = raised(
        donor(**MONTHLY),
        donor(**failed, last_failure_age_days=20),
        donor(**failed, last_failure_age_days=200),
    )["alarm"]

    assert recent > calm == old


@st.composite
def two_of_whom_one_is_worse(draw):
    """Draw a donor twice: with some signs, and with those and others."""
    regular = draw(st.booleans())
    signs = {**WORSE, **WORSE_REGULAR} if regular else WORSE
    some = draw(st.sets(st.sampled_from(sorted(signs))))
    more = some | draw(st.sets(st.sampled_from(sorted(signs))))
    base = donor(**(MONTHLY if regular else {}))

    def having(names):
        return base | {signs[n][0]: signs[n][2] if n in names else signs[n][1] for n in signs}

    return having(some), having(more)


# A table costs as much whatever its length: few of them, and long.
@given(st.lists(two_of_whom_one_is_worse(), min_size=1, max_size=12))
@settings(max_examples=15, deadline=None)
def test_more_adverse_evidence_never_lowers_an_alarm(pairs):
    """Any donors, any two sets of signs of which one holds the other."""
    alarm = raised(*(row for pair in pairs for row in pair))["alarm"]

    assert all(worse >= less for less, worse in zip(alarm[::2], alarm[1::2], strict=True))


@cache
def _whole():
    return alarms.of(FILE, rhythm=RHYTHM, calibration=ORDINARY).sort("donor_id")


@given(st.permutations(range(20)))
@settings(max_examples=10, deadline=None)
def test_neither_the_order_of_donors_nor_their_batch_changes_an_alarm(order):
    whole = _whole()
    shuffled = FILE[[*order, *range(20, 30)]]
    parts = [shuffled[:7], shuffled[7:9], shuffled[9:]]

    batched = pl.concat(
        alarms.of(part, rhythm=RHYTHM, calibration=ORDINARY) for part in parts
    ).sort("donor_id")

    assert_frame_equal(batched, whole)
    learnt = sum((evidence.of(part) for part in parts), evidence.Evidence({}))
    for name, sums in evidence.of(FILE).sums.items():
        assert learnt.sums[name] == pytest.approx(sums)


def test_a_donor_of_one_gift_has_the_groups_rhythm_and_it_is_said():
    once = donor(gifts=1, free_gift_days=1, free_gap_log_mean=None, free_gap_log_variance=None)

    own, group = raised(donor(), once)["learnt_from"]

    assert (own, group) == ("own", "group")


def test_a_donor_silent_beyond_their_own_limit_is_gone_not_drifting():
    told = raised(donor(last_gift_age_days=1_126)).row(0, named=True)

    assert (told["state"], told["alarm"], told["level"], told["evidence"]) == (
        "lapsed", None, None, [],
    )  # fmt: skip


AGREED = {"open_granted_age_days": 900, "earlier_opens": 20}


def test_opens_are_a_signal_of_who_agreed_and_of_nobody_else():
    # given a file where some agreed, and open more or less often
    file = summary(*(donor(**AGREED, recent_opens=n % 5) for n in range(20)))
    known = rhythm.fit(evidence.of(file))
    refused = {"recent_opens": None, "earlier_opens": None}

    # when three are looked at, of whom the last never agreed
    told = alarms.of(
        summary(donor(**AGREED, recent_opens=4), donor(**AGREED, recent_opens=0), donor(**refused)),
        rhythm=known, calibration=ORDINARY, false_alarm_rate=0.99,
    )  # fmt: skip

    assert told["alarm"][1] > told["alarm"][0]
    assert ["opens" in signals for signals in told["signals"]] == [False, True, False]


def test_a_file_that_never_saw_an_open_misses_none():
    calm, fewer = raised(donor(**AGREED, recent_opens=4), donor(**AGREED, recent_opens=0))["alarm"]

    assert calm == fewer


@pytest.mark.parametrize("barred", ["deceased", "objects_profiling"])
def test_the_dead_and_those_who_object_to_profiling_are_absent(barred):
    told = raised(donor(), donor(**{barred: True}), donor(gifts=0))

    assert told["donor_id"].to_list() == [1]


def test_the_evidence_of_an_alarm_comes_strongest_first_with_its_figures():
    told = raised(
        donor(last_gift_age_days=300, last_complaint_age_days=10, recent_clicks=0), rate=0.2
    ).row(0, named=True)

    strengths = [item["strength"] for item in told["evidence"]]
    by_name = {item["signal"]: item for item in told["evidence"]}
    assert told["level"] != "none"
    assert strengths == sorted(strengths, reverse=True)
    assert told["signals"] == [item["signal"] for item in told["evidence"]]
    assert by_name["silence"]["figure"] == 300
    # their own gaps: exp(5.2) is 181 days
    assert by_name["silence"]["usual"] == pytest.approx(181, rel=0.05)
    assert by_name["complaint"]["figure"] == 10


def test_every_signal_has_an_ordinary_weight():
    assert set(calibration.ORDINARY) == set(SIGNALS)


def test_a_summary_without_a_column_is_refused():
    short = FILE.drop("recent_clicks")

    with pytest.raises(profiled.IncompleteSummary, match=r"recent_clicks.*drift"):
        alarms.of(short, rhythm=RHYTHM, calibration=ORDINARY)


def test_a_file_without_a_gift_has_nothing_to_say():
    with pytest.raises(rhythm.NothingToSay, match="no donor"):
        rhythm.fit(evidence.of(summary(donor(gifts=0))))


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1])
def test_an_impossible_rate_is_refused(rate):
    with pytest.raises(calibration.ImpossibleRate, match="between 0 and 1"):
        raised(donor(), rate=rate)


ANYTHING = {
    column.name: {
        pl.Int64(): st.none() | st.integers(0, 5_000), pl.Float64(): st.none() | st.floats(0, 30),
        pl.String(): st.none() | st.sampled_from(["active", "stopped", "paused", "EUR"]),
        pl.Boolean(): st.none() | st.booleans(), pl.Date(): st.none(),
    }[column.type]
    for column in dictionary.columns(watched.FAMILIES) if column.name in watched.COLUMNS[1:]
}  # fmt: skip


@given(st.lists(st.fixed_dictionaries(ANYTHING), min_size=1, max_size=18))
@settings(max_examples=20, deadline=None)
def test_whatever_a_summary_holds_an_alarm_is_a_chance(donors):
    told = raised(*(row | {"gifts": 1 + (row["gifts"] or 0)} for row in donors))

    alive = told.filter(pl.col("state") == "watched")
    assert alive["alarm"].is_between(0, 1).all()
    assert alive["alarm"].is_nan().sum() == 0
    assert alive["level"].is_in(["none", "alarm", "strong"]).all()
    assert (
        told.filter(pl.col("state") == "lapsed")["alarm"].null_count()
        == told.filter(pl.col("state") == "lapsed").height
    )


def test_nobody_at_all_is_an_empty_table():
    told = alarms.of(summary(donor(gifts=0)), rhythm=RHYTHM, calibration=ORDINARY)

    assert told.height == 0
    assert told.schema == pl.Schema(alarms.SCHEMA)
