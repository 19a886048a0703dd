"""A gift left unfinished is gone on with at its own page, where that page is one of ours."""

from datetime import UTC, datetime, timedelta

import pytest

from mecene_web.api import collect, ingest, rows, write
from mecene_web.consent.models import Consent
from mecene_web.events.models import Interaction, Visitor
from mecene_web.journeys import always, hear
from mecene_web.messages import declared, values
from mecene_web.messages.models import Outgoing, Rules
from mecene_web.organisation.models import Organisation

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
OWN = "https://puits.example/don?panier=8f3a"
ABANDONED = """
code = "abandoned"
name = { fr = "Don laissé", en = "Left" }
purpose = "transactional"
start = "say"
reentry = { allowed = "each_event" }
triggers = [{ on = "event", event = "form_abandoned" }]
[[steps]]
do = "message"
key = "say"
template = "TEMPLATE"
kind = "service"
channel = "email"
"""


@pytest.fixture
def leaves(donor, journey, template, linked):
    """Have a donor leave a form: ``leaves(url)``; return what is to be sent."""
    journey(ABANDONED.replace("TEMPLATE", template()))

    def left(properties):
        who = donor()
        at = NOW - timedelta(minutes=7, microseconds=3)
        Interaction.objects.create(donor=who, kind="form_abandoned", at=at, source_ref="f",
                                   properties=properties)  # fmt: skip
        hear.tell([who.pk], now=NOW)
        always.caught_up(now=NOW)
        row = Outgoing.objects.get(donor=who)
        reader = values.of([who.pk], today=NOW.date(), site="https://m.example")[who.pk]
        return values.merged(reader, row.values)["link"]["resume"]

    return left


def test_the_message_leads_where_the_event_says(leaves) -> None:
    assert leaves({"resume_url": OWN}) == OWN


@pytest.mark.parametrize("properties", [
    None, {}, {"resume_url": "https://mal.example/don"}, {"resume_url": 12},
    {"resume_url": "javascript:alert(1)"},
])  # fmt: skip
def test_and_to_the_one_page_of_all_otherwise(leaves, properties) -> None:
    """What came by a file, or before a host was given up, is asked again as it is used."""
    assert leaves(properties) == "https://puits.example/resume"


@pytest.mark.parametrize("url", [
    "https://mal.example/", "https://puits.example.mal.fr/", "https://puits.example@mal.fr/",
    "https://puits.example:8443/", "http://puits.example/", "//puits.example/don", "/don", "",
    "https://mal.fr\\@puits.example/", "https://puits.example\\.mal.fr/", "https://mal.fr#.puits",
    "https://puits.example/a b", "https://puits.example/\nx", "https://puits.example/" + "a" * 1000,
    "javascript://puits.example/%0aalert(1)", "https://[puits.example/", "https:puits.example",
    "https://PUITS.example%2emal.fr/", None, 3, ["https://puits.example/"],
])  # fmt: skip
def test_no_other_address_is_one_of_ours(linked, url) -> None:
    assert not declared.leads_home(url, declared.hosts())


@pytest.mark.parametrize("url", [
    OWN, "https://www.puits.example/", "https://PUITS.example/x#y", "https://dons.example/page",
])  # fmt: skip
def test_every_page_the_association_named_has_a_host_of_its_own(linked, url) -> None:
    Rules.objects.update(links={"resume": "https://dons.example/reprendre"})

    assert declared.leads_home(url, declared.hosts())


def test_where_no_page_was_named_none_is_ours(house) -> None:
    assert declared.hosts() == frozenset()
    assert not declared.leads_home(OWN, declared.hosts())


def test_an_address_that_leads_elsewhere_is_refused_as_it_comes(donor, linked) -> None:
    told = {"donor_id": donor().pk, "at": NOW, "kind": "form_abandoned", "source_ref": "a",
            "channel": None, "device": None, "campaign_code": None, "text": None}  # fmt: skip
    with pytest.raises(write.RefusedRows) as wrong:
        write.write(Interaction, [told | {"properties": {"resume_url": "https://mal.example/"}}],
                    source="site", now=NOW)  # fmt: skip

    assert "resume_url" in wrong.value.reasons[0]
    assert not Interaction.objects.exists()
    event = rows.InteractionEvent(type="interaction", donor_id=told["donor_id"], at=NOW,
                                  kind="form_abandoned", source_ref="a",
                                  properties={"resume_url": "https://mal.example/"})  # fmt: skip
    said = ingest.ingest([event, event.model_copy(update={"properties": {"resume_url": OWN},
                                                          "source_ref": "b"})],
                         source="site", now=NOW)  # fmt: skip
    assert (said["added"], [one["index"] for one in said["refused"]]) == (1, [0])


def test_the_sites_script_tells_it_of_who_agreed_to_be_known(donor, linked) -> None:
    Organisation.objects.update(site="https://puits.example/")
    who, token = donor(), "a" * 32
    Visitor.objects.create(token=token, donor=who)
    told = {"kind": "form_abandoned", "page": "https://puits.example/don?nom=zoe", "resume": OWN}

    collect.collect(collect.Seen(**told, id="1" * 32, visitor=token, consent=True), now=NOW)
    collect.collect(collect.Seen(**told, id="2" * 32), now=NOW)
    with pytest.raises(collect.OtherSite):
        collect.collect(collect.Seen(**told | {"resume": "https://mal.example/"}, id="3" * 32,
                                     visitor=token, consent=True), now=NOW)  # fmt: skip

    kept = Interaction.objects.order_by("pk").values_list("donor_id", "properties")
    assert list(kept) == [(who.pk, {"page": "/don", "resume_url": OWN}), (None, {"page": "/don"})]
    assert not Consent.objects.exists()
