"""Contacts, interactions, consents, campaigns, commitments and series, from small files."""

from datetime import date, datetime

from mecene import facts
from mecene.sources import said_besides


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_contacts(stage) -> None:
    story = stage(
        "Email;Date envoi;Canal;Objet;Campagne;Coût\n"
        "a@x.fr;24/12/2023 10:00;E-mailing;Appel aux dons;NOEL;0,02\n"
        "b@x.fr;24/12/2023 11:00;Courrier;Reçu fiscal;;1,20\n"
        ";24/12/2023 11:00;Courrier;;;\n"
    )

    columns = ("at", "channel", "purpose", "campaign_id", "cost_minor")
    assert story.table("contacts").select(columns).rows() == [
        (at("2023-12-24 10:00"), "email", "appeal", "NOEL", 2),
        (at("2023-12-24 11:00"), "post", "transactional", None, 120),
    ]
    assert story.account.rejects == {"nobody_named": 1, "unread": 0}


def test_interactions_keep_visitors_and_unknown_kinds(stage) -> None:
    story = stage(
        "Email;Visitor ID;Timestamp;Event type;Device;Tag\n"
        "a@x.fr;;2023-12-24T10:00:00Z;click;phone;NOEL\n"
        ";V1;2023-12-24T10:01:00Z;Page view;computer;\n"
        "b@x.fr;;2023-12-24T10:02:00Z;Quizz terminé;;\n"
        "b@x.fr;;;click;;\n"
    )

    table = story.table("interactions")
    assert table.select("at", "kind", "visitor_id").rows() == [
        (at("2023-12-24 11:00"), "click", None),
        (at("2023-12-24 11:01"), "page_view", "V1"),
        (at("2023-12-24 11:02"), "quizz_termine", None),
    ]
    assert table["person_key"].is_null().to_list() == [False, True, False]
    assert story.account.rejects == {"date_missing": 1, "unread": 0}


def test_consents(stage) -> None:
    story = stage(
        "Email;Date;Finalité;Canal;Statut;Base légale\n"
        "a@x.fr;24/12/2023;Newsletter;email;Opt-in;consentement\n"
        "a@x.fr;25/12/2023;;sms;Désabonné;\n"
        "a@x.fr;26/12/2023;;sms;bof;\n"
    )

    assert story.table("consents").select("purpose", "channel", "status").rows() == [
        ("newsletter", "email", "granted"),
        (None, "sms", "withdrawn"),
    ]
    assert story.account.rejects == {"status_unknown": 1, "unread": 0}


def test_campaigns_end_the_day_after_their_last(stage) -> None:
    story = stage(
        "Code;Libellé;Canal;Date début;Date fin;Coût\nN1;Noël;Courrier;01/12/2023;31/12/2023;500\n"
    )

    columns = ("campaign_id", "name", "channel", "started_on", "ended_on", "cost_minor")
    assert story.table("campaigns").select(columns).rows() == [
        ("N1", "Noël", "post", date(2023, 12, 1), date(2024, 1, 1), 50_000)
    ]
    assert story.staged.persons == 0


def test_an_external_series_by_month(stage) -> None:
    story = stage(
        {"indice.csv": "Mois;Indice\n2023-01;101,5\n02/2023;99\nmars 2023;1 000,25\n;5\n"}
    )

    assert story.table("series").select("name", "month", "value").rows() == [
        ("indice", date(2023, 1, 1), 101.5),
        ("indice", date(2023, 2, 1), 99.0),
        ("indice", date(2023, 3, 1), 1000.25),
    ]
    assert story.account.rejects == {"date_missing": 1, "unread": 0}


def test_commitments_end_pause_and_grow(stage) -> None:
    story = stage(
        "RUM;Email;Fréquence;Montant;Date début;Date fin;Motif arrêt;Statut;Date statut;"
        "Nouveau montant;Date nouveau montant\n"
        "R1;a@x.fr;Mensuel;10;05/01/2023;;;Actif;;15;01/06/2023\n"
        "R2;b@x.fr;Trimestriel;30;05/01/2023;05/09/2023;Impayés;Arrêté;;;\n"
        "R3;c@x.fr;Annuel;100;05/01/2023;;;Suspendu;01/08/2023;;\n"
        "R4;d@x.fr;Mensuel;10;05/01/2023;;;Résilié;;;\n"
        "R5;e@x.fr;;8;05/01/2023;;;;;;\n"
    )

    columns = ("mandate_ref", "months_between", "amount_minor", "ended_on", "end_reason")
    assert story.table("recurring_gifts").select(columns).rows() == [
        ("R1", 1, 1_000, None, None),
        ("R2", 3, 3_000, date(2023, 9, 5), "involuntary"),
        ("R3", 12, 10_000, None, None),
        ("R5", 1, 800, None, None),
    ]
    changes = story.table("recurring_changes").sort("effective_on")
    assert changes.select("kind", "effective_on", "amount_minor").rows() == [
        ("amount", date(2023, 6, 1), 1_500),
        ("pause", date(2023, 8, 1), None),
    ]
    assert story.account.rejects == {"end_date_missing": 1, "unread": 0}


