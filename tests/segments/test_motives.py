"""A motive is told where the answers tell it against what was sent, and nowhere else."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from mecene.segments import motive_words, motives
from mecene.segments.motives import MOTIVES


def table(*donors: dict[str, object]) -> pl.DataFrame:
    """Return donors as a summary; what a row does not say is none, or empty."""
    counts = [name for name in motives.READS if name.endswith("_24m")]
    rows = [
        {"donor_id": place, "declared_motive": None, "objects_profiling": None}
        | dict.fromkeys(counts, 0)
        | donor
        for place, donor in enumerate(donors, start=1)
    ]
    types = {"declared_motive": pl.String, "objects_profiling": pl.Boolean}
    return pl.DataFrame(rows, schema_overrides=types)


def sent(*each: int, answered: tuple[int, int, int] = (0, 0, 0)) -> dict[str, object]:
    """Return a donor sent so many emotional, rational, committed contents."""
    return {f"{name}_sent_24m": n for name, n in zip(MOTIVES, each, strict=True)} | {
        f"{name}_answered_24m": n for name, n in zip(MOTIVES, answered, strict=True)
    }


# A file in which people differ, so that what one answers counts; rates alike for each motive.
FILE = [
    sent(20, 20, 20, answered=answered)
    for answered in ((9, 1, 1), (1, 9, 1), (1, 1, 9), (4, 3, 4), (0, 6, 0), (6, 0, 0), (0, 0, 6))
] * 20


def scored(*donors: dict[str, object]) -> pl.DataFrame:
    """Return the scores of some donors beside the file's."""
    whole = table(*donors, *FILE)
    return motives.score(motives.fit(motives.parts(whole)), whole).head(len(donors))


def test_who_answers_stories_beyond_what_they_were_sent_is_emotional() -> None:
    one = scored(sent(10, 10, 10, answered=(8, 1, 0))).row(0, named=True)

    assert (one["motive"], one["motive_confidence"]) == ("emotional", "fair")
    assert (one["answered"], one["sent"], one["answers"]) == (8, 10, 9)
    assert one["expected"] == pytest.approx(3, abs=0.2)
    assert sum(one[f"{name}_score"] for name in MOTIVES) == pytest.approx(1)


def test_who_was_sent_stories_only_is_not_emotional() -> None:
    only, mostly = scored(
        sent(30, 0, 0, answered=(12, 0, 0)), sent(28, 1, 1, answered=(12, 0, 0))
    ).iter_rows(named=True)

    assert (only["motive"], only["motive_unknown_because"]) == (None, "one_motive_only")
    assert (mostly["motive"], mostly["motive_unknown_because"]) == (None, "one_motive_only")
    assert only["emotional_score"] == pytest.approx(1 / 3, abs=0.05)


def test_the_same_answers_mean_more_where_less_was_sent() -> None:
    rare, common = scored(
        sent(4, 20, 20, answered=(4, 2, 2)), sent(20, 4, 4, answered=(4, 2, 2))
    ).iter_rows(named=True)

    assert rare["motive"] == "emotional"
    assert rare["emotional_score"] > 0.5
    assert common["emotional_score"] < 1 / 3


def test_what_everybody_answers_more_is_nobodys_preference() -> None:
    """Stories are answered twice as much by all: answering them twice as much says nothing."""
    whole = table(*[sent(20, 20, 20, answered=(8, 4, 4))] * 50)
    same = motives.score(motives.fit(motives.parts(whole)), whole)

    assert same["motive_unknown_because"].unique().to_list() == ["no_preference"]
    assert same["emotional_score"].to_list() == pytest.approx([1 / 3] * 50)


@pytest.mark.parametrize(
    ("donor", "because"),
    [
        (sent(0, 0, 0), "no_content"),
        (sent(10, 10, 10), "too_few_answers"),
        (sent(10, 10, 10, answered=(3, 0, 0)), "too_few_answers"),
        (sent(12, 12, 12, answered=(3, 3, 3)), "no_preference"),
        (sent(10, 10, 10, answered=(9, 0, 0)) | {"objects_profiling": True}, "refused"),
    ],
)
def test_a_motive_is_unknown_otherwise_and_says_why(donor: dict[str, object], because: str) -> None:
    one = scored(donor).row(0, named=True)

    assert (one["motive"], one["motive_confidence"]) == (None, None)
    assert one["motive_unknown_because"] == because
    if because in ("no_content", "refused"):
        assert one["emotional_score"] is None


def test_what_donors_say_of_themselves_is_taken_as_said() -> None:
    one, refusing = scored(
        sent(10, 10, 10, answered=(9, 0, 0)) | {"declared_motive": "committed"},
        {"declared_motive": "committed", "objects_profiling": True},
    ).iter_rows(named=True)

    assert (one["motive"], one["motive_confidence"]) == ("committed", "declared")
    assert (refusing["motive"], refusing["motive_unknown_because"]) == (None, "refused")


