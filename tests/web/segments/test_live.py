"""What is found after an event is what the night finds of the same facts."""

import shutil
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from django.utils import timezone
from polars.testing import assert_frame_equal

from mecene.cli import collect, simulate
from mecene.features import summary
from mecene.sources import rejects, staging
from mecene_web.consent.models import Consent
from mecene_web.donors import touch
from mecene_web.donors.models import Donor, Touched
from mecene_web.events.models import Contact, Interaction
from mecene_web.giving.models import Gift
from mecene_web.imports import load
from mecene_web.imports.models import Import
from mecene_web.organisation.models import Organisation
from mecene_web.scores import kept, snapshot
from mecene_web.scores.models import Run
from mecene_web.segments import columns, known, live, plan, recompute, save
from mecene_web.segments.models import Membership, Passage, Segment
from mecene_web.tasks.models import Work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NOW = datetime(2025, 12, 31, 12, tzinfo=UTC)
AS_OF = date(2026, 1, 1)
FILES = {"recurring": "recurring_gifts"}
CONDITIONS = {
    "Fidèles": "gifts_24m >= 2 and last_gift_age_days < 400",
    "Cliqueurs": "interactions(kind='click', days=90) >= 1",
    "Sollicités": "contacts(days=365) >= 3 and not in_segment('cliqueurs')",
    "D’accord": "consent(purpose='appeal', channel='email') = 'granted'",
    "Nouveaux fidèles": "in_segment('fideles') and first_gift_age_days < 800",
    "Grands": "largest_gift_minor >= 20000 or reachable is false",
}


def silent(*told):
    pass


@pytest.fixture
def association(tmp_path):
    """An association of 300 donors whose night has been worked out."""
    exports = tmp_path / "exports"
    simulate.write(exports, donors=300, years=4, seed=5, clean=True, names=True, lang="fr")
    tables = {FILES.get(p.stem, p.stem): (p,) for p in exports.glob("*.csv")}
    asked = collect.Asked(tables=tables)
    with rejects.opened(tmp_path / "rejects.csv", lang="fr", delimiter=";") as ledger:
        staging.stage(collect.recognise(asked), into=tmp_path / "staging", ledger=ledger)
    Organisation.objects.create(pk=1)
    made = Import.objects.create(at=NOW, state="checked")
    load.load(made.pk, tmp_path / "staging", now=NOW, on_progress=silent)
    # The import touched its donors; they were looked at when there was no segment yet.
    Touched.objects.all().delete()
    for name, condition in CONDITIONS.items():
        save.save(save.Wanted(name, condition), by=None, now=NOW)
    return night()


def night():
    """Have what the night works out of features, without its scores; return its run."""
    run = Run.objects.create(as_of=AS_OF, began_at=NOW, ended_at=timezone.now())
    place = kept.folder_of(run)
    shutil.rmtree(place, ignore_errors=True)  # of another test's run of the same number
    store = snapshot.write(place / "facts", on_progress=silent)
    (place / "summary").mkdir()
    found = summary.of(store, as_of=AS_OF, families=columns.FAMILIES)
    found.write_parquet(place / "summary" / "all.parquet")
    recompute.after_the_night(run, silent)
    return run


def happen(seed, *, events=120):
    """Have things happen to donors drawn at random; return who they are."""
    drawn = np.random.default_rng(seed)
    ids = list(Donor.objects.filter(records__isnull=False).distinct().values_list("pk", flat=True))
    touched = []
    for number in range(events):
        donor = int(drawn.choice(ids))
        at = NOW - timedelta(days=int(drawn.integers(0, 60)), minutes=int(drawn.integers(0, 900)))
        ref = f"event-{seed}-{number}"
        what = drawn.integers(0, 4)
        if what == 0:
            amount = int(drawn.integers(1, 90_000))
            Gift.objects.create(donor_id=donor, given_on=at.date(), amount_minor=amount,
                                currency="EUR", kind="one_off", source_ref=ref)  # fmt: skip
        elif what == 1:
            kind = str(drawn.choice(["click", "reply", "unsubscribe", "page_view"]))
            Interaction.objects.create(
                donor_id=donor, at=at, kind=kind, channel="email", source_ref=ref
            )
        elif what == 2:
            status = str(drawn.choice(["granted", "objected"]))
            Consent.objects.create(donor_id=donor, purpose="appeal", channel="email",
                                   status=status, occurred_at=at, written_at=at,
                                   source_ref=ref)  # fmt: skip
        else:
            Contact.objects.create(
                donor_id=donor, at=at, channel="email", purpose="appeal", source_ref=ref
            )
        touched.append(donor)
    touch.touch(touched, now=NOW)
    return touched


