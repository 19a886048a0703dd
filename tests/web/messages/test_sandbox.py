"""A template does what letters need, and nothing that could harm the machine or the reader."""

from datetime import date

import pytest

from mecene_web.messages import sandbox

pytestmark = pytest.mark.once


def filled(source, values=None, *, lang="fr", html=False):
    return sandbox.fill(sandbox.template(source, lang=lang, html=html), values or {})


def test_amounts_and_days_are_written_as_the_reader_writes_them():
    values = {"giving": {"last_minor": 123450, "last_on": date(2026, 3, 1)}}
    source = "{{ giving.last_minor | amount }}, {{ giving.last_on | day }}"

    assert filled(source, values) == "1\u202f234,50\u00a0€, 1er mars 2026"
    assert filled(source, values, lang="en") == "€1,234.50, 1 March 2026"


def test_what_is_filled_in_is_escaped_in_html_and_nowhere_else():
    values = {"donor": {"name": "<b>A & B</b>"}}

    assert filled("{{ donor.name }}", values, html=True) == "&lt;b&gt;A &amp; B&lt;/b&gt;"
    assert filled("{{ donor.name }}", values) == "<b>A & B</b>"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("Cher {{ donor.first_name }}", "donor.first_name"),
        ("{{ ask.amounts }}", "ask"),
        ("{{ giving.last_minor | amount }}", "giving"),
        ("{{ donor.name | append: donor.city }}", "donor.city"),
        ("{{ donor.__class__ }}", "donor.__class__"),
        ("{% for one in ask.amounts %}{% endfor %}", None),
    ],
)
def test_what_is_missing_is_named_and_never_left_out(source, name):
    with pytest.raises(sandbox.MissingData) as missing:
        filled(source, {"donor": {"name": "A"}})

    assert name is None or missing.value.name.startswith(name)


def test_what_may_be_missing_is_said_so():
    assert filled("{{ donor.city | default: 'ici' }}", {"donor": {}}) == "ici"
    assert filled("{% if donor.city %}là{% else %}ici{% endif %}", {"donor": {}}) == "ici"


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in (1..100000000) %}a{% endfor %}",
        "{% for i in (1..400) %}{% for j in (1..400) %}a{% endfor %}{% endfor %}",
        "{% assign a = 'xxxxxxxxxx' %}{% for i in (1..100) %}{% assign a = a | append: a %}"
        "{% endfor %}",
    ],
)
def test_what_would_not_end_is_ended(source):
    with pytest.raises(sandbox.TooMuch):
        filled(source)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("{% include '/etc/passwd' %}", 1),
        ("a\n{% render 'other' %}", 2),
        ("a\nb\n{{ donor.name | replace: '', donor.name }}", 3),
        ("{{ 9 | times: 9 }}", 1),
        ("{% if a %}", None),
        ("{% capture a %}b{% endcapture %}", 1),
        ("{% if a %}" * 50, None),
    ],
)
def test_what_the_sandbox_has_not_is_refused_when_it_is_written(source, line):
    with pytest.raises(sandbox.UnreadableTemplate) as wrong:
        sandbox.template(source, lang="fr", html=False)

    assert line is None or wrong.value.line == line


def test_no_template_is_too_long():
    with pytest.raises(sandbox.UnreadableTemplate):
        sandbox.template("a" * (sandbox.LONGEST_SOURCE + 1), lang="fr", html=False)
