"""A segment is built by rules or by text, seen as it is built, saved once, and put away."""

import re
import shutil
from datetime import UTC, date, datetime
from html import unescape
from uuid import uuid4

import polars as pl
import pytest

from mecene_web.donors.models import Donor, Record
from mecene_web.scores import kept
from mecene_web.scores.models import Run
from mecene_web.segments import columns, recompute, save
from mecene_web.segments.models import Membership, Segment, Version

pytestmark = pytest.mark.django_db
with_writing = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
RULE = {"joint.0": "and", "name.0.0": "gifts_24m", "sign.0.0": ">=", "value.0.0": "2",
        "condition": "", "was": ""}  # fmt: skip


@pytest.fixture
def night():
    """A night that knows of 30 donors, with 0 to 29 gifts; the last one objects to profiling."""
    run = Run.objects.create(as_of=date(2026, 3, 2), began_at=NOW, ended_at=NOW)
    for number in range(1, 31):
        donor = Donor.objects.create(pk=number, last_name=f"Nom{number}", sought="")
        Record.objects.create(key=number, donor=donor)
    place = kept.folder_of(run) / "summary"
    shutil.rmtree(place.parent, ignore_errors=True)  # of another test's run of the same number
    place.mkdir(parents=True)
    pl.DataFrame({"donor_id": range(1, 31), "gifts_24m": range(30)}).with_columns(
        deceased=pl.lit(value=False), objects_profiling=pl.col("donor_id") == 30,
        largest_gift_minor=pl.col("gifts_24m") * 1_000,
    ).write_parquet(place / "all.parquet")  # fmt: skip
    return run


def page(answer):
    return unescape(answer.content.decode())


def settled(run):
    from mecene_web.segments import known, plan

    recompute.recompute(plan.active(), known.last(), before=None, began_at=NOW, now=NOW)


def test_rules_being_filled_in_show_their_text_their_count_and_ten_donors(night, browser):
    told = page(browser("analyst", lang="en").post("/segments/shown/", RULE | {"solicited": "on"}))

    assert 'name="was" value="gifts_24m >= 2"' in told
    assert "<dd>27</dd>" in told  # 28 have two gifts; one objects to profiling
    assert "<dd>30</dd>" in told
    assert len(re.findall(r"Nom\d+", told)) == 10
    assert 'hx-swap-oob="true"' in told


def test_whoever_objects_counts_where_nobody_is_solicited(night, browser):
    solicited = browser("analyst").post("/segments/shown/", RULE | {"solicited": "on"})
    counted = browser("analyst").post("/segments/shown/", RULE)

    assert "<dd>27</dd>" in page(solicited)
    assert "<dd>28</dd>" in page(counted)


def test_a_text_is_shown_as_rules_with_amounts_in_euros(night, browser):
    told = page(browser("analyst").post("/segments/shown/", RULE | {
        "condition": "largest_gift_minor >= 5050 or not (gifts_24m in (1, 2))"}))  # fmt: skip

    assert 'name="value.0.0" id="value.0.0" value="50.5"' in told
    assert 'name="value.0.1" id="value.0.1" value="1; 2"' in told
    assert 'hx-swap-oob="true"' not in told


def test_a_text_that_says_more_than_rules_is_text_alone(night, browser):
    told = page(browser("analyst", lang="en").post(
        "/segments/shown/", RULE | {"condition": "gifts_24m > 1 + 1"}))  # fmt: skip

    assert "says more than rules can show" in told
    assert "<dd>27</dd>" in told


@pytest.mark.parametrize(
    ("lang", "said"),
    [("fr", "« gifts_24 » n'est pas une colonne connue"), ("en", "“gifts_24” is not a known")],
)
def test_a_mistake_is_said_and_its_word_is_marked(night, browser, lang, said):
    told = page(browser("analyst", lang=lang).post(
        "/segments/shown/", RULE | {"condition": "gifts_24 > 1"}))  # fmt: skip

    assert said in told.replace("\u00a0", " ")
    assert "<mark>gifts_24</mark> > 1" in told


def test_buttons_add_and_remove_rules_and_groups(night, browser):
    window = browser("analyst")

    more = page(window.post("/segments/shown/", RULE | {"do": "group 0"}))
    named = page(window.post("/segments/shown/", RULE | {"do": "add largest_gift_minor"}))
    less = page(window.post("/segments/shown/", RULE | {"do": "remove 0.0"}))

    assert 'name="joint.0.1"' in more
    assert 'name="name.0.1.0"' in more
    assert 'name="sign.0.1"' in named
    assert 'name="name.0.0"' not in less


def test_a_segment_is_made_once_even_if_its_form_is_sent_twice(night, browser):
    window = browser("analyst", lang="en")
    form = RULE | {"name": "Fidèles", "solicited": "on", "token": str(uuid4())}

    answers = [window.post("/segments/new/", form) for _ in range(2)]

    made = Segment.objects.get()
    assert {answer.headers["location"] for answer in answers} == {f"/segments/{made.pk}/"}
    assert (made.code, made.condition, made.version) == ("fideles", "gifts_24m >= 2", 1)
    assert Version.objects.count() == 1


