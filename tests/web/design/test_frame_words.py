"""The frame speaks the reader's language, where Unfold would speak English."""

import pytest


@pytest.mark.parametrize(("lang", "said"), [("fr", "Sombre"), ("en", "Dark")])
@pytest.mark.django_db
def test_the_frame_speaks_the_readers_language(browser, lang, said):
    page = browser("administrator", lang=lang).get("/accounts/staff/").content.decode()

    assert f"</span>{said}</button>" in page