def test_contents_chosen_freely_count_against_the_choices_of_the_file() -> None:
    others = [
        {"emotional_chosen_24m": 8, "rational_chosen_24m": 2},
        {"emotional_chosen_24m": 2, "rational_chosen_24m": 8},
    ] * 40
    whole = table({"rational_chosen_24m": 9}, *others)

    one = motives.score(motives.fit(motives.parts(whole)), whole).row(0, named=True)

    assert (one["motive"], one["answered"]) == ("rational", 9)
    assert one["expected"] == pytest.approx(9 * 409 / 809)


def test_planted_motives_are_recovered_as_surely_as_is_said() -> None:
    """Affinities drawn from the model itself: 80 % right where weak, 95 % where fair, or more."""
    rng = np.random.default_rng(3)
    affinity = rng.gamma(1.5, 1 / 1.5, (6_000, 3))
    shown = rng.integers(2, 30, (6_000, 3))
    readiness = rng.beta(2, 6, (6_000, 1))
    got = rng.binomial(shown, np.clip(readiness * np.array([1.2, 0.6, 0.9]) * affinity, 0, 0.95))
    whole = table(*(sent(*row, answered=tuple(answer)) for row, answer in zip(shown.tolist(),
                    got.tolist(), strict=True)))  # fmt: skip

    model = motives.fit(motives.parts(whole))
    found = motives.score(model, whole).with_columns(
        truth=pl.Series([MOTIVES[at] for at in affinity.argmax(axis=1)])
    )

    right = {
        name: rows.select((pl.col("motive") == pl.col("truth")).mean()).item()
        for (name,), rows in found.drop_nulls("motive").group_by("motive_confidence")
    }
    assert found["motive"].null_count() < 0.75 * found.height
    assert right["weak"] >= 0.8
    assert right["fair"] >= 0.95
    assert 0.5 < model.strength < 5


def test_a_group_is_what_its_donors_are_drawn_back_to() -> None:
    fond = [sent(20, 20, 20, answered=(9, 3, 3)) | {"segment": "fond"}] * 60
    others = [sent(20, 20, 20, answered=(3, 4, 4)) | {"segment": "others"}] * 90
    quiet = [sent(9, 9, 9, answered=(1, 1, 0)) | {"segment": name} for name in ("fond", "others")]
    whole = table(*quiet, *fond, *others)

    model = motives.fit(motives.parts(whole, group="segment"))
    one, other = motives.score(model, whole, group="segment").head(2)["emotional_score"]

    assert model.affinities["fond"][0] > 1 > model.affinities["others"][0]
    assert one > other


COUNTS = st.fixed_dictionaries(
    {f"{name}_{what}_24m": st.integers(0, 12) for name in MOTIVES for what in ("sent", "chosen")}
    | {f"{name}_answered_24m": st.integers(0, 3) for name in MOTIVES}
    | {"declared_motive": st.none() | st.sampled_from(MOTIVES),
       "objects_profiling": st.none() | st.booleans()}
)  # fmt: skip


@given(st.lists(COUNTS, min_size=1, max_size=12), st.integers(0, 12), st.randoms())
@settings(max_examples=60, deadline=None)
def test_whatever_the_counts_the_scores_are_shares_and_the_reading_does_not_matter(
    donors: list[dict[str, object]], at: int, chance: object
) -> None:
    whole = table(*donors)
    shuffled = whole.sample(fraction=1.0, shuffle=True, seed=at)
    model = motives.fit(motives.parts(whole))
    found = motives.score(model, whole)

    cut = motives.added(motives.parts(shuffled[:at]), motives.parts(shuffled[at:]))
    assert motives.fit(cut) == model
    assert_frame_equal(motives.score(model, shuffled).sort("donor_id"), found)
    assert found.schema == motives.SCORED_SCHEMA
    shares = found.select(pl.sum_horizontal(f"{name}_score" for name in MOTIVES)).to_series()
    assert found["motive"].is_null().eq(found["motive_unknown_because"].is_not_null()).all()
    assert found["motive"].is_null().eq(found["motive_confidence"].is_null()).all()
    for share, unknown in zip(shares, found["emotional_score"].is_null(), strict=True):
        assert unknown or share == pytest.approx(1)
    for lang in ("fr", "en"):
        said = motive_words.written(found, lang=lang)
        assert said.null_count() == 0
        assert all(sentence and "{" not in sentence for sentence in said)


def test_a_sentence_gives_the_evidence_or_the_reason() -> None:
    found = scored(
        sent(10, 10, 10, answered=(8, 1, 0)),
        sent(10, 10, 10, answered=(1, 0, 0)),
        {"declared_motive": "rational"},
    )

    french = motive_words.written(found, lang="fr").to_list()

    assert french[0].startswith(
        "Répond surtout aux contenus émotionnels (récits, témoignages)\u202f: 8 sur 9 réponses"
    )
    assert french[1] == (
        "Motif inconnu\u202f: 1 réponse à des contenus marqués, trop peu pour juger"
    )
    assert french[2] == "Dit de lui-même que son motif est rationnel"
    assert motive_words.written(found, lang="en")[0].startswith("Mostly answers emotional contents")
    assert motive_words.label("committed", lang="fr") == "engagé"
