"""What is written on a tint can be read, whatever the tint."""

from hypothesis import given
from hypothesis import strategies as st

from mecene.report import look, shades


@given(st.floats(-1, 2))
def test_every_tint_has_an_ink_that_reads_on_it(position: float) -> None:
    colour = shades.tint(position)

    assert shades.contrast(shades.ink_on(colour), colour) >= shades.LEAST_CONTRAST


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_is_darker(one: float, other: float) -> None:
    low, high = sorted([one, other])

    assert shades.contrast(shades.tint(low), "#000000") >= (
        shades.contrast(shades.tint(high), "#000000") - 0.1
    )


def test_contrast_is_that_of_the_standard() -> None:
    # WCAG 2.2: black on white is 21:1; #767676 on white is the lightest grey that reads, 4.54:1.
    assert shades.contrast("#000000", "#ffffff") == 21
    assert round(shades.contrast("#ffffff", "#767676"), 2) == 4.54


def test_the_words_of_every_picture_read_on_paper() -> None:
    for ink in (look.INK, look.MUTED, look.ACCENT, look.WARM):
        assert shades.contrast(ink, look.PAPER) >= shades.LEAST_CONTRAST
