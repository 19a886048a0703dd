"""The journeys that come with the program can be published, and speak well in both languages."""

import re

import pytest

from drawn_journeys import START, later, traveller
from mecene.journeys import publishing, ready, validate, writing
from mecene.journeys.advance import advance
from mecene.journeys.steps import Call, Letter, Message, Wait, WaitFor, WaitUntil, ways
from mecene.journeys.traveller import Known
from mecene.law.consent import CHANNELS
from mecene.segments import lifecycle

PLACES = validate.Places(
    templates=ready.templates(), segments=frozenset(lifecycle.SEGMENTS),
    journeys=frozenset(ready.CODES),
)  # fmt: skip
TEXTS = [(code, lang, text) for code in ready.CODES for lang in ("fr", "en")
         for text in ready.texts(code, lang=lang)]  # fmt: skip
OUTPUT = re.compile(r"\{\{\s*(\w+)\.(\w+)\s*((?:\|[^}]*)?)\}\}")


def whole(text):
    return "\n".join((text.subject, text.preheader, *text.paragraphs, *(text.action or ())[:1]))


@pytest.mark.parametrize("code", ready.CODES)
def test_a_ready_journey_has_no_problem_and_not_even_a_doubt(code) -> None:
    drawn = ready.graph(code)

    assert [each.text(lang="en") for each in validate.problems(drawn, places=PLACES)] == []
    assert drawn.code == code
    assert publishing.publish(drawn, version=1, places=PLACES).graph == drawn
    assert writing.from_toml(writing.to_toml(drawn)) == drawn
    assert drawn.about.fr != drawn.about.en


@pytest.mark.parametrize("code", ready.CODES)
def test_both_languages_say_the_same_templates_and_no_others(code) -> None:
    said = {
        lang: {(text.template, text.channel): (text.action and text.action[1], text.amounts)
               for text in ready.texts(code, lang=lang)}
        for lang in ("fr", "en")
    }  # fmt: skip
    used = {step.template for step in ready.graph(code).steps
            if isinstance(step, Message | Letter | Call)}  # fmt: skip

    assert said["fr"] == said["en"]
    assert {template for template, _ in said["fr"]} == used
    assert {channel for _, channel in said["fr"]} <= set(CHANNELS)


@pytest.mark.parametrize(("code", "lang", "text"), TEXTS,
                         ids=lambda value: getattr(value, "template", str(value)))  # fmt: skip
def test_a_text_is_whole_and_asks_only_for_what_it_may(code, lang, text) -> None:
    said = whole(text)

    assert said.count("{{") == len(OUTPUT.findall(said))
    assert "{%" not in said
    for group, name, filters in OUTPUT.findall(said):
        assert name in ready.VARIABLES[group], name
        assert all(one.split(":")[0].strip() in ready.FILTERS for one in filters.split("|")[1:])
    if text.channel == "email":
        assert text.subject
        assert len(text.subject) <= 80
        assert text.preheader
        assert "{{ donor.greeting }}" in text.paragraphs[0]
        assert not (text.action and text.amounts)
    if text.channel == "sms":
        assert len(text.paragraphs[0]) <= 180
    if text.action:
        assert text.action[1] in ready.VARIABLES["link"]


@pytest.mark.parametrize("text", [text for _, lang, text in TEXTS if lang == "fr"],
                         ids=lambda text: text.template)  # fmt: skip
def test_french_is_typeset_as_french(text) -> None:
    said = OUTPUT.sub("x", whole(text))

    # A narrow no-break space before ; ! ?, a whole one before a colon and inside guillemets.
    assert re.findall(r"[^\u202f][;!?]", said) == []
    assert re.findall(r"[^\u00a0\d]:", said) == []
    assert re.findall(r"«[^\u00a0]|[^\u00a0]»", said) == []
    assert "'" not in said
    assert "..." not in said


@pytest.mark.parametrize(("code", "lang", "text"), TEXTS,
                         ids=lambda value: getattr(value, "template", str(value)))  # fmt: skip