@with_writing
def test_a_segment_is_seen_with_its_members_changed_and_put_away(night, browser):
    window = browser("fundraiser", lang="en")
    window.post("/segments/new/", RULE | {"name": "Loyal", "solicited": "on"})
    made = Segment.objects.get()
    settled(night)
    assert Membership.objects.count() == 27

    assert "Nom3" in page(window.get(f"/segments/{made.pk}/"))
    assert "27" in page(window.get("/segments/"))
    form = window.get(f"/segments/{made.pk}/change/")
    assert "gifts_24m >= 2</textarea>" in page(form)
    fewer = {"condition": "gifts_24m >= 20", "was": "gifts_24m >= 2", "solicited": "on"}
    window.post(f"/segments/{made.pk}/change/", {"name": "Loyal", **fewer})
    settled(night)

    told = page(window.get(f"/segments/{made.pk}/"))
    assert "the condition changed (version 2)" in told
    assert Membership.objects.count() == 9
    assert window.post(f"/segments/{made.pk}/archive/").status_code == 302
    assert not Membership.objects.exists()
    assert window.get(f"/segments/{made.pk}/").status_code == 200
    assert window.get(f"/segments/{made.pk}/change/").status_code == 404


@with_writing
def test_segments_nest_and_do_not_go_round(night, browser):
    window = browser("analyst", lang="en")
    one = save.save(save.Wanted("One", "gifts_24m >= 2"), by=None, now=NOW)
    two = save.save(save.Wanted("Two", "in_segment('one') and gifts_24m < 5"), by=None, now=NOW)

    refused = window.post(f"/segments/{one.pk}/change/", {"name": "One", "was": "",
                          "condition": "not in_segment('two')"})  # fmt: skip

    assert refused.status_code == 422
    assert "go round in a circle" in page(refused)
    assert "rest on this one: Two" in page(window.post(f"/segments/{one.pk}/archive/", follow=True))
    settled(night)
    assert set(Membership.objects.filter(segment=two).values_list("donor_id", flat=True)) == {
        3,
        4,
        5,
    }


@pytest.mark.parametrize(
    "form",
    [
        {}, {"name": "x"}, {"name": "", "condition": "gifts_24m > 1", "was": ""},
        {"name": "x", "condition": "in_segment('nobody')", "was": ""},
        {"name": "x" * 500, "condition": "gifts_24m > 1", "was": ""},
        {"name": "x", "condition": "(" * 3_000, "was": ""},
        {"name": "x", "condition": "gifts_24m > 1\0", "was": "", "token": "not one"},
        RULE | {"name": "x", "value.0.0": "1e999999999"},
        RULE | {"name": "x", "name.0.0": "; drop table"},
        RULE | {"name": "x", "sign.0.0": "evil", "value.0.0": "NaN"},
        {"name": "x", "joint.0": "xor", "condition": "", "was": ""},
    ],
)  # fmt: skip
def test_a_bad_form_is_refused_in_words_and_makes_nothing(night, browser, form):
    answer = browser("analyst").post("/segments/new/", form)

    assert answer.status_code == 422
    assert not Segment.objects.exists()


@pytest.mark.parametrize(
    "do", ["remove 0.9.9", "rule 5.5", "add nothing", "group 0.0", "x", "remove 0"]
)
def test_a_button_of_another_page_changes_nothing(night, browser, do):
    told = page(browser("analyst").post("/segments/shown/", RULE | {"do": do}))

    assert 'name="was" value="gifts_24m >= 2"' in told


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_column_can_be_drawn_and_found_in_both_languages(night, browser, lang):
    window = browser("analyst", lang=lang)
    names = [one.name for one in columns.named(lang)]
    form = {"joint.0": "or", "condition": "", "was": ""}
    for first in range(0, len(names), 35):
        part = {f"name.0.{n}": name for n, name in enumerate(names[first : first + 35])}
        assert window.post("/segments/shown/", form | part).status_code == 200
    asked = {"name.0.0": "consent", "name.0.1": "interactions", "name.0.2": "in_segment"}
    assert 'name="purpose.0.0"' in page(window.post("/segments/shown/", form | asked))
    assert "interactions" in page(window.get("/segments/columns/"))
    sought = {"en": "largest gift", "fr": "grand don"}[lang]
    assert "largest_gift_minor" in page(window.get("/segments/columns/", {"sought": sought}))
    for address in ("/segments/", "/segments/new/"):
        assert window.get(address).status_code == 200


def test_before_the_first_night_a_condition_is_understood_and_nobody_counted(browser):
    told = page(browser("analyst", lang="en").post("/segments/shown/", RULE))

    assert "Donors will be counted after the first night" in told


@pytest.mark.parametrize(("role", "status"), [("caller", 403), ("auditor", 403), (None, 302)])
def test_who_may_not_build_segments_sees_none(browser, role, status):
    window = browser(role)
    made = save.save(save.Wanted("One", "gifts_24m >= 2"), by=None, now=NOW)

    for address in ("", "new/", "columns/", f"{made.pk}/", f"{made.pk}/change/"):
        assert window.get(f"/segments/{address}").status_code == status
    for address in ("shown/", "new/", f"{made.pk}/archive/"):
        assert window.post(f"/segments/{address}", RULE).status_code == status
    assert Segment.objects.get().archived_at is None
