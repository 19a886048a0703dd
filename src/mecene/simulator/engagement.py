"""Engagement: what people do with what they are sent, and on the site, when they let us see it.

No open is recorded (CNIL 2026-042); a page view only for those who accept being measured.
"""

import numpy as np

from mecene.simulator import consents, words
from mecene.simulator.campaigns import Campaign
from mecene.simulator.log import Flags, Floats, Ints
from mecene.simulator.state import State

KINDS = (
    "click", "page_view", "form_started", "form_abandoned", "bounce", "complaint", "unsubscribe",
    "reply", "petition_signed", "event_registered", "event_attended", "call",
)  # fmt: skip
(
    CLICK, PAGE, FORM, ABANDONED, BOUNCE, COMPLAINT, UNSUBSCRIBE, REPLY, PETITION, REGISTERED,
    ATTENDED, CALL,
) = range(len(KINDS))  # fmt: skip

CHANNEL_WORDS = ("email", "web", "phone", "event")
DETAILS = ('{"bounce": "hard", "code": "5.1.1"}', '{"bounce": "soft", "code": "4.2.2"}')
TEXTS = (
    "Merci pour votre travail.",
    "Je traverse une période difficile, je donnerai plus tard.",
    "Merci de m'écrire moins souvent.",
    "À quoi a servi mon dernier don ?",
    "Bravo à toute l'équipe !",
    "J'ai déménagé, voici bientôt ma nouvelle adresse.",
    "Comment recevoir mon reçu fiscal ?",
)

# A content that speaks to one's own motive, and one that does not: assumed.
_LIKED, _LESS_LIKED = 1.8, 0.6


def recorded(state: State, month: int) -> bool:
    """Return whether contacts and interactions of the month are still on file."""
    return month >= state.spec.months - state.spec.contact_months


def react(
    state: State, campaign: Campaign, sent: Ints, *, variant: Ints, gives: Flags, day: Ints
) -> None:
    """Write the contacts down, and what each person did with theirs."""
    first = int(state.starts[campaign.month]) + campaign.sent_on.day - 1
    by_phone = campaign.channel == words.BY_PHONE
    at = first + (state.rng.integers(0, 15, len(sent)) if by_phone else np.zeros(len(sent), int))
    if recorded(state, campaign.month):
        state.log.add(
            "contacts", len(sent), donor=sent, day=at, variant=variant,
            second=state.rng.integers(36_000, 64_000, len(sent)), channel=campaign.channel,
            campaign=campaign.number, cost=campaign.cost_minor,
        )  # fmt: skip
    if campaign.channel == words.BY_EMAIL:
        _email(state, campaign, sent, gives=gives, day=day)
    elif by_phone:
        _call(state, campaign, sent, day=at)
    else:
        refusing = sent[state.rng.random(len(sent)) < 0.0006 * _irritation(state, campaign, sent)]
        consents.object_to(state, refusing, first + 12, channel=words.BY_POST, source="courrier")


def on_the_site(state: State, month: int) -> None:
    """Let people visit, sign and come, most of them unseen or unknown."""
    rng, size = state.rng, state.people.size
    here = state.here(month) & state.people.has_email
    fond = np.exp(0.5 * np.clip(state.attachment, -4, 2))
    visits = np.flatnonzero(here & state.people.measured & (rng.random(size) < 0.03 * fond))
    _add(state, month, visits, PAGE, "web")
    unknown = int(rng.poisson(size / 400))
    _add(state, month, np.full(unknown, words.NONE), PAGE, "web")
    signers = np.flatnonzero(here & (rng.random(size) < 0.002 * fond))
    _add(state, month, signers, PETITION, "web")
    if (state.spec.starts_on.month - 1 + month) % 12 == 9:
        coming = np.flatnonzero(state.here(month) & (rng.random(size) < 0.012 * fond))
        _add(state, month, coming, REGISTERED, "event")
        came = coming[rng.random(len(coming)) < 0.7]
        _add(state, month, came, ATTENDED, "event", later=True)


def arrive(state: State, month: int, came: Ints) -> None:
    """Write down what the people who come by a petition or an event did that day."""
    origin = state.people.origin[came]
    _add(state, month, came[origin == words.PETITION], PETITION, "web", at_arrival=True)
    _add(state, month, came[origin == words.EVENT], ATTENDED, "event", at_arrival=True)


def moved(state: State, campaign: Campaign, sent: Ints) -> Floats:
    """Return what a content's motive multiplies the odds of an answer by; 1 where there is none."""
    if campaign.motive == words.NONE:
        return np.ones(len(sent))
    return np.where(state.motive[sent] == campaign.motive, _LIKED, _LESS_LIKED)


