"""A command asked wrongly: said in the reader's language, exit code 2, nothing written."""

from pathlib import Path

import pytest

from cli import running

GIFTS = [("Durand", "Marie", "m@exemple.fr", "03/04/2024", "50,00")]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("bilan",), "la commande « bilan » n’existe pas"),
        (("analyse",), "Dites quel fichier lire"),
        (("analyse", "absent.csv"), "le fichier « absent.csv » n’existe pas"),
        (("analyse", "{gifts}", "--as-of", "hier"), "--as-of : « hier » n’est pas un jour"),
        (("analyse", "{gifts}", "--lang", "de"), "« de » n’est pas possible. Au choix : fr, en"),
        (("analyse", "{gifts}", "--sens"), "L’option --sens n’existe pas"),
        (("analyse", "{gifts}", "--out", "{gifts}"), "est un fichier. Donnez le nom d’un dossier"),
        (("analyse", "{folder}"), "est un dossier. Donnez le nom des fichiers qu’il contient"),
        (("check", "{gifts}", "--as", "dons"), "Au choix : gifts, donors"),
        (("simulate", "--donors", "0"), "--donors : le nombre doit être au moins 1"),
        (("analyse", "{gifts}", "--fiscal-year-start", "13"), "compris entre 1 et 12"),
        (("analyse", "{gifts}", "--out"), "L’option --out demande une valeur"),
        (("check", "{gifts}", "trop"), "« trop » est de trop"),
        (("simulate", "--clean=3"), "L’option --clean ne prend pas de valeur"),
        (("simulate", "--seed", "x"), "--seed : un nombre est attendu"),
        (("explain",), "Il manque DONATEUR"),
    ],
)
def test_a_wrong_command_is_told_in_french(
    tmp_path: Path, asked: tuple[str, ...], said: str
) -> None:
    gifts = running.gifts(tmp_path / "dons.csv", GIFTS)

    ran = running.mecene(*(word.format(gifts=gifts, folder=tmp_path) for word in asked))

    assert ran.code == 2
    assert said in ran.err.replace("\u00a0", " ").replace("\u202f", " ")
    assert ran.out == ""
    assert [path.name for path in tmp_path.iterdir()] == ["dons.csv"]


def test_a_wrong_command_is_told_in_english(tmp_path: Path) -> None:
    ran = running.mecene("analyse", tmp_path / "absent.csv", lang="en")

    assert ran.code == 2
    assert "absent.csv” does not exist" in ran.err
    assert "“mecene analyse --help” says what can be asked." in ran.err


def test_the_program_without_a_word_says_what_it_can_do() -> None:
    ran = running.mecene()

    assert ran.code == 0
    assert "analyse" in ran.out


def test_the_program_says_its_version() -> None:
    ran = running.mecene("--version")

    assert ran.code == 0
    assert ran.out.strip()[0].isdigit()


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("[lifecycle\n", "la lecture s’arrête ligne 1, colonne 11"),
        ("[lifecycle]\nlapsed_month = 20", "la clé lifecycle.lapsed_month est inconnue"),
        ("[segment]\n", "la section [segment] est inconnue. Sections connues : lifecycle"),
        ("[lifecycle]\nnew_days = 500", "un nouveau donateur serait déjà à risque"),
        ("[custom.a]\ncondition = 'gift_24m > 2'", "« gift_24m » n'est pas une colonne connue"),
        ("[custom.gifts_24m]\ncondition = 'gifts_24m > 2'", "ce nom est celui d’une colonne"),
    ],
)
def test_wrong_rules_are_told_in_french(tmp_path: Path, rules: str, said: str) -> None:
    gifts = running.gifts(tmp_path / "dons.csv", GIFTS)
    mine = running.write(tmp_path / "seuils.toml", *rules.splitlines())

    ran = running.mecene("analyse", gifts, "--rules", mine, "--out", tmp_path / "r")

    assert ran.code == 1
    assert "seuils.toml" in ran.err
    assert said in ran.err.replace("\u00a0", " ").replace("\u202f", " ")
