"""What a donor answers to is preferred; what is little known leans on the group, and says so."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from fact_rows import summary
from mecene.channels import evidence, habits, preferences, sentences, traits
from mecene.features import profiled

EMPTY = {name: 0 for trait in traits.TRAITS for name in trait.columns} | dict.fromkeys(
    ("paid_card", "paid_cheque", "paid_cash", "paid_transfer"), 0
)


def donor(**changed):
    return EMPTY | {"paid_cheque": 2} | changed


# Of those who pay on paper, most answer by post and some by e-mail; all act on weekdays.
FILE = summary(
    *(donor(answers_post=4, answers_email=0, acts_tuesday=2, acts_10h=3) for _ in range(30)),
    *(donor(answers_email=5, answers_post=0, acts_thursday=2, acts_20h=2) for _ in range(10)),
    *(donor(paid_card=3, paid_cheque=0, answers_email=4) for _ in range(20)),
)
HABITS = habits.fit(evidence.of(FILE))


def preferred(*donors, known=HABITS):
    return preferences.of(summary(*donors), habits=known).to_dicts()


def test_a_donor_is_reached_by_what_they_answer():
    (told,) = preferred(donor(answers_post=1, answers_email=6))

    assert (told["best_channel"], told["channel_acts"], told["channel_best_acts"]) == (
        "email", 7, 6,
    )  # fmt: skip
    assert told["channel_learnt_from"] == "own"
    assert 0.8 < told["channel_sure"] < 1


def test_a_donor_who_never_acted_has_their_groups_and_it_is_said():
    paper, online = preferred(donor(), donor(paid_card=1, paid_cheque=0))

    assert (paper["best_channel"], online["best_channel"]) == ("post", "email")
    assert (paper["channel_learnt_from"], paper["channel_acts"]) == ("group", 0)
    assert paper["best_hour"] == 10
    assert paper["best_weekday"] == 2


def test_nothing_known_is_unknown_rather_than_a_guess():
    nobody = habits.fit(evidence.of(summary(donor(), donor())))

    (told,) = preferred(donor(), known=nobody)

    for trait in traits.TRAITS:
        assert told[f"best_{trait.name}"] is None
        assert told[f"{trait.name}_learnt_from"] is None
    assert told["crosses_devices"] is None
    assert told["cause"] is None


def test_of_equals_the_first_in_order_is_the_best_and_half_sure():
    equal = habits.fit(evidence.of(summary(
        *(donor(answers_email=3) for _ in range(20)), *(donor(answers_post=3) for _ in range(20)),
    )))  # fmt: skip

    (told,) = preferred(donor(answers_email=2, answers_post=2), known=equal)

    assert told["best_channel"] == "email"
    assert told["channel_sure"] == pytest.approx(0.5)


def test_a_channel_that_is_closed_is_never_the_best():
    closed, all_closed = preferred(
        donor(answers_post=9, objects_post=True),
        donor(answers_post=9, objects_post=True, objects_email=True, objects_phone=True,
              objects_sms=True),
    )  # fmt: skip

    assert closed["best_channel"] == "email"
    assert all_closed["best_channel"] is None


def test_a_letter_that_comes_back_closes_post():
    (told,) = preferred(donor(answers_post=9, undeliverable_post=True))

    assert told["best_channel"] == "email"


@pytest.mark.parametrize("said", ["Téléphone", " phone ", "tel"])
def test_what_a_donor_asked_for_comes_first(said):
    (told,) = preferred(donor(answers_post=9, declared_channel=said))

    assert (told["best_channel"], told["channel_learnt_from"], told["channel_sure"]) == (
        "phone", "declared", 1.0,
    )  # fmt: skip


def test_what_a_donor_asked_for_and_then_closed_does_not():
    (told,) = preferred(donor(answers_post=9, declared_channel="sms", objects_sms=True))

    assert (told["best_channel"], told["channel_learnt_from"]) == ("post", "own")


def test_reading_on_one_device_and_acting_on_another_is_seen():
    crossing, same, unseen = preferred(
        donor(read_phone=4, acted_computer=3), donor(read_phone=4, acted_phone=3),
        donor(read_phone=4),
    )  # fmt: skip

    assert (crossing["crosses_devices"], same["crosses_devices"]) == (True, False)
    assert unseen["crosses_devices"] is None


def test_a_cause_is_declared_or_seen():
    declared, seen = preferred(
        donor(declared_cause="Jeunesse", usual_designation="Accueil"),
        donor(usual_designation="Accueil", usual_designation_share=0.75),
    )

    assert (declared["cause"], declared["cause_learnt_from"]) == ("Jeunesse", "declared")
    assert (seen["cause"], seen["cause_share"], seen["cause_learnt_from"]) == (
        "Accueil", 0.75, "own",
    )  # fmt: skip


@pytest.mark.parametrize("strength", [1.0, 8.0, 60.0])
def test_the_strength_of_habits_is_recovered(strength):
    """Four thousand donors of 2 to 12 acts from a Dirichlet-multinomial; 15 %."""
    rng = np.random.default_rng(12)
    shares = np.array([0.5, 0.3, 0.15, 0.05])
    own = rng.dirichlet(strength * shares, 4_000)
    acts = rng.integers(2, 13, 4_000)
    counts = np.array([rng.multinomial(n, p) for n, p in zip(acts, own, strict=True)])
    names = traits.TRAITS[0].columns
    file = summary(*(donor(**dict(zip(names, row.tolist(), strict=True))) for row in counts))

    found = habits.fit(evidence.of(file)).of["channel", "paper"]

    assert found.strength == pytest.approx(strength, rel=0.15)
    assert found.shares == pytest.approx(shares, abs=0.02)


def test_the_best_of_two_is_as_sure_as_it_is_right():
    """Preferences drawn from the fitted law: of those 70 to 90 % sure, so many are right."""
    rng = np.random.default_rng(13)
    own = rng.dirichlet([1.5, 0.001, 1.5, 0.001], 6_000)
    counts = np.array([rng.multinomial(5, p / p.sum()) for p in own])
    names = traits.TRAITS[0].columns
    file = summary(*(donor(**dict(zip(names, row.tolist(), strict=True))) for row in counts))

    told = preferences.of(file, habits=habits.fit(evidence.of(file)))
    best = np.array([traits.CHANNELS[place] for place in own.argmax(axis=1)])
    sure = told["channel_sure"].to_numpy()
    among = (sure > 0.7) & (sure < 0.95)

    right = (told["best_channel"].to_numpy() == best)[among]
    assert among.sum() > 500
    assert right.mean() == pytest.approx(sure[among].mean(), abs=0.04)


@given(st.permutations(range(60)))
@settings(max_examples=10, deadline=None)
def test_neither_the_order_of_donors_nor_their_batch_changes_a_preference(order):
    whole = preferences.of(FILE, habits=HABITS).sort("donor_id")
    shuffled = FILE[list(order)]
    learnt = habits.fit(evidence.of(shuffled[:23]) + evidence.of(shuffled[23:]))

    assert_frame_equal(preferences.of(shuffled, habits=learnt).sort("donor_id"), whole)


@pytest.mark.parametrize("barred", ["deceased", "objects_profiling"])
def test_the_dead_and_those_who_object_to_profiling_are_absent(barred):
    assert [row["donor_id"] for row in preferred(donor(), donor(**{barred: True}))] == [1]


def test_a_summary_without_a_column_is_refused():
    with pytest.raises(profiled.IncompleteSummary, match="habits"):
        evidence.of(FILE.drop("acts_10h"))


def test_it_is_said_in_two_languages():
    frame = preferences.of(
        summary(donor(answers_post=7, answers_email=1, acts_thursday=40, acts_18h=40)),
        habits=HABITS,
    )
    sure = f"{100 * frame['channel_sure'][0]:.0f}"
    nnbsp = "\u202f"

    assert sentences.written(frame, lang="fr")[0] == (
        f"Répond surtout par courrier (7 sur 8), sûr à {sure}{nnbsp}%{nnbsp}; agit surtout le "
        f"jeudi{nnbsp}; plutôt entre 18{nnbsp}h et 20{nnbsp}h."
    )
    assert sentences.written(frame, lang="en")[0] == (
        f"Mostly answers by post (7 of 8), {sure}% sure; mostly acts on Thursdays; rather "
        "between 18:00 and 20:00."
    )
    with pytest.raises(sentences.UnknownLanguage):
        sentences.written(frame, lang="de")


def test_the_unknown_is_said():
    nobody = habits.fit(evidence.of(summary(donor())))

    told = preferences.of(summary(donor()), habits=nobody)

    assert sentences.written(told, lang="fr")[0] == "Canal préféré inconnu."
