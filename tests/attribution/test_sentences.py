"""What is said of paths is what was found, in both languages."""

import numpy as np
import pytest

from attribution.met import AS_OF, acted, met, touch
from mecene.attribution import credit, devices, looking, paths, sentences


def found(touched, acts, **asked):
    known = met(touched, acts)
    question = looking.Asked("gift", AS_OF, "EUR", **asked)
    return looking.of_paths(
        paths.to(known, act="gift", as_of=AS_OF), question,
        used=devices.of(known, act="gift", as_of=AS_OF),
    )  # fmt: skip


TWO = found(
    [
        touch(1, 0, "email", "click", "phone"), touch(1, 1, "web", "page_view", "computer"),
        touch(2, 0, "post"),
    ],
    [acted(1, 1), acted(2, 5), acted(3, 5)],
)  # fmt: skip


def test_how_many_acts_a_touch_preceded_is_told() -> None:
    assert sentences.met(TWO, lang="en") == (
        "2 gifts within 90 days of a contact; 1 without any known contact."
    )
    assert sentences.met(TWO, lang="fr").startswith("2 dons dans les 90 jours")


def test_devices_are_told_or_said_to_be_unknown() -> None:
    nobody = found([touch(1, 0, "post")], [acted(1, 1)])

    assert "Sur 1 don dont on connaît les deux appareils, 100\u202f%" in sentences.devices(
        TWO, lang="fr"
    )
    assert sentences.devices(nobody, lang="en").startswith("No act")


def test_where_nobody_acted_nothing_is_credited() -> None:
    nothing = found([touch(1, 0, "post")], [])

    assert nothing.rules is None
    assert sentences.met(nothing, lang="fr").startswith("Personne")


def test_a_step_is_a_channel_and_what_was_done_there() -> None:
    assert sentences.path(["post", "email click", "tiktok"], lang="fr") == (
        "courrier → e-mail (click) → tiktok"
    )
    assert sentences.device("fridge", lang="fr") == "fridge"


@pytest.mark.parametrize(
    ("state", "caused", "said"),
    [
        ("too_much", 150.0, "E-mail, dernier contact\u00a0: 300 attribués, 150 provoqués"),
        ("too_little", 500.0, "c’est 200 de trop peu (de 1"),
        ("consistent", 305.0, "l’écart n’est pas visible (de \u2212"),
    ],
)
def test_how_far_a_rule_is_from_the_hold_out_is_told(state, caused, said) -> None:
    one = credit.Credit("email", "last_touch", 300.0, 270.0, 330.0, 15.0, 0.5, 0.0)
    rules = credit.SideBySide(
        (one, credit.Credit("email", "markov", 300.0, 270.0, 330.0, 15.0, 0.5, 0.0)),
        {"email": 1.0}, 300, 0, 1, 0.95,
    )  # fmt: skip
    cause = credit.Caused(caused, caused - 40, caused + 40, 20.0)

    gap = credit.against(rules, caused={"email": cause})[0]

    assert gap.state == state
    assert said in sentences.gap(gap, lang="fr")
    assert sentences.gap(gap, lang="en").startswith("E-mail, last touch: 300 credited")


def test_one_seed_gives_one_answer_whatever_else_is_drawn() -> None:
    rng = np.random.default_rng(4)
    touched = [touch(int(n), int(d), "email") for n, d in rng.integers(1, 60, (80, 2))]
    acts = [acted(int(n), 70) for n in range(1, 30)]

    assert found(touched, acts).rules == found(touched, acts).rules
    assert found(touched, acts).rules != found(touched, acts, seed=7).rules
