"""Which type of content donors do most after: read from names, counted by hand, never of few."""

from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from mecene.engine import store
from mecene.experiments import contents

AS_OF = date(2026, 3, 1)
SENT = datetime(2026, 1, 5, 9)  # noqa: DTZ001 - moments of the facts are UTC, without a zone


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Noël 2025 [contenu:vidéo]", "video"), ("B motif:engagé", "action"), ("story", "story"),
        ("content = Photo", "image"), ("Témoignage", "story"), ("[type: sondage] mars", "survey"),
        ("Histoire d’un puits", None), ("[contenu:xyz]", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_a_name_carries_a_type_by_a_tag_or_alone(text, kind):
    assert contents.type_of(text) == kind


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    """400 donors: newcomers click on videos three times as often as the others, and stories alike.

    Odd donors gave ten years ago. A gift by another campaign, and a click on the fortieth day,
    are of no content.
    """
    donors = list(range(1, 401))
    chance = np.random.default_rng(4)
    sent, did = [], []
    for donor in donors:
        for campaign, variant, rate in (
            ("C1", "video", 0.6 if donor % 2 == 0 else 0.2), ("C2", None, 0.3), ("C3", None, 0.9),
        ):  # fmt: skip
            sent.append((donor, SENT, campaign, variant))
            if chance.random() < rate:
                did.append((donor, SENT + timedelta(days=2), campaign))
        did.append((donor, SENT + timedelta(days=40), "C1"))
    contact = pl.DataFrame(sent, orient="row",
                           schema=["donor_id", "at", "campaign_id", "variant"])  # fmt: skip
    clicks = pl.DataFrame(did, orient="row", schema=["donor_id", "at", "campaign_id"])
    gifts = [(d, date(2016, 1, 1), "old") for d in donors[::2]]
    gifts += [(d, SENT.date(), "other") for d in donors[::2]]
    given = pl.DataFrame(gifts, orient="row", schema=["donor_id", "given_on", "campaign_id"])
    return store.write_facts(
        {
            "contacts": contact.with_columns(channel=pl.lit("email"), source_ref=pl.lit("c")),
            "interactions": clicks.with_columns(kind=pl.lit("click"), source_ref=pl.lit("i")),
            "gifts": given.with_columns(
                gift_id=pl.int_range(1, pl.len() + 1), amount_minor=pl.lit(1_000),
                currency=pl.lit("EUR"), kind=pl.lit("one_off"), status=pl.lit("received"),
                source_ref=pl.col("campaign_id") + pl.col("donor_id").cast(pl.String)),
            "campaigns": pl.DataFrame({"campaign_id": ["C1", "C2", "C3"],
                                       "source_ref": ["1", "2", "3"],
                                       "name": ["Un", "Deux [contenu:histoire]", "Trois"]}),
        }, tmp_path_factory.mktemp("contents"))  # fmt: skip


def test_newcomers_and_the_long_standing_are_told_apart(facts):
    found = {
        (one.type, one.is_new, one.measure): one for one in contents.shares(facts, as_of=AS_OF)
    }

    assert {kind for kind, _, _ in found} == {"video", "story"}
    fresh, old = found["video", True, "clicks"], found["video", False, "clicks"]
    assert fresh.donors == old.donors == fresh.sent == 200
    assert fresh.low < 0.6 < fresh.high
    assert old.low < 0.2 < old.high < fresh.low
    # One content a donor: the interval is that of a share, by hand.
    spread = np.sqrt(fresh.share * (1 - fresh.share) / 199)
    assert fresh.high - fresh.low == pytest.approx(2 * 1.96 * spread, rel=0.02)
    story = found["story", True, "clicks"]
    assert story.low < 0.3 < story.high


def test_of_few_and_of_what_nobody_did_no_share_is_told(facts):
    found = {
        (one.type, one.is_new, one.measure): one for one in contents.shares(facts, as_of=AS_OF)
    }

    assert found["video", True, "unsubscribes"].share is None
    # The gift names another campaign.
    assert found["video", False, "gifts"].share is None
    assert contents.shares(facts, as_of=date(2026, 1, 20)) == []
