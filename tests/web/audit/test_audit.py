"""The log keeps what was done, refuses changes, notices them, and forgets whom it must."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

NOW = datetime(2026, 3, 1, 9, 30, 15, 123456, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def write(verb="change", subject="donor", subject_id=7, **told):
    from mecene_web.audit.write import write as written

    return written(verb, subject, subject_id, **({"by": None, "now": NOW} | told))


def forced(statement: str) -> None:
    """Run a statement as somebody would who first took the triggers off."""
    from mecene_web.audit import append_only

    with connection.cursor() as cursor:
        for drop in append_only.DROP[connection.vendor]:
            cursor.execute(drop)
        cursor.execute(statement)


class TestWhatIsWritten:
    def test_is_read_back_with_who_when_before_and_after(self, member):
        from mecene_web.audit import read

        by = member("fundraiser")
        write(by=by, before={"amount": Decimal("12.50")}, after={"on": date(2026, 3, 1)})

        entry = read.entries(subject="donor", subject_id=7).get()
        assert (entry.by, entry.by_name, entry.verb) == (by.pk, str(by), "change")
        assert entry.at == NOW
        assert read.details(entry) == read.Details({"amount": "12.50"}, {"on": "2026-03-01"})

    def test_by_a_number_has_the_name_too(self, member):
        by = member("analyst")

        assert write(by=by.pk).by_name == str(by)

    def test_is_rolled_back_with_what_it_tells(self):
        from mecene_web.audit import read

        with transaction.atomic():
            write()
            transaction.set_rollback(True)

        assert not read.entries().exists()

    def test_is_found_by_each_filter_and_by_all_of_them(self, member):
        from mecene_web.audit import read

        by = member("fundraiser")
        write("merge", by=by, donor_id=7)
        write("export", "segment", 3, now=NOW + timedelta(days=1))

        assert [e.verb for e in read.entries()] == ["export", "merge"]
        assert read.entries(by=by.pk, donor_id=7, verb="merge", until=NOW + timedelta(1)).exists()
        assert not read.entries(verb="merge", subject="segment").exists()
        assert read.entries(since=NOW + timedelta(hours=1)).get().verb == "export"


class TestWhatIsAboutADonor:
    def test_is_in_no_clear_in_the_database(self):
        from mecene_web.audit import read
        from mecene_web.audit.models import DonorKey

        entry = write(donor_id=7, after={"last_name": "Lecomte-Vasseur"})
        entry.refresh_from_db()

        assert b"Lecomte" not in bytes(entry.details)
        assert read.details(entry).after == {"last_name": "Lecomte-Vasseur"}
        with connection.cursor() as cursor:
            cursor.execute("select key from audit_donorkey where donor_id = 7")
            assert len(bytes(cursor.fetchone()[0])) > 32  # locked: longer than a bare key
        assert DonorKey.objects.count() == 1

    def test_is_lost_with_the_donors_key_and_the_log_stays_whole(self):
        from mecene_web.audit import chain, keys, read

        first, other = write(donor_id=7, after={"x": 1}), write(donor_id=8, after={"x": 2})
        assert keys.destroy(7)

        assert read.details(first).forgotten
        assert read.details(other).after == {"x": 2}
        assert chain.verify().whole
        assert not keys.destroy(7)

    def test_written_after_the_loss_is_read_and_what_was_before_is_not(self):
        from mecene_web.audit import keys, read

        first = write(donor_id=7, after={"x": 1})
        keys.destroy(7)
        later = write("erase", donor_id=7, after={"x": 3})

        assert read.details(first).forgotten
        assert read.details(later).after == {"x": 3}

    def test_cannot_be_read_with_another_installations_secret(self, settings):
        from mecene_web.audit import read

        entry = write(donor_id=7, after={"x": 1})
        settings.SECRET_KEY = "another"

        assert read.details(entry).forgotten


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "statement",
        [
            "update audit_entry set by_name = 'nobody'",
            "delete from audit_entry",
            "update audit_entry set id = id + 1000",
        ],
    )
    def test_to_change_or_remove_a_line(self, statement):
        from mecene_web.audit.models import Entry

        write(after={"x": 1})

        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        assert Entry.objects.get().by_name == ""

    def test_to_empty_or_replace(self):
        entry = write()
        statement = {
            "sqlite": "insert or replace into audit_entry select id, at, by, 'nobody', verb, "
            "subject, subject_id, donor_id, details, chain from audit_entry",
            "postgresql": "truncate audit_entry",
        }[connection.vendor]

        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        entry.refresh_from_db()

    def test_a_change_through_django_too(self):
        entry = write()
        entry.by_name = "nobody"

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            entry.save()
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            entry.delete()


class TestTheChain:
    def test_of_a_log_left_alone_is_whole(self):
        from mecene_web.audit import chain

        assert chain.verify().whole
        for number in range(5):
            write(subject_id=number, donor_id=number % 2 or None, after={"n": number})

        verdict = chain.verify()
        assert verdict.whole
        assert verdict.entries == 5

    def test_tells_the_line_after_one_that_was_removed(self):
        from mecene_web.audit import chain

        ids = [write(subject_id=number).pk for number in range(5)]
        forced(f"delete from audit_entry where id = {ids[2]}")

        assert chain.verify().broken == (ids[3],)

    @pytest.mark.parametrize("change", ["by_name = 'nobody'", "verb = 'see'", "details = null"])
    def test_tells_a_line_that_was_changed(self, change):
        from mecene_web.audit import chain

        ids = [write(after={"n": number}).pk for number in range(3)]
        forced(f"update audit_entry set {change} where id = {ids[1]}")

        assert chain.verify().broken == (ids[1],)

    def test_tells_that_its_end_was_cut_off(self):
        from mecene_web.audit import chain

        ids = [write().pk for _ in range(3)]
        forced(f"delete from audit_entry where id = {ids[2]}")

        assert chain.verify() == chain.Verdict(entries=2, broken=(), cut=True)

    def test_tells_that_everything_was_removed(self):
        from mecene_web.audit import chain

        write()
        forced("delete from audit_entry")

        assert chain.verify().cut


@pytest.mark.django_db(transaction=True)
def test_many_who_write_at_once_make_one_chain():
    import threading

    from mecene_web.audit import chain

    def some(number: int) -> None:
        try:
            for _ in range(10):
                with transaction.atomic():
                    write(subject_id=number, donor_id=number % 2)
        finally:
            connection.close()

    threads = [threading.Thread(target=some, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    verdict = chain.verify()
    assert (verdict.entries, verdict.whole) == (40, True)
