"""Starting: what may start a journey, as frozen values."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OnEvent:
    """Something happened: a gift, a click, a signature. ``within_days``: older ones start nothing.

    ``within_days`` is from the day it happened to the day it was learnt: a file of old gifts read
    today must not welcome donors of ten years ago.
    """

    event: str
    where: str | None = None
    within_days: int = 7


@dataclass(frozen=True)
class OnSegment:
    """A donor ``entered`` or ``left`` a segment."""

    segment: str
    change: str = "entered"


@dataclass(frozen=True)
class OnDate:
    """A day of every year, or of one: the whole audience at once."""

    month: int
    day: int
    year: int | None = None


@dataclass(frozen=True)
class OnAnniversary:
    """The yearly return of a date of the donor's (``birth_date``, ``first_gift_on``).

    ``days_after`` may be negative: so many days before.
    """

    of: str
    days_after: int = 0


@dataclass(frozen=True)
class OnCrossing:
    """A figure of the donor's rose to or above, or fell below, a threshold since the last look."""

    column: str
    threshold: float
    direction: str = "above"


@dataclass(frozen=True)
class OnFailedDebit:
    """A debit came back with one of these bank codes, or of these classes of codes.

    ``within_days`` as for ``OnEvent``: banks' files often come by the month.
    """

    codes: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    within_days: int = 31


@dataclass(frozen=True)
class OnCommand:
    """Somebody chose these donors (``manual``), or a program did (``api``)."""

    by: str = "manual"


Trigger = OnEvent | OnSegment | OnDate | OnAnniversary | OnCrossing | OnFailedDebit | OnCommand
