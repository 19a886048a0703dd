"""Starting: what is made ready before the first page is served, and said to who started it."""

from collections.abc import Iterator

from django.core.management import call_command
from django.utils import timezone

from mecene.words import Lexicon
from mecene_web import upgrade
from mecene_web.accounts import first_login
from mecene_web.organisation.models import Organisation
from mecene_web.rights import replay

_WORDS = Lexicon("mecene_web")


def prepare(*, lang: str) -> list[str]:
    """Bring the database up to date; return what to tell of it."""
    made = upgrade.upgrade(now=timezone.localtime())
    Organisation.objects.get_or_create(pk=Organisation.THE_ONE, defaults={"language": lang})
    told = [_WORDS.say("tell.saved_first", lang=lang, file=made)] if made else []
    # A database may have been put back by other means than ours.
    if gone := replay.replay(now=timezone.now()):
        told.append(_WORDS.say("tell.erased_again", lang=lang, n=len(gone)))
    return told


def start(*, host: str, port: int, lang: str) -> Iterator[str]:
    """Bring the database up to date, gather the static files; yield what to tell."""
    yield from prepare(lang=lang)
    # All anew: what is newer by its date may still be an older version's.
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    place = f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0', '::') else host}:{port}"  # noqa: S104
    yield _WORDS.say("tell.place", lang=lang, place=place)
    link = first_login.link(place)
    if link:
        yield _WORDS.say("tell.first", lang=lang, link=link)
