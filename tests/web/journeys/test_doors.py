"""The other ways in and out: programs, the night, the archive of everything."""

import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import polars as pl
import pytest

from mecene.journeys import writing
from mecene_web.api import keys, limits
from mecene_web.donors import merge
from mecene_web.donors.models import Attribute
from mecene_web.exports import everything
from mecene_web.imports.models import Import
from mecene_web.journeys import always, copy, look, publish
from mecene_web.journeys.models import Traveller, Unheard
from mecene_web.messages.models import Outgoing
from mecene_web.scores import kept, nightly
from mecene_web.scores.models import Run

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
TAG = """
code = "tagged"
name = { fr = "Étiquette", en = "Tag" }
purpose = "newsletter"
start = "mark"
triggers = [TRIGGER]
[[steps]]
do = "add_tag"
key = "mark"
tag = "here"
"""


def silent(*_told, **_more) -> None:
    """Hear how far it has come, and say nothing."""


def night(rows, *, as_of, at, column="gifts"):
    run = Run.objects.create(as_of=as_of, began_at=at, ended_at=at)
    place = kept.folder_of(run) / "summary"
    place.mkdir(parents=True, exist_ok=True)
    pl.DataFrame(rows, schema={"donor_id": pl.Int64, column: pl.Int64}, orient="row").write_parquet(
        place / "all.parquet"
    )
    return run


@pytest.mark.django_db(transaction=True)
def test_a_program_lets_donors_in_and_is_told_why_it_may_not(
    client, donor, journey, member
) -> None:
    limits.forget()
    journey(TAG.replace("TRIGGER", '{ on = "command", by = "api" }'))
    _, token = keys.make("essai", source="crm", scopes=("journeys:write",), now=NOW, by=None)
    kept_one, absorbed = donor(), donor()
    merge.merge(kept_one.pk, absorbed.pk, by=member("fundraiser"), now=NOW)

    def call(code, body, **headers):
        return client.post(
            f"/api/v1/journeys/{code}/enrol", json.dumps(body), content_type="application/json",
            headers={"authorization": f"Bearer {token}"} | headers,
        )  # fmt: skip

    # Whoever was merged is who they are now; the same call twice is one.
    for _ in range(2):
        answer = call("tagged", {"donor_ids": [absorbed.pk]}, **{"idempotency-key": "once"})
    assert (answer.status_code, answer.json()) == (200, {"asked": 1})
    assert [row.donor_id for row in Unheard.objects.exclude(event=None)] == [kept_one.pk]
    always.caught_up(now=datetime.now(UTC))

    assert Traveller.objects.get().donor == kept_one
    assert call("nothing", {"donor_ids": [1]}).status_code == 404
    assert call("tagged", {"donor_ids": []}).status_code == 422
    journey_row = Traveller.objects.get().journey
    type(journey_row).objects.update(state="paused", paused_at=NOW)
    assert call("tagged", {"donor_ids": [kept_one.pk]}).status_code == 409


@pytest.mark.django_db
def test_a_figure_that_crossed_a_line_overnight_starts_a_journey_once(donor, journey) -> None:
    journey(TAG.replace("TRIGGER", '{ on = "crossing", column = "gifts", threshold = 3.0 }'))
    rose, stayed, stood, new = donor(), donor(), donor(), donor()
    night([(rose.pk, 2), (stayed.pk, 1), (stood.pk, 5)], as_of=date(2026, 3, 3),
          at=NOW - timedelta(days=1))  # fmt: skip
    made = night([(rose.pk, 3), (stayed.pk, 2), (stood.pk, 6), (new.pk, 9)],
                 as_of=date(2026, 3, 4), at=NOW)  # fmt: skip

    for _ in range(2):
        look.after_the_night(made, silent)
    always.caught_up(now=datetime.now(UTC))

    assert list(Attribute.objects.values_list("donor_id", flat=True)) == [rose.pk]


@pytest.mark.django_db
def test_a_card_about_to_end_is_told_of_and_a_new_one_ends_it(donor, linked, member) -> None:
    made = copy.copy("card_expiry", by=member("fundraiser"), now=NOW, token=uuid4())
    publish.publish(made.pk, by=None, now=NOW - timedelta(days=9))
    who = donor(email="claire@example.org")
    card = Attribute.objects.create(donor=who, name="card_expires", value="2026-04",
                                    collected_on=date(2025, 1, 1), source_ref="c")  # fmt: skip
    column = "card_expires_in_days"
    night([(who.pk, 61)], as_of=date(2026, 3, 1), at=NOW - timedelta(days=1), column=column)
    run = night([(who.pk, 60)], as_of=date(2026, 3, 2), at=NOW, column=column)

    look.after_the_night(run, silent)
    always.caught_up(now=datetime.now(UTC))
    (first,) = Outgoing.objects.all()
    Attribute.objects.filter(pk=card.pk).update(value="2099-04")
    always.caught_up(now=datetime.now(UTC) + timedelta(days=31))

    assert (first.channel, first.kind) == ("email", "service")
    assert Traveller.objects.get().outcome == "goal:renewed"
    assert Outgoing.objects.count() == 1


@pytest.mark.django_db
def test_the_night_before_is_there_until_it_was_compared_with(monkeypatch, house, settings) -> None:
    seen = []
    settings.MECENE_AFTER_THE_NIGHT = [f"{__name__}.silent"]
    monkeypatch.setattr(nightly.snapshot, "write", silent)
    monkeypatch.setattr(nightly, "_worked_out", silent)
    monkeypatch.setattr(
        nightly, "import_string", lambda _name: lambda made, _report: seen.append(
            (Run.objects.filter(pk__lt=made.pk).count(), kept.folder_of(made).parent.exists())
        ),
    )  # fmt: skip
    for day in (2, 3):
        kept.folder_of(Run(pk=day)).mkdir(parents=True, exist_ok=True)
        nightly.run(as_of=date(2026, 3, day), on_progress=silent)

    assert seen == [(0, True), (1, True)]
    assert Run.objects.count() == 1


@pytest.mark.django_db
def test_everything_holds_the_journeys_and_who_went_through_them(
    donor, gift, thanking, tmp_path
) -> None:
    journey = thanking()
    given = gift(donor())
    always.caught_up(now=NOW)

    everything.write(tmp_path / "all.zip")

    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        drawn = archive.read("journeys/thanks.1.toml").decode()
        table = archive.read("journeys.csv").decode("utf-8-sig")
    assert writing.from_toml(drawn) == writing.from_json(journey.versions.get().text)
    assert str(given.donor_id) in table
    assert "thanks" in table


@pytest.mark.django_db
def test_a_large_file_that_touched_nobody_is_heard_at_the_look_of_the_day(
    donor, gift, thanking
) -> None:
    thanking(now=NOW - timedelta(days=9))
    Import.objects.create(at=NOW, state="loaded")
    look.look(now=NOW - timedelta(days=1))
    read = Import.objects.create(at=NOW, state="loaded")
    given = gift(donor(), on=date(2026, 3, 1), import_id=read.pk)
    gift(donor(), on=date(2026, 3, 1))
    Unheard.objects.all().delete()

    for _ in range(2):
        look.look(now=NOW)
        always.caught_up(now=NOW)

    assert Traveller.objects.get().donor_id == given.donor_id
