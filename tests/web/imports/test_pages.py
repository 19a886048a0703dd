"""What a person does: send files, look, correct, load, undo; and what they are told on the way."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from mecene_web.donors.models import Donor, Note
from mecene_web.giving.models import Gift
from mecene_web.imports.models import Import
from mecene_web.tasks import worker
from mecene_web.tasks.models import Work

pytestmark = pytest.mark.django_db(transaction=True)
HEADER = "Nom;Prénom;Email;Code postal;Date du don;Montant;Référence"
ROWS = (
    "Martin;Alice;alice@exemple.fr;75011;12/05/2024;50,00;A1",
    "Petit;Zoé;zoe@exemple.fr;69003;13/05/2024;20,00;A2",
    "Durand;Luc;luc@exemple.fr;33000;hier;30,00;A3",
)


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Any) -> None:
    settings.HOME = tmp_path
    settings.MECENE_HEAVY = set()
    settings.MECENE_WORKS = settings.MECENE_WORKS | {"scores.nightly": "builtins.divmod"}


def table(*rows: str, header: str = HEADER) -> bytes:
    return ("\n".join([header, *rows]) + "\n").encode()


def send(client: Any, *contents: bytes, token: str = "", whole: str = "1") -> Any:
    files = [
        SimpleUploadedFile(f"dons-{place}.csv", content) for place, content in enumerate(contents)
    ]
    told = {"files": files, "token": token, "whole": whole}
    return client.post(reverse("imports:new"), told, follow=True)


def work() -> None:
    worker.work(once=True)


def page(client: Any, made: Import) -> str:
    answer = client.get(reverse("imports:one", args=[made.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def post(client: Any, name: str, made: Import, **told: Any) -> str:
    answer = client.post(reverse(f"imports:{name}", args=[made.pk]), told, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def checked(client: Any, *contents: bytes) -> Import:
    send(client, *contents)
    work()
    return Import.objects.latest("pk")


def loaded(client: Any, *contents: bytes, overlap: str = "keep") -> Import:
    made = checked(client, *contents)
    post(client, "load", made, overlap=overlap)
    work()
    made.refresh_from_db()
    assert made.state == "loaded"
    return made


def test_from_the_file_to_its_facts_and_back(browser: Any) -> None:
    client = browser("fundraiser")

    # Sent and checked: nothing is in the base.
    made = checked(client, table(*ROWS))
    assert made.state == "checked"
    assert not Donor.objects.exists()
    shown = page(client, made)
    assert "essai à blanc" in shown
    assert "alice@exemple.fr" in shown
    assert "n’est pas une date lisible" in shown

    # The rejects can be downloaded.
    rejects = client.get(reverse("imports:rejects", args=[made.pk]))
    assert "hier" in b"".join(rejects.streaming_content).decode("utf-8-sig")

    # Loaded.
    post(client, "load", made, overlap="keep")
    work()
    assert sorted(Gift.objects.values_list("source_ref", flat=True)) == ["A1", "A2"]
    assert "Chargé le" in page(client, made)
    assert Work.objects.filter(kind="scores.nightly").count() == 1

    # Undone, once what goes was said.
    said = client.get(reverse("imports:undo", args=[made.pk])).content.decode()
    assert "2 dons" in said.replace("\u202f", " ")
    post(client, "undo", made)
    work()
    assert not Gift.objects.exists()
    assert not Donor.objects.exists()
    assert "Défait le" in page(client, made)


@pytest.mark.parametrize("role", ["analyst", "caller", "auditor", None])
def test_others_are_kept_out(browser: Any, role: str | None) -> None:
    made = checked(browser("fundraiser"), table(*ROWS))
    stranger = browser(role)

    for name in ("all", "new"):
        assert stranger.get(reverse(f"imports:{name}")).status_code == (403 if role else 302)
    for name in ("one", "undo", "rejects"):
        where = reverse(f"imports:{name}", args=[made.pk])
        assert stranger.get(where).status_code == (403 if role else 302)
    for name in ("load", "again", "cancel", "undo"):
        where = reverse(f"imports:{name}", args=[made.pk])
        assert stranger.post(where).status_code == (403 if role else 302)
    answer = stranger.post(reverse("imports:new"), {"whole": "1"})
    assert answer.status_code == (403 if role else 302)
    assert Import.objects.get().state == "checked"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_page_speaks_both_languages(browser: Any, lang: str) -> None:
    client = browser("administrator", lang=lang)
    assert client.get(reverse("imports:all")).status_code == 200
    assert client.get(reverse("imports:new")).status_code == 200
    send(client, table(*ROWS))
    made = Import.objects.get()
    waiting = page(client, made)
    asked = client.get(reverse("imports:one", args=[made.pk]), headers={"HX-Request": "true"})
    assert "hx-get" in asked.content.decode()
    work()
    ready = page(client, made)
    assert ("Load into the base" if lang == "en" else "Charger dans la base") in ready
    post(client, "load", made)
    work()
    done = page(client, made)
    assert client.get(reverse("imports:undo", args=[made.pk])).status_code == 200
    post(client, "undo", made)
    work()
    for text in (waiting, ready, done, page(client, made)):
        assert "<html" in text
    asked = client.get(reverse("imports:one", args=[made.pk]), headers={"HX-Request": "true"})
    assert asked.headers["HX-Refresh"] == "true"
    assert "undone" in client.get(reverse("imports:all")).content.decode() or lang == "fr"


class TestCorrecting:
    def test_a_column_is_read_as_somebody_says(self, browser: Any) -> None:
        client = browser("fundraiser")
        odd = table(
            "Martin;alice@exemple.fr;05/06/2024;50,00",
            "Petit;zoe@exemple.fr;07/06/2024;20,00",
            header="Nom;Email;X;Y",
        )
        made = checked(client, odd)
        file = made.files.get()
        where = reverse("imports:remap", args=[made.pk, file.pk])
        told = {"table": made.account["files"][0]["table"] or "gifts",
                "column-0": "last_name", "column-1": "", "column-2": "given_on",
                "column-3": "amount", "date_format": "mm/dd/yyyy"}  # fmt: skip
        client.post(where, told)
        work()
        made.refresh_from_db()
        assert made.state == "checked"
        post(client, "load", made)
        work()

        assert sorted(str(day) for day in Gift.objects.values_list("given_on", flat=True)) == [
            "2024-05-06", "2024-07-06",
        ]  # fmt: skip
        # What is not read is not kept.
        assert list(Donor.objects.values_list("email", flat=True)) == [None, None]

    def test_two_columns_cannot_be_one_thing(self, browser: Any) -> None:
        client = browser("fundraiser")
        made = checked(client, table(*ROWS))
        where = reverse("imports:remap", args=[made.pk, made.files.get().pk])
        answer = client.post(
            where, {"table": "gifts", "column-0": "amount", "column-5": "amount"}, follow=True
        )

        assert "ne peuvent pas jouer le même rôle" in answer.content.decode()
        assert Import.objects.get().state == "checked"

    @pytest.mark.parametrize("told", [
        {"table": "spaceships"}, {"encoding": "../../etc"}, {"delimiter": "x"},
        {"table": "gifts", "column-0": "president"}, {"toml": "= ="},
        {"toml": "[words.status]\na='b'"},
        {"currency": "???"}, {"table": "gifts", "date_format": "soon"},
    ])  # fmt: skip
    def test_what_cannot_be_followed_is_refused_in_words(self, browser: Any, told: Any) -> None:
        client = browser("fundraiser")
        made = checked(client, table(*ROWS))
        where = reverse("imports:remap", args=[made.pk, made.files.get().pk])
        answer = client.post(where, told, follow=True)

        assert answer.status_code == 200
        assert [str(message) for message in answer.context["messages"]]
        assert Import.objects.get().state == "checked"

    def test_the_file_of_another_import_is_not_there(self, browser: Any) -> None:
        client = browser("fundraiser")
        first, second = checked(client, table(*ROWS)), checked(client, table(*ROWS[:1]))
        where = reverse("imports:remap", args=[first.pk, second.files.get().pk])

        assert client.post(where, {"table": "gifts"}).status_code == 404

    def test_a_file_that_is_no_table_says_why_and_loads_nothing(self, browser: Any) -> None:
        client = browser("fundraiser")
        made = checked(client, table(*ROWS), b"%PDF-1.7 not a table at all")
        shown = page(client, made)

        assert made.state == "failed"
        assert "mc-notice bad" in shown
        assert "n’en est plus là" in post(client, "load", made)
        assert not Gift.objects.exists()

    def test_columns_nobody_recognises_can_be_named(self, browser: Any) -> None:
        client = browser("fundraiser")
        made = checked(client, table("a;b", "c;d", header="Une;Deux"))
        assert made.state == "failed"
        assert "column-1" in page(client, made)
        file = made.files.get()
        where = reverse("imports:remap", args=[made.pk, file.pk])

        client.post(where, {"table": "donors"})
        work()
        client.post(where, {"table": "donors", "column-0": "last_name", "column-1": "first_name"})
        work()

        made.refresh_from_db()
        assert made.state == "checked"
        assert made.account["files"][0]["facts"] == {"donors": 2}


class TestOverlap:
    def test_the_same_file_twice_adds_nothing(self, browser: Any) -> None:
        client = browser("fundraiser")
        first = loaded(client, table(*ROWS))
        second = checked(client, table(*ROWS))
        shown = page(client, second)

        assert f"import n°\u00a0{first.pk}" in shown
        assert "rien à charger" in shown
        post(client, "load", second)
        work()
        assert Gift.objects.count() == 2

    @pytest.mark.parametrize(("choice", "gifts"), [("skip", 3), ("keep", 5)])
    def test_rows_known_already_are_shown_and_somebody_chooses(
        self, browser: Any, choice: str, gifts: int
    ) -> None:
        client = browser("fundraiser")
        loaded(client, table(*ROWS))
        more = "Noir;Eva;eva@exemple.fr;13001;01/02/2025;15,00;A9"
        made = checked(client, table(*ROWS, more))
        assert "2 dons de ces fichiers semblent déjà" in page(client, made)

        post(client, "load", made, overlap=choice)
        work()
        made.refresh_from_db()

        assert Gift.objects.count() == gifts
        (file,) = made.account["files"]
        skipped = made.account["loaded"].get("skipped", 0)
        kept = Gift.objects.filter(import_id=made.pk).count()
        assert kept + skipped + file["rejects"] == file["rows"] == 4
        said = (f"Gardées\u00a0: {kept} + rejetées\u00a0: 1 + déjà chargées\u00a0: {skipped} "
                "= lues\u00a0: 4 lignes")  # fmt: skip
        assert said in page(client, made)

    def test_what_was_loaded_meanwhile_is_shown_first(self, browser: Any) -> None:
        client = browser("fundraiser")
        one, two = checked(client, table(*ROWS)), checked(client, table(*ROWS, ROWS[0]))
        post(client, "load", one)
        work()
        post(client, "load", two)
        work()

        two.refresh_from_db()
        assert two.state == "checked"
        assert "a changé depuis" in page(client, two)
        assert Gift.objects.count() == 2


def test_a_refund_of_nothing_is_counted_as_left_out(browser: Any) -> None:
    client = browser("fundraiser")
    refund = "Petit;Zoé;zoe@exemple.fr;69003;14/05/2024;-20,00;Z1"
    stray = "Durand;Luc;luc@exemple.fr;33000;14/05/2024;-7,00;Z2"
    made = loaded(client, table(*ROWS[:2], refund, stray))

    shown = page(client, made)
    assert (
        "Gardées\u00a0: 3 + rejetées\u00a0: 1 + déjà chargées\u00a0: 0 = lues\u00a0: 4 lignes"
        in shown
    )
    assert "remboursements sans don correspondant" in shown


class TestTwice:
    def test_the_same_form_sent_twice_is_one_import(self, browser: Any) -> None:
        client = browser("fundraiser")
        send(client, table(*ROWS), token="t1")
        send(client, table(*ROWS), token="t1")

        assert Import.objects.count() == 1

    def test_load_pressed_in_two_tabs_loads_once(self, browser: Any) -> None:
        client = browser("fundraiser")
        made = checked(client, table(*ROWS))
        post(client, "load", made)
        assert "déjà en cours" in post(client, "load", made)
        work()
        assert "n’en est plus là" in post(client, "load", made)
        work()

        assert Gift.objects.count() == 2

    def test_undo_pressed_twice_undoes_once(self, browser: Any) -> None:
        client = browser("fundraiser")
        made = loaded(client, table(*ROWS))
        post(client, "undo", made)
        assert "déjà en cours" in post(client, "undo", made)
        work()
        post(client, "undo", made)

        assert not Gift.objects.exists()

    def test_undone_it_can_be_checked_and_loaded_again(self, browser: Any) -> None:
        client = browser("fundraiser")
        made = loaded(client, table(*ROWS))
        post(client, "undo", made)
        work()
        post(client, "again", made)
        work()
        post(client, "load", made)
        work()

        assert Gift.objects.count() == 2


class TestSending:
    @pytest.mark.parametrize("contents", [(), (b"",), (table(*ROWS), b"")])
    def test_nothing_or_an_empty_file(self, browser: Any, contents: Any) -> None:
        answer = send(browser("fundraiser"), *contents)

        assert answer.status_code == 400
        assert "mc-error" in answer.content.decode()
        assert not Import.objects.exists()

    def test_what_is_too_large_is_refused_before_it_is_read(
        self, browser: Any, settings: Any, tmp_path: Any
    ) -> None:
        settings.MECENE_LARGEST_UPLOAD_BYTES = 1_000
        answer = send(browser("fundraiser"), b"x" * 200_000)
        assert answer.status_code == 413
        assert "dépassent la taille" in answer.content.decode()

        # Or, where it was not announced, while it is.
        assert send(browser("fundraiser"), b"x" * 2_000).status_code == 413
        assert not Import.objects.exists()
        assert not [each for each in (tmp_path / "uploads").glob("*") if each.is_dir()]

    def test_a_line_that_breaks_leaves_nothing(self, browser: Any, tmp_path: Any) -> None:
        body = (
            b'--b\r\nContent-Disposition: form-data; name="files"; filename="dons.csv"\r\n\r\n'
            + table(*ROWS)
        )
        answer = browser("fundraiser").post(
            reverse("imports:new"), body, content_type="multipart/form-data; boundary=b"
        )

        assert answer.status_code == 400
        assert "interrompu" in answer.content.decode()
        assert not Import.objects.exists()
        assert not list(tmp_path.glob("uploads/*/*"))

    def test_too_many_files(self, browser: Any) -> None:
        answer = send(browser("fundraiser"), *[b"a;b\n"] * 101)

        assert answer.status_code == 400
        assert "trop de fichiers" in answer.content.decode()

    def test_without_the_token_of_the_form_nothing_is_taken(self, member: Any) -> None:
        from django.test import Client

        client = Client(enforce_csrf_checks=True)
        client.force_login(member("fundraiser"))

        assert send(client, table(*ROWS)).status_code == 403
        assert not Import.objects.exists()


class TestStopping:
    def test_cancelled_it_waits_to_be_loaded(self, browser: Any) -> None:
        client = browser("fundraiser")
        made = checked(client, table(*ROWS))
        post(client, "load", made)
        post(client, "cancel", made)
        work()

        made.refresh_from_db()
        assert made.state == "checked"
        assert not Gift.objects.exists()
        post(client, "load", made)
        work()
        assert Gift.objects.count() == 2

    def test_a_work_given_up_is_said_and_can_be_resumed(
        self, browser: Any, monkeypatch: Any
    ) -> None:
        from mecene_web.imports import load

        client = browser("fundraiser")
        made = checked(client, table(*ROWS))

        def broken(*told: Any, **more: Any) -> None:
            raise ValueError("the disk is full")

        with monkeypatch.context() as patched:
            patched.setattr(load.correct, "correct", broken)
            post(client, "load", made)
            work()
        shown = page(client, made)
        assert "Rien n’est à moitié fait" in shown
        assert "the disk is full" in shown
        assert not Donor.objects.exists()

        post(client, "load", made)
        work()
        assert Gift.objects.count() == 2


class TestByHand:
    def test_a_donor_somebody_wrote_about_stays(self, browser: Any, member: Any) -> None:
        client = browser("fundraiser")
        made = loaded(client, table(*ROWS))
        alice = Donor.objects.get(email="alice@exemple.fr")
        Note.objects.create(donor=alice, by=member("fundraiser"), at=made.at, text="À rappeler")

        said = client.get(reverse("imports:undo", args=[made.pk])).content.decode()
        assert "Alice Martin" in said
        post(client, "undo", made)
        work()

        assert list(Donor.objects.values_list("email", flat=True)) == ["alice@exemple.fr"]
        assert Donor.objects.get().last_name == "Martin"
        assert not Gift.objects.exists()

    def test_a_gift_entered_by_hand_stays_with_its_donor(self, browser: Any) -> None:
        client = browser("fundraiser")
        made = loaded(client, table(*ROWS))
        zoe = Donor.objects.get(email="zoe@exemple.fr")
        Gift.objects.create(
            donor=zoe, record=zoe.records.get(), given_on="2025-01-01", amount_minor=700,
            currency="EUR", kind="one_off", source_ref="main",
        )  # fmt: skip
        post(client, "undo", made)
        work()

        assert [str(donor) for donor in Donor.objects.all()] == ["Zoé Petit"]
        assert Gift.objects.get().donor == zoe
