"""Follow: a link of a message was followed; by a person, or by a machine that reads mail first?

Security gateways open every link of a mail within seconds of its coming. A click is a machine's
when nothing but its head was asked for, when it says so itself, when it comes sooner than anybody
reads, or with others of the same mail at once. It is kept either way and counted in one.
"""

import re
from datetime import datetime, timedelta

from django.db import transaction

from mecene_web.donors import touch
from mecene_web.events.models import Interaction
from mecene_web.messages.models import Click, Outgoing
from mecene_web.messages.tokens import Followed

# Sooner after the mail was written, nobody has read it.
_TOO_SOON = timedelta(seconds=8)
# Other links of the same mail within so little: nobody clicks like that.
_AT_ONCE = timedelta(seconds=2)
# What a click came to is known for sure once others had time to come.
SETTLED_AFTER = timedelta(minutes=2)
_MACHINES = re.compile(
    r"bot\b|crawl|spider|preview|scan|proofpoint|barracuda|mimecast|safelinks|urldefen[cs]e|"
    r"symantec|fortimail|trendmicro|curl|wget|python-|java/|go-http|libwww|headless|monitor",
    re.IGNORECASE,
)


def follow(link: Followed, *, method: str, agent: str, now: datetime) -> Click:
    """Keep that a link was followed; return the click.

    Args:
        link: As read from its address.
        method: ``GET`` or ``HEAD``.
        agent: What the browser says it is.
        now: When.
    """
    row = Outgoing.objects.filter(key=link.key).first() if link.key else None
    machine = (
        method != "GET" or not agent or bool(_MACHINES.search(agent))
        or now - link.left_at < _TOO_SOON
    )  # fmt: skip
    with transaction.atomic():
        near = Click.objects.filter(mark=link.mark, at__gte=now - _AT_ONCE).exclude(url=link.url)
        if near.exists():
            machine = True
            near.update(machine=True)
        return Click.objects.create(group=link.group, mark=link.mark, outgoing=row,
                                    url=link.url[:2000], at=now, machine=machine)  # fmt: skip


def settle(*, now: datetime) -> int:
    """Make facts of the clicks that are people's and known to be a donor's; return how many."""
    old = Click.objects.filter(settled=False, at__lt=now - SETTLED_AFTER)
    with transaction.atomic():
        rows = list(old.select_related("outgoing").select_for_update(of=("self",))[:1000])
        real = [click for click in rows if click.outgoing and not click.machine]
        Interaction.objects.bulk_create(
            Interaction(
                donor_id=click.outgoing.donor_id, at=click.at, kind="click", channel="email",
                campaign_code=click.outgoing.campaign_code, properties={"url": click.url[:500]},
                source_ref=f"click:{click.pk}",
            )
            for click in real
            if click.outgoing
        )  # fmt: skip
        Click.objects.filter(pk__in=[click.pk for click in rows]).update(settled=True)
        touch.touch([click.outgoing.donor_id for click in real if click.outgoing], now=now)
    return len(real)