def test_nobody_is_made_to_feel_guilty_or_hurried(code, lang, text) -> None:
    words = {
        "fr": ("honte", "coupable", "dernière chance", "urgent", "vous n’avez pas donné",
               "sans vous, ", "abandonné", "culpab"),
        "en": ("shame", "guilt", "last chance", "urgent", "you have not given", "without you, ",
               "abandoned", "disappoint us"),
    }[lang]  # fmt: skip

    assert [word for word in words if word in whole(text).lower()] == []


@pytest.mark.parametrize("code", ready.CODES)
def test_what_asks_for_money_suggests_amounts_or_leads_to_a_form(code) -> None:
    kinds = {step.template: step.kind for step in ready.graph(code).steps
             if isinstance(step, Message)}  # fmt: skip
    for text in ready.texts(code, lang="fr"):
        if text.amounts:
            assert kinds[text.template] == "ask", text.template
        if kinds.get(text.template) == "ask":
            assert text.amounts or text.action, text.template


@pytest.mark.parametrize("code", ready.CODES)
def test_two_asks_of_one_journey_are_never_within_ten_days(code) -> None:
    """Or contact pressure would hold the second back each time."""
    drawn = ready.graph(code)
    steps = {step.key: step for step in drawn.steps}

    def shortest(key, days=None):
        """Yield the days between an ask and the next, on every way."""
        step = steps.get(key)
        if step is None:
            return
        match step:
            case Message(kind="ask") | Letter(kind="ask") | Call(kind="ask"):
                if days is not None:
                    yield days
                days = 0
            case Wait(duration=lasts) | WaitFor(timeout=lasts):
                days = None if days is None else days + lasts.days
            case WaitUntil():
                pass
        for _, to in ways(step):
            yield from shortest(to, days)

    assert [days for days in shortest(drawn.start) if days < 10] == []


def valued(published, **changed):
    """Return a value for every column that the journey reads: of its type, or as told."""
    usual = {"Int64": 1, "Float64": 1.0, "Boolean": True, "String": "x", "Date": START.date()}
    types = {name: str(published.types[name]) for name in published.columns}
    return {name: usual[kind] for name, kind in types.items()} | changed


@pytest.mark.parametrize("answers", [True, False, None])
@pytest.mark.parametrize("code", ready.CODES)
def test_whatever_is_known_of_a_donor_the_journey_comes_to_its_end(code, answers) -> None:
    published = publishing.publish(ready.graph(code), version=1, places=PLACES)
    most = valued(published)
    least = {name: 0 if value == 1 else value for name, value in most.items()}
    values = {True: most, None: dict.fromkeys(most), False: least}
    at = traveller(published.graph.start, journey=code)
    told = []
    while at.step is not None:
        decision = advance(published, at, known=Known(values[answers]), now=at.due_at)
        told += decision.effects
        at = decision.traveller

    assert at.outcome == "completed"
    assert at.arrived_at < later(days=200)
    for effect in told:
        if isinstance(effect.act, Message | Letter | Call) and effect.channel != "email":
            assert effect.channel in ready.templates()[effect.act.template]


def test_the_codes_are_the_files() -> None:
    from importlib import resources

    files = {path.name for path in (resources.files("mecene.journeys") / "ready").iterdir()
             if path.name.endswith(".toml")}  # fmt: skip

    assert files == {f"{code}.toml" for code in ready.CODES}
    assert len(ready.CODES) >= 17
    assert len(set(ready.CODES)) == len(ready.CODES)


def test_an_unknown_journey_or_language_is_named() -> None:
    with pytest.raises(ready.NoSuchJourney, match="welcome"):
        ready.graph("../words")
    with pytest.raises(ready.NoSuchJourney, match="fr or en"):
        ready.texts("welcome", lang="de")


def test_texts_are_liquid_where_liquid_is_installed() -> None:
    liquid = pytest.importorskip("liquid")
    values = {group: dict.fromkeys(names, "x") for group, names in ready.VARIABLES.items()}
    environment = liquid.Environment(undefined=liquid.StrictUndefined)
    for name in ready.FILTERS:
        environment.add_filter(name, lambda value, *_: str(value))

    for _, _, text in TEXTS:
        rendered = environment.from_string(whole(text)).render(**values)
        assert "{{" not in rendered
