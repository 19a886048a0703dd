"""The ledger says who said what and when; nothing changes it, and nothing leaves it in silence."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from mecene.law import consent as law
from mecene_web.audit.models import Entry
from mecene_web.consent import ledger, record, silence, state, suppression
from mecene_web.consent.models import Consent, Mark, Opening, Wording
from mecene_web.donors.models import Donor, Record
from mecene_web.organisation.models import Organisation

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DAY = date(2026, 11, 22)


@pytest.fixture
def donor():
    made = Donor.objects.create(last_name="Martin", first_name="Alice", email="alice@exemple.fr",
                                phone="+33612345678")  # fmt: skip
    Record.objects.create(key=made.pk * 7, donor=made, last_name="Martin", first_name="Alice",
                          email="alice@exemple.fr", phone="+33612345678")  # fmt: skip
    return made


def said(donor, status="objected", purpose="appeal", channel="email", at=NOW, **told):
    return Consent.objects.create(donor=donor, status=status, purpose=purpose, channel=channel,
                                  occurred_at=at, written_at=at, source_ref="x",
                                  **told)  # fmt: skip


class TestAppendOnly:
    @pytest.mark.parametrize("column", ["status", "purpose", "occurred_at", "proof", "source_ref"])
    def test_what_was_said_is_not_changed(self, donor, column):
        row = said(donor)
        new = NOW - timedelta(days=1) if column == "occurred_at" else "granted"

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Consent.objects.filter(pk=row.pk).update(**{column: new})

    def test_nothing_is_removed(self, donor):
        said(donor)

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Consent.objects.all().delete()
        with ledger.opened("erasure"):
            Consent.objects.all().delete()

        assert not Consent.objects.exists()
        assert not Opening.objects.exists()

    def test_an_opening_that_fails_closes_again(self, donor):
        said(donor)
        with pytest.raises(ZeroDivisionError), ledger.opened("erasure"):
            raise ZeroDivisionError

        assert not Opening.objects.exists()
        with pytest.raises(DatabaseError), transaction.atomic():
            Consent.objects.all().delete()

    def test_whose_it_is_may_change(self, donor):
        row, other = said(donor), Donor.objects.create()

        Consent.objects.filter(pk=row.pk).update(donor=other)

        assert Consent.objects.get().donor == other

    def test_words_shown_stay_as_they_were(self):
        Wording.objects.create(version="1", text_fr="Oui", text_en="Yes", shown_from=DAY)

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Wording.objects.update(text_fr="Non")

    def test_a_row_is_not_replaced(self, donor):
        if connection.vendor != "sqlite":
            pytest.skip("only SQLite replaces")
        row = said(donor)
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "insert or replace into consent_consent (id, donor_id, status, occurred_at, "
                "written_at, source_ref) "
                "values (%s, %s, 'granted', '2026-01-01', '2026-01-01', 'y')",
                [row.pk, donor.pk],
            )


class TestState:
    def may(self, donor, purpose="appeal", channel="email"):
        return state.may(donor.pk, purposes=[purpose], channel=channel, on=DAY).allowed

    def test_an_objection_holds(self, donor):
        assert self.may(donor)
        said(donor)

        assert not self.may(donor)
        assert self.may(donor, channel="post")

    def test_an_unsubscribe_is_an_objection(self, donor):
        donor.interactions.create(at=NOW, kind="unsubscribe", source_ref="u")

        assert not self.may(donor)

    def test_the_bank_knew_first(self, donor):
        donor.gifts.create(given_on=DAY, amount_minor=1, currency="EUR", kind="one_off",
                           return_code="MD07", source_ref="g")  # fmt: skip

        assert not self.may(donor, channel="post")

    def test_a_silenced_address_stays_silent_whoever_bears_it(self, donor):
        suppression.add([("email", " ALICE@Exemple.fr"), ("phone", "06 12 34 56 78")],
                        reason="erasure", now=NOW)  # fmt: skip

        assert not self.may(donor)
        assert not self.may(donor, channel="sms")
        assert not self.may(donor, channel="phone")
        assert self.may(donor, channel="post")

    def test_the_list_says_nothing_of_who_is_on_it(self):
        suppression.add([("email", "alice@exemple.fr")], reason="erasure", now=NOW)

        with connection.cursor() as cursor:
            cursor.execute("select * from consent_suppression")
            assert "alice" not in str(cursor.fetchall())

    def test_where_giving_reveals_beliefs_profiling_takes_consent(self, donor):
        assert self.may(donor, "profiling", law.ANY)
        Organisation.objects.update_or_create(pk=1, defaults={"sensitive": True})

        assert not self.may(donor, "profiling", law.ANY)

    def test_many_are_asked_at_once(self, donor, django_assert_max_num_queries):
        donors = [Donor.objects.create(email=f"d{n}@exemple.fr") for n in range(30)]
        said(donors[3])

        with django_assert_max_num_queries(12):
            found = state.among([one.pk for one in donors], purposes=["appeal"], channel="email",
                                on=DAY)  # fmt: skip

        assert [one.pk for one in donors if not found[one.pk].allowed] == [donors[3].pk]


class TestRecord:
    def told(self, donor, member, **new):
        told = {"purpose": "appeal", "channel": "email", "status": "objected", "source": "letter",
                "occurred_at": NOW, "once": "a"} | new  # fmt: skip
        return record.record(donor, **told, by=member("fundraiser"), now=NOW)

    def test_the_same_form_twice_is_one_row(self, donor, member):
        assert self.told(donor, member) == self.told(donor, member)
        assert Consent.objects.get().by == member("fundraiser")
        assert Entry.objects.filter(verb="consent", donor_id=donor.pk).count() == 1

    @pytest.mark.parametrize(
        "new",
        [{"purpose": "lottery"}, {"channel": "owl"}, {"status": "unknown"}, {"source": "rumour"},
         {"status": "granted", "purpose": None}],
    )  # fmt: skip
    def test_nonsense_is_refused(self, donor, member, new):
        with pytest.raises(record.NothingSaid):
            self.told(donor, member, **new)

    def test_tomorrow_was_not_said(self, donor, member):
        with pytest.raises(record.FromTheFuture):
            self.told(donor, member, occurred_at=NOW + timedelta(days=1))


class TestSilence:
    @pytest.mark.parametrize("kind", Mark.KINDS)
    def test_every_channel_at_once(self, donor, member, kind):
        said(donor, "granted", "commercial", "email")
        mark = silence.silence(donor, kind=kind, since=DAY, reason="Sa fille a appelé",
                               by=member("fundraiser"), now=NOW)  # fmt: skip

        found = state.of(donor.pk, on=DAY)
        assert not any(each.allowed for box, each in found.items() if box[0] != "transactional")

        silence.lift(mark.pk, by=member("fundraiser"), now=NOW)
        assert state.of(donor.pk, on=DAY)["commercial", "email"].allowed

    def test_a_mark_has_a_reason_and_a_day(self, donor, member):
        told = {"kind": "vulnerable", "by": member("fundraiser"), "now": NOW}
        with pytest.raises(silence.NoReason):
            silence.silence(donor, since=DAY, reason="  ", **told)
        with pytest.raises(silence.NotADay):
            silence.silence(donor, since=DAY + timedelta(days=1), reason="x", **told)

    def test_set_twice_it_stands_once(self, donor, member):
        for _ in range(2):
            silence.silence(donor, kind="deceased", since=DAY, reason="Avis", by=None, now=NOW)

        assert Mark.objects.count() == 1
        assert timezone.is_aware(Mark.objects.get().at)
