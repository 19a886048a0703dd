"""What a person's words allow, by the law of the day (CNIL; CPCE L34-5; GDPR 6, 7, 9, 21)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecene import facts
from mecene.law import consent, parameters
from mecene.law.consent import Person, Statement

DAY = date(2026, 11, 22)
PURPOSES = st.sampled_from(facts.PURPOSES)
CHANNELS = st.sampled_from([*consent.CHANNELS, consent.ANY, "carrier_pigeon"])
MOMENTS = st.integers(0, 2_000).map(lambda n: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=n))
STATEMENTS = st.builds(
    Statement,
    purpose=st.none() | PURPOSES,
    channel=st.none() | st.sampled_from(consent.CHANNELS),
    status=st.sampled_from(facts.CONSENT_STATUSES),
    occurred_at=MOMENTS,
)
SAID = st.lists(STATEMENTS, max_size=8)
PEOPLE = st.builds(
    Person,
    deceased=st.booleans(), vulnerable=st.booleans(), sensitive=st.booleans(),
    suppressed=st.frozensets(st.sampled_from(consent.CHANNELS)),
    country=st.sampled_from([None, "FR", "BE"]),
)  # fmt: skip


def may(said, purpose="appeal", channel="email", on=DAY, **told):
    return consent.verdict(
        said, purposes=[purpose], channel=channel, on=on, person=Person(**told)
    ).allowed


def word(status, purpose=None, channel=None, day=1):
    return Statement(purpose, channel, status, datetime(2026, 1, day, tzinfo=UTC))


class TestTheFrenchMatrix:
    @pytest.mark.parametrize("channel", consent.CHANNELS)
    def test_an_appeal_goes_to_who_did_not_object(self, channel):
        assert may([], channel=channel)
        assert not may([word("objected", "appeal", channel)], channel=channel)

    @pytest.mark.parametrize(
        ("channel", "on", "allowed"),
        [
            ("email", DAY, False),
            ("sms", DAY, False),
            ("post", DAY, True),
            ("phone", date(2026, 8, 10), True),
            ("phone", date(2026, 8, 11), False),
        ],
    )
    def test_an_offer_without_consent(self, channel, on, allowed):
        assert may([], "commercial", channel, on) is allowed

    def test_mixed_content_follows_the_strictest_rule(self):
        found = consent.verdict([], purposes=["appeal", "commercial"], channel="email", on=DAY)

        assert not found.allowed
        assert found.basis == "consent"

    def test_a_receipt_goes_to_who_refused_everything(self):
        assert may([word("objected")], "transactional")

    def test_consent_names_its_purpose(self):
        assert not may([word("granted")], "open_tracking", consent.ANY)
        assert may([word("granted", "open_tracking")], "open_tracking", consent.ANY)

    def test_one_box_does_not_win_back_who_refused_everything(self):
        refused = word("objected", "appeal", None, 1)

        assert not may([refused, word("granted", "appeal", "email", 2)])
        assert may([refused, word("granted", "appeal", None, 2)])

    def test_abroad_the_strictest_rule_holds(self):
        assert not may([], country="BE")
        assert may([], country="RE")

    def test_where_giving_reveals_beliefs_profiling_takes_consent(self):
        assert may([], "profiling", consent.ANY)
        assert not may([], "profiling", consent.ANY, sensitive=True)
        assert may([word("granted", "profiling")], "profiling", consent.ANY, sensitive=True)


class TestLaws:
    @given(SAID, PURPOSES, CHANNELS, st.sampled_from(consent.AGAINST), PEOPLE)
    def test_a_later_no_always_wins(self, said, purpose, channel, status, person):
        last = max((one.occurred_at for one in said), default=datetime(2020, 1, 1, tzinfo=UTC))
        no = Statement(purpose, None, status, last)

        found = consent.verdict(
            [*said, no], purposes=[purpose], channel=channel, on=DAY, person=person
        )

        assert not found.allowed or found.basis == "contract"

    @given(SAID, st.sets(PURPOSES, min_size=1), PURPOSES, CHANNELS, PEOPLE)
    def test_one_more_purpose_never_allows_more(self, said, purposes, more, channel, person):
        told = {"channel": channel, "on": DAY, "person": person}

        if consent.verdict(said, purposes=purposes | {more}, **told).allowed:
            assert consent.verdict(said, purposes=purposes, **told).allowed

    @given(SAID, PURPOSES, CHANNELS)
    def test_the_dead_receive_nothing(self, said, purpose, channel):
        assert not may(said, purpose, channel, deceased=True)

    @given(SAID, PURPOSES.filter(lambda one: one != "transactional"), CHANNELS)
    def test_the_protected_are_not_asked(self, said, purpose, channel):
        assert not may(said, purpose, channel, vulnerable=True)

    @given(SAID, PURPOSES, CHANNELS, PEOPLE)
    def test_the_order_of_the_rows_is_nothing(self, said, purpose, channel, person):
        told = {"purposes": [purpose], "channel": channel, "on": DAY, "person": person}

        assert consent.verdict(said, **told) == consent.verdict(said[::-1], **told)

    @given(SAID, PURPOSES, CHANNELS)
    def test_a_stricter_association_never_allows_more(self, said, purpose, channel):
        if may(said, purpose, channel, sensitive=True):
            assert may(said, purpose, channel)

    @given(SAID)
    def test_what_is_said_later_is_not_heard_yet(self, said):
        on = date(2022, 1, 1)
        heard = [one for one in said if one.occurred_at.date() <= on]

        assert consent.state(said, on=on) == consent.state(heard, on=on)

    @given(SAID, PEOPLE)
    def test_every_verdict_is_said_in_both_languages(self, said, person):
        for found in consent.state(said, on=DAY, person=person).values():
            assert found.text(lang="fr") != found.text(lang="en")


def test_no_purpose_is_no_question():
    with pytest.raises(consent.UnknownPurpose, match="no purpose"):
        consent.verdict([], purposes=[], channel="email", on=DAY)
    with pytest.raises(consent.UnknownPurpose, match="lottery"):
        consent.verdict([], purposes=["lottery"], channel="email", on=DAY)


def test_every_purpose_of_the_facts_is_known_to_the_law():
    assert {purpose for purpose, _ in consent.state([], on=DAY)} == set(facts.PURPOSES)


class TestParameters:
    @pytest.mark.parametrize("name", parameters.names())
    def test_each_has_a_source_a_state_and_a_day(self, name):
        found = parameters.of(name, on=DAY)

        assert found.state in parameters.STATES
        assert len(found.source) > 20
        assert found.value > 0

    def test_before_its_day_it_does_not_hold(self):
        with pytest.raises(parameters.NoSuchParameter, match=r"rights\.answer_months"):
            parameters.of("rights.answer_months", on=date(2017, 1, 1))

    @pytest.mark.parametrize("family", ["charitable", "commercial", "sharing", "tracking"])
    def test_each_rule_has_its_source(self, family):
        for row in parameters.read("matrix.toml")[family]:
            assert row["state"] in parameters.STATES
            assert len(row["source"]) > 10
