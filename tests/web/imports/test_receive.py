"""What is sent is kept whole under a name of ours, or not at all."""

import io
from datetime import UTC, datetime

import pytest

from mecene_web.imports import receive
from mecene_web.imports.models import Import

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _home(settings, tmp_path):
    settings.HOME = tmp_path


def sent(*files: tuple[str, bytes]) -> Import:
    return receive.receive(
        [(name, io.BytesIO(content)) for name, content in files], by=None, now=NOW
    )


def test_files_are_kept_word_for_word():
    made = sent(("dons.csv", b"Nom;Montant\n"), ("été 2025.csv", b"x" * 3_000_000))

    first, second = receive.paths(made)
    assert first.read_bytes() == b"Nom;Montant\n"
    assert second.stat().st_size == 3_000_000
    assert made.files.count() == 2


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "C:\\dons.csv", "a/b/../c.csv", "", "....", "\x00.csv", "é" * 500]
)
def test_a_name_never_leads_out_of_the_folder(name: str):
    made = sent((name, b"Nom;Montant\n"))

    (path,) = receive.paths(made)
    assert path.parent == receive.folder_of(made.pk)
    assert path.read_bytes() == b"Nom;Montant\n"


@pytest.mark.parametrize("files", [[], [("dons.csv", b"")], [("a.csv", b"1"), ("b.csv", b"")]])
def test_nothing_is_left_of_what_did_not_come_whole(files):
    with pytest.raises(receive.NothingSent):
        sent(*files)

    assert not Import.objects.exists()
    assert not list(receive.folder_of(0).parent.glob("*/*"))


def test_a_line_that_breaks_leaves_nothing():
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ConnectionError("the line broke")

    with pytest.raises(ConnectionError):
        receive.receive([("a.csv", io.BytesIO(b"1")), ("b.csv", Broken())], by=None, now=NOW)

    assert not Import.objects.exists()


def test_the_same_bytes_are_known_again_once_loaded():
    first, second = sent(("a.csv", b"same")), sent(("b.csv", b"same"))
    assert receive.same_as(second.files.get()) is None

    Import.objects.filter(pk=first.pk).update(state="loaded")

    assert receive.same_as(second.files.get()) == first
