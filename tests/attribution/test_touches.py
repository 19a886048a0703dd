"""What is read of the facts as touches and acts."""

from datetime import date, datetime, time, timedelta

import polars as pl
import pytest

from attribution.met import met
from fact_rows import AS_OF, act, commitment, gift, said, sent, written
from mecene.attribution import paths, touches

DAY = AS_OF - timedelta(days=30)


def read(folder, **tables):
    return touches.of_store(written(folder, **tables), as_of=AS_OF, currency="EUR")


class TestTouches:
    def test_what_was_sent_and_what_was_done_are_touches(self, tmp_path):
        known = read(
            tmp_path,
            contacts=[sent(1, DAY, "post")],
            interactions=[act(1, DAY, "click", channel="email", device="phone")],
        )

        assert known.touches.select("channel", "kind", "device").rows() == [
            ("post", "sent", None), ("email", "click", "phone"),
        ]  # fmt: skip

    def test_opens_bounces_thanks_and_what_nobody_did_are_none(self, tmp_path):
        known = read(
            tmp_path,
            contacts=[sent(1, DAY, purpose="transactional")],
            interactions=[
                act(1, DAY, "open", channel="email"), act(1, DAY, "hard_bounce", channel="email"),
                act(1, DAY, "unsubscribe", channel="email"),
                act(None, DAY, "click", channel="email", visitor_id="v"), act(1, DAY, "click"),
            ],
            gifts=[gift(1, DAY)],
        )  # fmt: skip

        assert known.touches.is_empty()

    def test_visits_are_those_of_people_who_agreed_to_be_measured_since(self, tmp_path):
        def visits(donor_id):
            return [act(donor_id, DAY + timedelta(days=day), "page_view", channel="web")
                    for day in (-5, 5)]  # fmt: skip

        known = read(
            tmp_path,
            interactions=[row for donor_id in (1, 2, 3, 4) for row in visits(donor_id)],
            consents=[
                said(1, DAY, "web_tracking"),
                said(2, DAY - timedelta(days=60), "web_tracking"),
                said(2, DAY, "web_tracking", "withdrawn"),
                said(3, DAY, "web_tracking"),
                said(3, DAY + timedelta(days=1), None, "objected"),
            ],
        )

        assert known.touches.select("donor_id", "at").rows() == [
            (1, datetime.combine(DAY + timedelta(days=5), time(12)))
        ]

    def test_what_is_not_known_yet_is_not_seen(self, tmp_path):
        known = read(
            tmp_path, contacts=[sent(1, AS_OF)], gifts=[gift(1, AS_OF)],
            consents=[said(1, AS_OF, "newsletter")], recurring_gifts=[commitment(1, AS_OF)],
        )  # fmt: skip

        assert known.touches.is_empty()
        assert known.acts.is_empty()


class TestActs:
    def test_gifts_commitments_and_opt_ins_are_acts_debits_are_none(self, tmp_path):
        known = read(
            tmp_path,
            gifts=[
                gift(1, DAY, amount_minor=2_000, gift_id=1),
                gift(1, DAY, kind="instalment", gift_id=2),
                gift(2, DAY, status="failed", gift_id=3),
                gift(3, DAY, currency="USD", gift_id=4),
                gift(None, DAY, gift_id=5),
            ],
            recurring_gifts=[commitment(4, DAY, amount_minor=1_500, months_between=3)],
            consents=[
                said(5, DAY, "newsletter"), said(5, DAY, "appeal"),
                said(6, DAY, "newsletter", "refused"),
            ],
        )  # fmt: skip

        assert known.acts.select("donor_id", "act", "value_minor").rows() == [
            (1, "gift", 2_000), (3, "gift", 0), (4, "subscription", 6_000), (5, "opt_in", 0),
        ]  # fmt: skip

    def test_what_was_met_on_the_day_of_a_gift_without_hour_comes_before_it(self, tmp_path):
        known = read(tmp_path, contacts=[sent(1, DAY, "email")], gifts=[gift(1, DAY)])

        found = paths.to(known, act="gift", as_of=AS_OF)

        assert found.select("path", "conversions", "nulls").rows() == [(["email"], 1, 0)]

    def test_two_gifts_of_one_day_are_one_act(self, tmp_path):
        known = read(
            tmp_path, contacts=[sent(1, DAY, "email")],
            gifts=[gift(1, DAY, gift_id=1), gift(1, DAY, gift_id=2, source_ref="h")],
        )  # fmt: skip

        found = paths.to(known, act="gift", as_of=AS_OF)

        assert found.select("conversions", "value_minor").rows() == [(1, 10_000.0)]


class TestTables:
    def test_a_table_that_is_none_of_touches_is_refused(self):
        good = met([], [])

        with pytest.raises(touches.InvalidTouches, match="no column channel"):
            touches.of(good.touches.drop("channel"), good.acts)
        with pytest.raises(touches.InvalidTouches, match="donor_id is empty in 1 rows"):
            touches.of(pl.DataFrame({"donor_id": [None]}, schema={"donor_id": pl.Int64}), good.acts)
        with pytest.raises(touches.InvalidTouches, match="wrong type"):
            touches.of(
                good.touches,
                pl.DataFrame({
                    "donor_id": ["x"], "at": [date(2026, 1, 1)], "act": ["gift"],
                    "value_minor": [0],
                }),
            )  # fmt: skip
