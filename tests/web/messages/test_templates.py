"""A template is written, published, and from then on says the same to everybody for ever."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from mecene_web.giving.models import Gift
from mecene_web.messages import blocks, parts, publish, sandbox, values, write
from mecene_web.messages.texts import Part, Template, Version

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
FOOTER = {"id": "z", "kind": "footer", "text": "[Partir]({{ link.unsubscribe }})"}


def said(text, *, subject="Merci"):
    return {"subject": subject, "blocks": [{"id": "a", "kind": "impact", "text": text}, FOOTER]}


def begun(contents, **told):
    asked = {"channel": "email", "purposes": ["appeal"], "by": None, "now": NOW, "token": uuid4()}
    return write.begin("Appel", contents=contents, **(asked | told))


def read(version, person, *, today=date(2026, 3, 3), **chosen):
    reader = values.of([person.pk], today=today, site="https://m.org")[person.pk]
    part = parts.chosen(version.pk, lang=reader.lang, **chosen)
    more = {"link": {"unsubscribe": "https://m.org/u"}}
    return parts.fill(part, values.merged(reader, more))


def test_each_reads_it_in_their_own_language(template, donor):
    version = template()

    assert read(version, donor(language="fr")).subject == "Merci Mme Claire Petit (fr)"
    assert read(version, donor(language="en")).subject == "Merci Ms Claire Petit (en)"
    assert read(version, donor(language="de")).subject == "Merci Mme Claire Petit (fr)"


def test_a_plain_part_is_always_there(template, donor):
    filled = read(template(), donor())

    assert "Chère Madame Petit," in filled.text
    assert "Ne plus recevoir : https://m.org/u" in filled.text
    assert "Chère Madame Petit," in filled.html


def test_the_part_of_a_segment_then_of_a_motive_speaks_first(donor, house):
    made = begun({"fr": said("Tous")})
    draft = made.versions.get()
    first = draft.parts.get()
    for motive, segment, words in (("story", "", "Récit"), ("", "loyal", "Fidèles")):
        part = write.variant(draft.pk, lang="fr", motive=motive, segment=segment, copy_of=first.pk)
        write.change(part.pk, said(words), edition=part.edition)
    version = publish.publish(draft.pk, by=None, now=NOW)
    person = donor()

    assert read(version, person).text.startswith("Tous")
    assert read(version, person, motive="story").text.startswith("Récit")
    assert read(version, person, motive="figures").text.startswith("Tous")
    assert read(version, person, motive="story", segments=["loyal"]).text.startswith("Fidèles")


def test_what_is_published_does_not_change(donor, house):
    version = publish.publish(begun({"fr": said("Un")}).versions.get().pk, by=None, now=NOW)
    part = version.parts.get()

    with pytest.raises(write.Published):
        write.change(part.pk, said("Deux"), edition=part.edition)
    # Nor by any other door of the database.
    for change in (
        lambda: Part.objects.filter(pk=part.pk).update(compiled={"text": "Deux"}),
        lambda: Version.objects.filter(pk=version.pk).update(published_at=None),
        lambda: Part.objects.create(version=version, lang="en", content=said("Deux")),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert read(version, donor()).text.startswith("Un")


def test_a_new_version_begins_as_the_last_one_and_leaves_it_be(donor, house):
    made = begun({"fr": said("Un")})
    first = publish.publish(made.versions.get().pk, by=None, now=NOW)
    draft = write.draft(made.pk)
    part = draft.parts.get()
    write.change(part.pk, said("Deux"), edition=part.edition)
    second = publish.publish(draft.pk, by=None, now=NOW)

    assert write.draft(made.pk) == write.draft(made.pk)
    assert publish.latest(made.pk) == second
    assert read(first, donor()).text.startswith("Un")
    assert read(second, donor()).text.startswith("Deux")


def test_who_writes_from_an_older_page_is_told():
    part = begun({"fr": said("Un")}).versions.get().parts.get()
    write.change(part.pk, said("Deux"), edition=0)

    with pytest.raises(write.Overtaken):
        write.change(part.pk, said("Trois"), edition=0)
    assert Part.objects.get().content == said("Deux")


def test_the_same_form_makes_one_template():
    token = uuid4()

    assert begun({"fr": said("a")}, token=token) == begun({"fr": said("b")}, token=token)
    assert Template.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        (said("x", subject=" ") | {"subject": ""}, parts.Unfinished),
        ({"subject": "x", "blocks": [{"id": "a", "kind": "impact", "text": "x"}]},
         parts.Unfinished),
        (said("{{ donor.name | nope }}"), sandbox.UnreadableTemplate),
        (said("{% if donor.name %}"), sandbox.UnreadableTemplate),
        ({"subject": "x", "blocks": [{"id": "a", "kind": "zorg"}]}, blocks.UnusableBlock),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_not_published(content, mistake):
    version = begun({"fr": content}).versions.get()

    with pytest.raises(publish.Unpublishable) as wrong:
        publish.publish(version.pk, by=None, now=NOW)

    assert isinstance(wrong.value.mistake, mistake)
    assert Version.objects.get().published_at is None


def test_a_service_message_has_no_way_out_to_show():
    content = {"subject": "Reçu", "blocks": [{"id": "a", "kind": "impact", "text": "x"}]}
    version = begun({"fr": content}, purposes=["transactional"]).versions.get()

    assert publish.publish(version.pk, by=None, now=NOW).published_at == NOW


def test_only_gifts_that_came_in_are_told(donor, house):
    person = donor()
    for amount, on, status in (
        (5000, "2025-12-31", "received"),
        (2000, "2026-02-01", "received"),
        (900, "2026-03-01", "failed"),
        (700, "2026-03-04", "received"),
    ):
        Gift.objects.create(donor=person, given_on=on, amount_minor=amount, currency="EUR",
                            kind="one_off", status=status, source_ref=f"{amount}")  # fmt: skip

    told = values.of([person.pk], today=date(2026, 3, 3), site="")[person.pk].values["giving"]

    assert (told["count"], told["total_minor"], told["year_minor"], told["last_minor"]) == (
        2, 7000, 2000, 2000,
    )  # fmt: skip


def test_who_never_gave_has_no_last_gift_to_be_thanked_for(donor, house):
    version = publish.publish(
        begun({"fr": said("Merci de {{ giving.last_minor | amount }}")}).versions.get().pk,
        by=None, now=NOW,
    )  # fmt: skip

    with pytest.raises(sandbox.MissingData) as missing:
        read(version, donor())
    assert missing.value.name == "giving.last_minor"


def test_blocks_are_added_moved_copied_and_removed():
    content = said("x")
    words = {"story": {"title": "T", "text": "t"}}

    added = write.arranged(content, do="add story", words=words)
    kinds = [block["kind"] for block in added["blocks"]]
    assert kinds == ["impact", "story", "footer"]
    story = added["blocks"][1]["id"]
    up = write.arranged(added, do=f"up {story}", words=words)
    assert [block["kind"] for block in up["blocks"]] == ["story", "impact", "footer"]
    assert write.arranged(up, do=f"up {story}", words=words) == up
    copied = write.arranged(up, do=f"copy {story}", words=words)["blocks"]
    assert [block["kind"] for block in copied] == ["story", "story", "impact", "footer"]
    assert len({block["id"] for block in copied}) == 4
    assert write.arranged(added, do=f"remove {story}", words=words) == content
    with pytest.raises(blocks.UnusableBlock):
        write.arranged(content, do="add zorg", words=words)


_TAX = "soit {{ one.net_minor | amount: ask.currency }}, si vous êtes imposable"
ASK = {"id": "q", "kind": "ask", "title": "", "text": "Un geste ?", "button": "Je donne",
       "tax": _TAX}  # fmt: skip


def asking(donor, **told):
    from mecene_web.messages.models import Rules

    Rules.objects.update_or_create(pk=1, defaults={"donation_url": "https://don.example.org/?f=1"})
    draft = begun({"fr": {"subject": "x", "blocks": [ASK, FOOTER]}}).versions.get()
    version = publish.publish(draft.pk, by=None, now=NOW)
    person = donor(language="fr", **told)
    for month, minor in ((1, 5000), (2, 4000)):
        Gift.objects.create(donor=person, given_on=f"2026-0{month}-10", amount_minor=minor,
                            currency="EUR", kind="one_off", source_ref=f"{month}")  # fmt: skip
    return read(version, person)


def test_amounts_stand_around_the_last_gift_and_tell_what_they_cost(donor, house):
    """66 % of a gift in France (CGI, art. 200): 40 € cost 13,60 €."""
    filled = asking(donor)

    assert "Je donne 40\u00a0€ soit 13,60\u00a0€, si vous êtes imposable" in filled.text
    assert "https://don.example.org/?f=1&amp;amount=40.0" in filled.html
    assert "13,60" in filled.html


def test_who_pays_no_tax_in_france_is_told_nothing_of_it(donor, house):
    for told in ({"country": "BE"}, {"kind": "organisation", "organisation_name": "SARL Petit"}):
        filled = asking(donor, **told)
        assert "Je donne 40" in filled.text
        assert "imposable" not in filled.text + filled.html
