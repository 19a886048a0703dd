"""Draw the paths: what led to each act, worked out each night into the pieces of a page."""

from collections.abc import Callable

from mecene.attribution import looking
from mecene.attribution.looking import Asked
from mecene.engine.store import FactStore
from mecene.report import pieces
from mecene.report.paths import document
from mecene.words import LANGUAGES
from mecene_web.organisation.models import Organisation
from mecene_web.overview import paths
from mecene_web.scores import kept
from mecene_web.scores.models import Run


def after_the_night(made: Run, on_progress: Callable[[str, int, int], None]) -> None:
    """Write the pieces of the page of each act."""
    own = Organisation.objects.get(pk=Organisation.THE_ONE)
    place = kept.folder_of(made)
    for act in paths.ACTS:
        asked = Asked(act, made.as_of, own.currency)
        found = looking.of(FactStore(place / "facts"), asked, on_progress=on_progress)
        into = place / paths.of(act)
        into.mkdir(parents=True, exist_ok=True)
        for lang in LANGUAGES:
            pieces.of_page(document.document(found, lang=lang), into, lang=lang)
