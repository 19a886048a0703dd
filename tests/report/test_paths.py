"""The page of paths says what was found, escaped, in both languages, drawn without a script."""

import re

import polars as pl
import pytest

from attribution.met import AS_OF, acted, met, touch
from mecene.attribution import devices, looking, paths
from mecene.report.paths import document, folder, pictures

CHANNELS = ("email", "post", "phone", "sms", "web", "event", "radio", "<b>flyer</b>")


def found(touched, acts):
    known = met(touched, acts)
    return looking.of_paths(
        paths.to(known, act="gift", as_of=AS_OF),
        looking.Asked("gift", AS_OF, "EUR"),
        used=devices.of(known, act="gift", as_of=AS_OF),
    )


@pytest.fixture(scope="module")
def many():
    touched, acts = [], []
    for donor in range(1, 200):
        for step in range(donor % 6):
            channel = CHANNELS[(donor * (step + 2)) % (8 if donor % 3 else 3)]
            touched.append(touch(donor, step, channel, "click", ("phone", "computer")[step % 2]))
        if donor % 2:
            touched.append(touch(donor, 6.5, "web", "page_view", "phone"))
            acts.append(acted(donor, 7))
    return found(touched, acts)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_stands_alone_and_says_no_markup_of_others(many, tmp_path, lang):
    files = folder.write(many, tmp_path, lang=lang)

    html = files[0].read_text(encoding="utf-8")
    assert "<script" not in html
    assert "<b>flyer" not in html
    assert re.findall(r'(?:src|href)="(?!#)[^"]*"', html) == []
    assert html.count("<svg") == 4  # two pictures, in two widths
    assert f'lang="{lang}"' in html


def test_the_flow_is_drawn_of_every_path_with_two_steps(many):
    picture = pictures.flow(many, lang="en")

    drawn = many.flows.filter((pl.col("stage") < 3) & (pl.col("before") != "absent"))
    told = sorted(int(acts) for *_, acts in picture.rows)
    assert told == sorted(drawn["acts"].to_list(), reverse=True)[: len(told)][::-1]
    assert picture.wide.svg.startswith("<svg")
    assert "last step" in picture.wide.svg
    assert ">act<" not in picture.wide.svg


def test_where_all_took_one_step_it_is_drawn_to_the_act():
    one = found([touch(1, 0, "post"), touch(2, 0, "email")], [acted(1, 1), acted(2, 1)])

    picture = pictures.flow(one, lang="fr")

    told = sorted(row[1:] for row in picture.rows)
    assert told == [("courrier", "don", "1"), ("e-mail", "don", "1")]
    assert ">acte<" in picture.narrow.svg


def test_the_tables_hold_what_was_found(many, tmp_path):
    channels = folder.channels(many, lang="en")

    credited = channels.group_by("Rule").agg(pl.col("Acts").sum())
    assert credited["Acts"].to_list() == pytest.approx([many.rules.acts] * 2, abs=0.5)
    assert folder.paths(many, lang="fr").columns[0] == "Chemin"
    assert sum(one["share"] for one in folder.figures(many)["credits"]) == pytest.approx(2)


def test_where_nobody_acted_a_page_says_so(tmp_path):
    nothing = found([touch(1, 0, "post")], [])

    folder.write(nothing, tmp_path, lang="fr")

    assert "Personne n’a fait de tel geste" in (tmp_path / folder.PAGE).read_text(encoding="utf-8")
    assert folder.lines(nothing, lang="fr") == [
        "Personne n’a fait de tel geste\u00a0: rien à attribuer."
    ]
    assert document.document(nothing, lang="en").cards == []
    with pytest.raises(ValueError, match="nothing to credit"):
        pictures.credit(nothing, lang="fr")
