"""Work in the background is done once, tried again, taken up when its worker dies, cancelled."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
done: list[int] = []


def add(subject_id: int, report) -> dict[str, int]:
    report("adding", 1, 2)
    done.append(subject_id)
    return {"sum": subject_id + 1}


def break_down(subject_id: int, report) -> None:
    raise RuntimeError("the disk is full")


def refuse(subject_id: int, report) -> None:
    raise ValueError("this file is no table")


@pytest.fixture(autouse=True)
def known(works):
    done.clear()
    works(add=add, break_down=break_down, refuse=refuse)


def rounds() -> None:
    from mecene_web.tasks import worker

    worker.work(once=True)


@pytest.mark.django_db(transaction=True)
class TestOneWork:
    def test_is_done_in_the_background_with_its_result(self):
        from mecene_web.tasks import ask

        work = ask.ask("add", now=NOW, subject_id=41)
        rounds()

        work.refresh_from_db()
        assert (work.state, work.result, work.stage) == ("done", {"sum": 42}, "adding")

    def test_asked_twice_is_done_once(self):
        from mecene_web.tasks import ask

        first, second = (ask.ask("add", now=NOW, subject_id=7) for _ in range(2))
        rounds()

        assert first.pk == second.pk
        assert done == [7]

    def test_rolled_back_was_never_asked(self):
        from django.db import transaction

        from mecene_web.tasks import ask
        from mecene_web.tasks.models import Work

        with transaction.atomic():
            ask.ask("add", now=NOW, subject_id=7)
            transaction.set_rollback(True)
        rounds()

        assert done == []
        assert not Work.objects.exists()

    def test_that_fails_is_tried_again_later_then_given_up_with_its_reason(self):
        from mecene_web.tasks import ask, run

        work = ask.ask("break_down", now=NOW)
        pauses = []
        for _ in range(run.MOST_ATTEMPTS):
            run.run.func(work.pk)
            work.refresh_from_db()
            pauses.append(work.due_at)

        assert work.state == "failed"
        assert work.problem == "RuntimeError: the disk is full"
        assert pauses[1] > pauses[0]

    def test_that_is_refused_is_not_tried_again(self):
        from mecene_web.tasks import ask

        work = ask.ask("refuse", now=NOW)
        rounds()

        work.refresh_from_db()
        assert (work.state, work.attempts) == ("failed", 1)
        assert "this file is no table" in work.problem

    def test_that_was_cancelled_ends_at_its_next_step(self):
        from mecene_web.tasks import ask

        work = ask.ask("add", now=NOW)
        assert ask.cancel(work.pk)
        rounds()

        work.refresh_from_db()
        assert work.state == "cancelled"
        assert done == []
        assert not ask.cancel(work.pk)


@pytest.mark.django_db(transaction=True)
class TestLostWorkers:
    def test_a_killed_work_is_taken_up_once_its_lease_is_over(self):
        from mecene_web.tasks import ask, reap
        from mecene_web.tasks.models import Work

        work = ask.ask("add", now=NOW, subject_id=3)
        # A worker claimed it, and was killed.
        Work.objects.filter(pk=work.pk).update(
            state="running", attempts=1, leased_until=NOW + timedelta(seconds=60)
        )
        assert reap.reap(now=NOW + timedelta(seconds=30)) == 0
        assert reap.reap(now=NOW + timedelta(seconds=90)) == 1
        rounds()

        assert done == [3]

    def test_a_work_that_kills_every_worker_is_given_up(self):
        from mecene_web.tasks import ask, reap, run
        from mecene_web.tasks.models import Work

        work = ask.ask("add", now=NOW)
        Work.objects.filter(pk=work.pk).update(
            state="running", attempts=run.MOST_ATTEMPTS, leased_until=NOW
        )
        assert reap.reap(now=NOW + timedelta(seconds=1)) == 0

        work.refresh_from_db()
        assert work.state == "failed"


@pytest.mark.django_db(transaction=True)
class TestSchedule:
    def test_a_daily_work_is_asked_once_a_day_and_caught_up_after_a_sleep(self, settings):
        from mecene_web.tasks import schedule

        settings.MECENE_DAILY = {"add": 2}
        night = datetime(2026, 3, 1, 2, 0, 5, tzinfo=UTC)

        assert len(schedule.follow(now=night)) == 1
        assert schedule.follow(now=night + timedelta(hours=12)) == []
        rounds()
        assert len(schedule.follow(now=night + timedelta(days=3, hours=9))) == 1


class TestTheWorkerEnds:
    def test_what_runs_beside_it_has_ended_by_then(self, monkeypatch):
        """A thread that is inside DuckDB while the interpreter ends aborts the whole process."""
        from mecene_web.tasks import worker

        left = []

        def beside(over) -> None:
            over.wait(10)
            time.sleep(0.2)
            left.append("in its own time")

        monkeypatch.setattr(worker, "_rounds", lambda over: over.wait(10))
        monkeypatch.setattr(worker, "import_string", lambda name: beside)
        monkeypatch.setattr(worker, "call_command", lambda *_, **__: None)

        worker.work()

        assert left == ["in its own time"] * len(settings.MECENE_ALWAYS)