def _email(state: State, campaign: Campaign, sent: Ints, *, gives: Flags, day: Ints) -> None:
    rng, month = state.rng, campaign.month
    fond = np.exp(0.55 * np.clip(state.attachment[sent], -5, 2))
    readily = 0.008 * fond * moved(state, campaign, sent)
    clicks = (rng.random(len(sent)) < readily) | (gives & (rng.random(len(sent)) < 0.93))
    clickers, when = sent[clicks], day[clicks]
    _rows(state, month, clickers, when, CLICK, "email", campaign.number)
    seen = state.people.measured[clickers]
    _rows(state, month, clickers[seen], when[seen], PAGE, "web", campaign.number)
    starts = seen & (rng.random(len(clickers)) < 0.35)
    _rows(state, month, clickers[starts], when[starts], FORM, "web", campaign.number)
    leaves = starts & ~gives[clicks] & (rng.random(len(clickers)) < 0.8)
    _rows(state, month, clickers[leaves], when[leaves], ABANDONED, "web", campaign.number)
    fate = rng.random(len(sent))
    irritation = _irritation(state, campaign, sent)
    at = np.full(len(sent), int(state.starts[month]) + campaign.sent_on.day - 1)
    bounced = fate < 0.0025
    _rows(state, month, sent[bounced], at[bounced], BOUNCE, "email", campaign.number, words_as=1)
    state.reachable[sent[bounced], words.BY_EMAIL] = False
    soft = (fate >= 0.0025) & (fate < 0.009)
    _rows(state, month, sent[soft], at[soft], BOUNCE, "email", campaign.number, words_as=2)
    leaving = (fate > 0.1) & (fate < 0.1 + 0.0012 * irritation)
    _rows(state, month, sent[leaving], at[leaving], UNSUBSCRIBE, "email", campaign.number)
    consents.object_to(state, sent[leaving], at[leaving], channel=words.BY_EMAIL, source="lien")
    angry = (fate > 0.2) & (fate < 0.2 + 0.0002 * irritation)
    _rows(state, month, sent[angry], at[angry], COMPLAINT, "email", campaign.number)
    consents.object_to(state, sent[angry], at[angry], channel=words.BY_EMAIL, source="plainte")
    answers = (fate > 0.3) & (fate < 0.3 + 0.0012 * fond)
    _rows(state, month, sent[answers], at[answers], REPLY, "email", campaign.number)


def _call(state: State, campaign: Campaign, sent: Ints, *, day: Ints) -> None:
    answered = state.rng.random(len(sent)) < 0.38
    _rows(state, campaign.month, sent[answered], day[answered], CALL, "phone", campaign.number)
    tired = 0.006 * _irritation(state, campaign, sent)
    upset = answered & (state.rng.random(len(sent)) < tired)
    consents.object_to(state, sent[upset], day[upset], channel=words.BY_PHONE, source="appel")
    all_of_it = upset & (state.rng.random(len(sent)) < 0.3)
    consents.object_to(state, sent[all_of_it], day[all_of_it], channel=None, source="appel")


def _irritation(state: State, campaign: Campaign, sent: Ints) -> Floats:
    put_off = state.people.sensitivity[sent, campaign.channel] < 0
    return np.asarray(np.exp(0.4 * state.fatigue[sent]) * np.where(put_off, 5.0, 1.0))


def _add(
    state: State, month: int, donors: Ints, kind: int, channel: str, *, later: bool = False,
    at_arrival: bool = False,
) -> None:  # fmt: skip
    span = int(state.starts[month + 1] - state.starts[month])
    day = state.starts[month] + state.rng.integers(span // 2 if later else 0, span, len(donors))
    if at_arrival:
        day = state.people.acquired_day[donors]
    _rows(state, month, donors, day, kind, channel, words.NONE)


def _rows(
    state: State, month: int, donors: Ints, day: Ints, kind: int, channel: str, campaign: int,
    words_as: int = 0,
) -> None:  # fmt: skip
    if not recorded(state, month):
        return
    death = np.where(donors >= 0, state.people.death_day[donors], words.NEVER)
    kept = (day < state.starts[-1]) & (day < death)
    donors, day = donors[kept], day[kept]
    rows, rng = len(donors), state.rng
    text = rng.integers(0, len(TEXTS), rows) if kind == REPLY else words.NONE
    state.log.add(
        "interactions", rows, donor=donors, visitor=rng.integers(1, 10**9, rows), day=day,
        second=rng.integers(7 * 3600, 23 * 3600, rows), kind=kind,
        channel=CHANNEL_WORDS.index(channel), device=rng.choice(3, size=rows, p=(0.5, 0.08, 0.42)),
        campaign=campaign, text=text, detail=words_as,
    )  # fmt: skip
