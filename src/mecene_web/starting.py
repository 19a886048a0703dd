"""Starting: what is made ready before the first page is served, and said to who started it."""

from collections.abc import Iterator

from django.core.management import call_command
from django.utils import timezone

from mecene_web import upgrade
from mecene_web.accounts import first_login
from mecene_web.organisation.models import Organisation
from mecene_web.rights import replay


def start(*, host: str, port: int) -> Iterator[str]:
    """Bring the database up to date, gather the static files; yield what to tell."""
    made = upgrade.upgrade(now=timezone.localtime())
    if made:
        yield f"Sauvegarde avant mise à jour / backup before the upgrade: {made}"
    Organisation.objects.get_or_create(pk=Organisation.THE_ONE)
    # A database may have been put back by other means than ours.
    if gone := replay.replay(now=timezone.now()):
        yield f"Effacements rejoués / erasures replayed: {len(gone)}"
    call_command("collectstatic", interactive=False, verbosity=0)
    place = f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0', '::') else host}:{port}"  # noqa: S104
    yield f"Mécène : {place}/"
    link = first_login.link(place)
    if link:
        yield f"Première connexion (un seul usage) / first login (once): {link}"