def test_staged_tables_have_the_contracts_columns_with_a_person_for_a_donor(stage) -> None:
    story = stage("Email;Date envoi;Canal\na@x.fr;24/12/2023;email\n")

    assert story.table("contacts").schema == said_besides.schema(facts.CONTACTS)
    assert story.table("contacts").columns[0] == "person_key"


def test_a_card_expiry_of_a_running_commitment_is_kept_as_its_month(stage) -> None:
    story = stage(
        "Email;Périodicité;Montant;Date début;Date fin;Date expiration CB\n"
        "a@x.fr;Mensuel;10;01/02/2022;;03/27\n"
        "b@x.fr;Mensuel;10;01/02/2022;;0428\n"
        "c@x.fr;Mensuel;10;01/02/2022;;31/05/2029\n"
        "d@x.fr;Mensuel;10;01/02/2022;;2030-06\n"
        "e@x.fr;Mensuel;10;01/02/2022;;juillet 2031\n"
        "f@x.fr;Mensuel;10;01/02/2022;01/03/2022;08/27\n"
        "g@x.fr;Mensuel;10;01/02/2022;;bientôt\n"
    )

    kept = story.table("attributes")
    assert kept.sort("source_row").select("name", "value", "collected_on").rows() == [
        ("card_expires", month, date(2022, 2, 1))
        for month in ("2027-03", "2028-04", "2029-05", "2030-06", "2031-07")
    ]
    assert story.account.facts == {"recurring_gifts": 7}


def test_an_english_card_expiry_is_one_too(stage) -> None:
    story = stage(
        "Email;Frequency;Amount;Start date;Card expiry\na@x.fr;Monthly;10;2022-02-01;11/2026\n"
    )

    assert story.table("attributes")["value"].to_list() == ["2026-11"]


def test_a_content_that_says_its_motive_carries_it_as_a_tag(stage) -> None:
    story = stage(
        "Email;Date envoi;Canal;Variante;Motif\n"
        "a@x.fr;24/12/2023;Email;B;Émotionnel\n"
        "b@x.fr;24/12/2023;Email;;Chiffres\n"
        "c@x.fr;24/12/2023;Email;A;\n"
    )

    assert story.table("contacts").sort("source_row")["variant"].to_list() == [
        "B motive:emotional", "motive:rational", "A",
    ]  # fmt: skip


def test_a_motif_that_says_why_a_message_was_sent_is_its_purpose(stage) -> None:
    story = stage(
        "Email;Date envoi;Canal;Motif\n"
        "a@x.fr;24/12/2023;Email;Appel aux dons\n"
        "b@x.fr;24/12/2023;Email;Newsletter\n"
    )

    table = story.table("contacts").sort("source_row")
    assert table["purpose"].to_list() == ["appeal", "newsletter"]
    assert table["variant"].to_list() == [None, None]


def test_an_act_keeps_its_properties_and_its_motive(stage) -> None:
    story = stage(
        "Email,Timestamp,Event type,Device,Content motive,Properties\n"
        "a@x.fr,2023-12-24T10:00:00Z,click,Smartphone,story,\n"
        'b@x.fr,2023-12-24T10:00:00Z,click,PC,call to action,"{""link"": ""a""}"\n'
        'c@x.fr,2023-12-24T10:00:00Z,click,Tablette,,"{""motif"": ""rationnel""}"\n'
        "d@x.fr,2023-12-24T10:00:00Z,click,Phone,,nothing\n"
    )

    table = story.table("interactions").sort("source_row")
    assert table["properties"].to_list() == [
        '{"motive": "emotional"}',
        '{"motive": "committed", "link": "a"}',
        '{"motif": "rationnel"}',
        None,
    ]
    assert table["device"].to_list() == ["phone", "computer", "tablet", "phone"]


def test_a_campaign_named_with_its_motive_is_read_by_features(stage) -> None:
    story = stage("Code campagne;Libellé;Coût;Levier\nN23;Noël;100;témoignage\nP23;;100;pétition\n")

    assert story.table("campaigns").sort("source_row")["name"].to_list() == [
        "Noël motive:emotional", "motive:committed",
    ]  # fmt: skip