def followed():
    while live.advance(now=NOW):
        pass


def held():
    return set(Membership.objects.values_list("segment__code", "donor_id"))


def test_every_column_after_events_is_that_of_the_night(association):
    happen(1)
    names = [column for column in columns.types() if column not in columns.SCORES]
    texts = [" or ".join(f"{name} is null" for name in names[at : at + 40])
             for at in range(0, len(names), 40)]  # fmt: skip
    texts += list(CONDITIONS.values())[1:2] + list(CONDITIONS.values())[3:4]
    asked = plan.of(
        Segment(pk=n, code=f"s{n}", condition=text, solicited=True) for n, text in enumerate(texts)
    )
    donors = list(Donor.objects.order_by("pk").values_list("pk", flat=True))
    found = live.facts_of(donors, asked, known.last(), as_of=AS_OF)

    night()

    wanted = pl.concat(list(known.batches(known.last(), asked))).sort("donor_id")
    assert len(wanted.columns) > 150
    assert_frame_equal(found.select(wanted.columns).sort("donor_id"), wanted, check_dtypes=False)


@pytest.mark.parametrize("seed", [2, 3])
def test_members_after_events_are_those_of_the_night(association, seed):
    before = held()
    happen(seed)

    followed()

    after = held()
    assert after != before
    assert not Touched.objects.exists()
    told = Passage.objects.count()
    assert told == len(after ^ before)
    members = dict(Segment.objects.values_list("code", "members"))
    night()
    assert held() == after
    assert dict(Segment.objects.values_list("code", "members")) == members
    assert Passage.objects.count() == told
    counts = dict.fromkeys(members, 0) | Counter(code for code, _ in after)
    assert counts == members


def test_a_passage_says_what_changed(association):
    donor = (
        Donor.objects.exclude(memberships__segment__code="cliqueurs")
        .filter(interactions=None, deceased_on=None, consents=None)
        .first()
    )
    Interaction.objects.create(donor=donor, at=NOW, kind="click", channel="email", source_ref="one")
    touch.touch([donor.pk], now=NOW)

    live.advance(now=NOW)

    passage = Passage.objects.get(donor=donor, segment__code="cliqueurs")
    assert passage.entered
    assert passage.why["now"] == {"interactions(kind='click', days=90)": 1}
    assert ("cliqueurs", donor.pk) in held()


def test_who_objects_to_profiling_leaves_what_is_solicited_at_once(association):
    member = Membership.objects.filter(segment__code="fideles").first()
    Segment.objects.filter(code="grands").update(solicited=False)
    Consent.objects.create(donor_id=member.donor_id, purpose="profiling", status="objected",
                           occurred_at=NOW - timedelta(hours=1), written_at=NOW,
                           source_ref="no")  # fmt: skip
    touch.touch([member.donor_id], now=NOW)

    live.advance(now=NOW)

    assert not Membership.objects.filter(donor_id=member.donor_id, segment__code="fideles").exists()


def test_passages_of_who_is_no_more_go_with_the_night(association):
    segment = Segment.objects.first()
    gone = Donor.objects.latest("pk").pk + 1
    here = Donor.objects.first().pk
    for donor in (gone, here):
        Passage.objects.create(segment=segment, donor_id=donor, entered=True, at=NOW)

    night()

    assert list(Passage.objects.values_list("donor_id", flat=True)) == [here]


def test_more_donors_than_can_be_followed_ask_for_the_night(association):
    touched = touch.touch(range(1, touch.MANY + 2), now=NOW)

    assert touched == 0
    assert not Touched.objects.exists()
    assert Work.objects.filter(kind="scores.nightly", state="waiting").count() == 1


def test_one_batch_leaves_nothing_in_the_next(association):
    # What is prepared over no rows, or over others, must see the rows that come.
    asked = plan.active()
    everyone = list(Donor.objects.order_by("pk").values_list("pk", flat=True))
    few = [donor for donor in everyone if donor % 7 == 0]
    whole = live.facts_of(everyone, asked, known.last(), as_of=AS_OF)

    for part in ([], few, everyone[:1], few):
        found = live.facts_of(part, asked, known.last(), as_of=AS_OF).sort("donor_id")

        wanted = whole.filter(pl.col("donor_id").is_in(part)).sort("donor_id")
        assert_frame_equal(found, wanted)
