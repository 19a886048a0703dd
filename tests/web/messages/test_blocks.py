"""Blocks become a mail that phones and desks can draw, and its plain text."""

import re

import pytest

from mecene_web.messages import blocks, mjml, plain, sandbox

pytestmark = pytest.mark.once
WORDS = {
    "greeting": {"text": "{{ donor.greeting }},"},
    "story": {"title": "L’eau & vous, {{ donor.greeting }}",
              "text": "Un **puits** de plus.\n\n[Voir](https://e.org/?a=1&b=2)",
              "image": "https://e.org/p.png", "image_says": "Un puits : l’eau !"},
    "figures": {"first": "12", "first_says": "puits"},
    "impact": {"text": "Vous avez donné {{ giving.year_minor | amount }}."},
    "ask": {"text": "Un geste ?", "button": "Je donne",
            "tax": "soit {{ one.net_minor | amount }} après impôt, si vous êtes imposable"},
    "monthly": {"text": "Chaque mois ?", "button": "Chaque mois,", "tax": ""},
    "button": {"label": "Donner", "url": "{{ link.give }}"},
    "footer": {"text": "[Ne plus recevoir]({{ link.unsubscribe }})"},
    "mjml": {"source": "<mj-section><mj-column><mj-text>Et <i>là</i></mj-text></mj-column>"
                       "</mj-section>", "text": "Et là"},
}  # fmt: skip
VALUES = {
    "donor": {"greeting": "Chère Madame <Petit>"}, "giving": {"year_minor": 12000},
    "link": {"give": "https://e.org/don?x=1&y=2", "unsubscribe": "https://m.org/u/x/"},
    "ask": {"currency": "EUR", "amounts": [
        {"amount_minor": 5000, "net_minor": 1700, "url": "https://e.org/don?m=50"},
        {"amount_minor": 8000, "net_minor": 2720, "url": "https://e.org/don?m=80"}],
        "monthly": [{"amount_minor": 1000, "url": "https://e.org/mois?m=10"}]},
}  # fmt: skip


def every():
    return [blocks.new(kind, WORDS[kind]) for kind in blocks.KINDS]


def mail(made, *, lang="fr"):
    html = blocks.as_html(made, subject="S", preheader="P", lang=lang)
    return sandbox.fill(sandbox.template(html, lang=lang, html=True), VALUES)


def text(made):
    return sandbox.fill(sandbox.template(plain.as_text(made), lang="fr", html=False), VALUES)


def test_every_block_is_drawn_and_read():
    html, plain = mail(every()), text(every())

    shown = re.sub(r"<[^>]+>", " ", html)
    assert "Chère Madame &lt;Petit&gt;" in html
    assert "<strong>puits</strong>" in html
    for words in ("12", "Je donne 50", "Je donne 80", "Chaque mois, 10", "Donner"):
        assert words in shown
    for words in ("Chère Madame <Petit>", "Un puits de plus.", "L’EAU & VOUS, Chère", "Voir : https://e.org/?a=1&b=2",
                  "Je donne 50\u00a0€ soit 17\u00a0€",
                  "Ne plus recevoir : https://m.org/u/x/"):  # fmt: skip
        assert words in plain


def test_links_stay_whole_and_nobody_else_is_told():
    html = mail(every())

    places = re.findall(r'(?:href|src)="([^"]+)"', html)
    assert "https://e.org/?a=1&amp;b=2" in places
    assert "https://e.org/don?x=1&amp;y=2" in places
    # Only what people wrote: no font, no style, no pixel of anybody's.
    assert {place.split("/")[2] for place in places} == {"e.org", "m.org"}


def test_it_is_drawn_for_phones_and_desks():
    html = mail(every())

    assert "@media only screen and (min-width:480px)" in html
    assert 'name="viewport"' in html
    assert 'alt="Un puits : l&#8217;eau !"' in html


def test_no_amount_is_chosen_for_the_donor():
    assert "checked" not in mail([blocks.new("ask", WORDS["ask"])])


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>",
                                   "[a](javascript:alert(1))"])  # fmt: skip
def test_what_people_write_is_words(words):
    made = [blocks.new("story", {"title": words, "text": "x"}), blocks.new("impact", {"text": "é"})]

    assert "<script" not in mail(made)
    assert "<img" not in mail(made)
    assert 'javascript:alert(1)"' not in mail(made)


@pytest.mark.parametrize(
    ("kind", "change", "why"),
    [
        ("story", {"text": " "}, "empty"),
        ("story", {"text": "[a](javascript:alert(1))"}, "url"),
        ("story", {"image": "file:///etc/passwd"}, "url"),
        ("button", {"url": "javascript:alert(1)"}, "url"),
        ("button", {"url": "{{ donor.first_name }}"}, "url"),
        ("story", {"text": "a" * 20_000}, "long"),
    ],
)
def test_a_block_that_cannot_be_drawn_says_which_and_why(kind, change, why):
    made = blocks.new(kind, WORDS[kind] | change)

    with pytest.raises(blocks.UnusableBlock) as wrong:
        blocks.check([made])

    assert (wrong.value.why, wrong.value.block) == (why, made["id"])


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("<mj-section>\n<mj-column>\n<mj-zorg />", 3, "there is no tag <mj-zorg>"),
        ("<mj-section>\n<mj-text>a</mj-text></mj-section>", 2, "cannot stand in"),
        ("<mj-section>\n\n", 1, "never closed"),
        ("<mj-section>\n\nwords</mj-section>", 3, "words stand in <mj-text>"),
        ("<mj-include path='/etc/passwd' />", 1, "no tag <mj-include>"),
        ("<mj-raw>\n<script>x</script></mj-raw>", 2, "no place in a mail"),
        ("<mj-section><mj-column><mj-text>\n<a href='java\nscript:x'>x</a></mj-text>", 2, "script"),
        ("<mj-section><mj-column><mj-text><b>x</mj-text>", 1, "before <b>"),
    ],
)
def test_mjml_that_is_not_well_written_says_at_which_line(source, line, said):
    with pytest.raises(mjml.UnreadableMjml) as wrong:
        mjml.check(source)

    assert wrong.value.line == line
    assert said in str(wrong.value)
