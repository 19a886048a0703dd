"""What is drawn is written and read back the same; what is written and drawn says the same."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condition_rows import CONDITIONS, DONORS
from mecene.conditions import asked, drawing, language
from mecene.conditions.asked import Ask
from mecene.conditions.drawing import Group, Rule, Subject
from mecene.conditions.mistake import InvalidCondition

ASKS = tuple(asked.SIGNATURES)
WORDS = st.text(st.characters(blacklist_categories=("Cs",)), max_size=12)
NUMBERS = st.one_of(
    st.integers(-(10**9), 10**9).map(float),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda x: x + 0.0),
)
DATES = st.dates(date(1900, 1, 1), date(2100, 1, 1))
DAYS = st.integers(1, asked.MOST_DAYS)


def ask(name, **said):
    return Subject(
        Ask(name, tuple((key, value) for key, value in said.items() if value is not None))
    )


COUNTED = st.one_of(
    st.sampled_from([Subject("gifts"), Subject("amount_minor")]),
    st.builds(lambda k, c, d: ask("interactions", kind=k, channel=c, days=d),
              st.none() | WORDS, st.none() | WORDS, DAYS),
    st.builds(lambda p, d: ask("contacts", purpose=p, days=d), st.none() | st.just("appeal"), DAYS),
)  # fmt: skip
SAID = st.one_of(
    st.just(Subject("city")),
    st.builds(lambda c: ask("consent", purpose="appeal", channel=c), st.none() | WORDS),
)
TRUE = st.one_of(
    st.just(Subject("deceased")), st.builds(lambda code: ask("in_segment", code=code), WORDS)
)
ORDERED = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])


def rules(subjects, values, signs=ORDERED):
    several = st.lists(values, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(lambda s, sign, v, n: Rule(s, sign, (v,), n), subjects, signs, values,
                  st.booleans()),
        st.builds(lambda s, v, n: Rule(s, "in", v, n), subjects, several, st.booleans()),
        st.builds(lambda s, n: Rule(s, "is null", (), n), subjects, st.booleans()),
    )  # fmt: skip


RULES = st.one_of(
    rules(COUNTED, NUMBERS),
    rules(st.just(Subject("last_gift_on")), DATES),
    rules(SAID, WORDS),
    rules(TRUE, st.booleans(), st.sampled_from(["=", "!="])),
    st.builds(lambda s, a, b, n: Rule(s, "between", (a, b), n), COUNTED, NUMBERS, NUMBERS,
              st.booleans()),
    st.builds(lambda s, sign, v, n: Rule(s, sign, (v,), n), SAID,
              st.sampled_from(["like", "starts_with"]), WORDS, st.booleans()),
    st.builds(lambda s, sign, n: Rule(s, sign, (), n), TRUE,
              st.sampled_from(["is true", "is false"]), st.booleans()),
)  # fmt: skip
DRAWINGS = st.recursive(
    RULES,
    lambda inner: st.builds(
        lambda joint, parts, negated: Group(joint, tuple(parts), negated),
        st.sampled_from(["and", "or"]), st.lists(inner, min_size=1, max_size=3), st.booleans(),
    ),
    max_leaves=5,
)  # fmt: skip


def read(text):
    return language.compile(text, columns=DONORS.schema, asks=ASKS)


@given(DRAWINGS)
@settings(max_examples=300, deadline=None)
def test_a_drawing_is_written_and_read_back_the_same(drawn):
    text = drawing.text(drawn)
    if len(text) <= language.LONGEST:
        assert read(text).drawn == drawing.plain(drawn)


@given(st.lists(CONDITIONS, min_size=1, max_size=10))
@settings(max_examples=60, deadline=None)
def test_what_is_drawn_of_a_text_says_what_the_text_says(texts):
    conditions = [language.compile(text, columns=DONORS.schema) for text in texts]
    drawn = [condition for condition in conditions if condition.drawn is not None]
    again = [language.compile(drawing.text(one.drawn), columns=DONORS.schema) for one in drawn]
    # Asked together: a table costs as much whatever is asked of it.
    told, other = (
        DONORS.select(one.expr.alias(str(place)) for place, one in enumerate(each))
        for each in (drawn, again)
    )
    assert told.equals(other)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("3 < gifts", "gifts > 3"),
        ("gifts <> 2 and (city == 'Paris' and not deceased)",
         "gifts != 2 and city = 'Paris' and not deceased = true"),
        ("not (not (gifts > 1 or deceased))", "gifts > 1 or deceased = true"),
        ("gifts > -2 or gifts is not null and deceased is not true",
         "gifts > -2 or (gifts is not null and deceased is not true)"),
        ("last_gift_on >= date '2024-02-29'", "last_gift_on >= '2024-02-29'"),
        ("INTERACTIONS(days = 90, kind='click') >= 2", "interactions(kind='click', days=90) >= 2"),
        ("in_segment('l''été')", "in_segment('l''été') = true"),
    ],
)  # fmt: skip
def test_a_text_has_one_way_to_be_drawn(text, written):
    assert drawing.text(read(text).drawn) == written


@pytest.mark.parametrize(
    "text", ["gifts > amount_minor", "gifts + 1 > 2", "true", "abs(gifts) > 1"]
)
def test_what_says_more_than_rules_can_has_no_drawing(text):
    assert read(text).drawn is None
    assert read(f"gifts > 1 or not ({text})").drawn is None


def test_what_is_asked_is_told_once_and_read_from_a_column_of_its_name():
    condition = read("interactions(days=30) > 1 or interactions( days = 30 ) = 0")
    frame = pl.DataFrame({"interactions(days=30)": [0, 1, 2]})

    assert [one.column for one in condition.asks] == ["interactions(days=30)"]
    assert frame.select(condition.expr).to_series().to_list() == [True, False, True]
    assert condition.columns == ()


@pytest.mark.parametrize(
    ("text", "kind", "word"),
    [
        ("interactions(kind='click') > 1", "arguments", "interactions"),
        ("interactions(days=0) > 1", "unexpected", "0"),
        ("interactions(days=1.5) > 1", "unexpected", "1.5"),
        ("interactions(days=9999999999999999999999) > 1", "unexpected", "9999999999999999999999"),
        ("interactions(days=3, days=4) > 1", "unexpected", "days"),
        ("interactions(day=3) > 1", "unexpected", "day"),
        ("interactions(days 3) > 1", "unexpected", "3"),
        ("interactions(days=3 kind='click') > 1", "unexpected", "kind"),
        ("consent(purpose='apeal') = 'granted'", "unexpected", "'apeal'"),
        ("consent() = 'granted'", "arguments", "consent"),
        ("in_segment()", "arguments", "in_segment"),
        ("in_segment(majors)", "unexpected", "majors"),
        ("in_segment('a', 'b')", "unexpected", "'b'"),
        ("interactions(", "unfinished", " "),
        ("intractions(days=3) > 1", "unknown_function", "intractions"),
    ],
)
def test_a_mistake_in_what_is_asked_is_shown_where_it_stands(text, kind, word):
    with pytest.raises(InvalidCondition) as raised:
        read(text)

    mistake = raised.value
    assert mistake.kind == kind
    assert (text + " ")[mistake.place.start : mistake.place.end] == word
    assert mistake.message(lang="fr") != mistake.message(lang="en")


def test_nothing_can_be_asked_where_nobody_answers():
    with pytest.raises(InvalidCondition) as raised:
        language.compile("interactions(days=30) > 1", columns=DONORS.schema)

    assert raised.value.kind == "unknown_function"
