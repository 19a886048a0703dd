"""Drawing: a condition as rules in groups, which a person can build without writing it.

A rule compares one subject (a column, or what is asked) with constants; a group joins rules and
groups by ``and`` or by ``or``. A condition that says more than this has no drawing, only its text.
What is drawn is written back by ``text``; the two say the same of every donor.
"""

from dataclasses import dataclass, replace
from datetime import date

from mecene.conditions.asked import Ask

Constant = float | str | bool | date
SIGNS = (
    "=", "!=", "<", "<=", ">", ">=", "in", "between", "like", "starts_with",
    "is null", "is true", "is false",
)  # fmt: skip
_TURNED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_SAME = {"==": "=", "<>": "!="}


@dataclass(frozen=True)
class Fixed:
    """A value that is written out."""

    value: Constant


@dataclass(frozen=True)
class Subject:
    """What a rule is about: a column by its name, or what is asked."""

    of: str | Ask

    @property
    def column(self) -> str:
        """Return the column that holds it."""
        return self.of.column if isinstance(self.of, Ask) else self.of


@dataclass(frozen=True)
class Rule:
    """One comparison; ``values`` are as many as its sign takes."""

    subject: Subject
    sign: str
    values: tuple[Constant, ...] = ()
    negated: bool = False


@dataclass(frozen=True)
class Group:
    """Rules and groups that must all hold (``and``), or one of which must (``or``)."""

    joint: str
    parts: tuple["Rule | Group", ...]
    negated: bool = False


Drawn = Rule | Group
Piece = Drawn | Subject | Fixed


def whole(piece: Piece | None) -> Drawn | None:
    """Return a piece that may be true: a column alone is true when it is."""
    if isinstance(piece, Subject):
        return Rule(piece, "=", (True,))
    return piece if isinstance(piece, Rule | Group) else None


def compared(left: Piece | None, sign: str, right: Piece | None) -> Drawn | None:
    """Return the comparison of a subject with a constant, on whichever side it stands."""
    sign = _SAME.get(sign, sign)
    if isinstance(left, Fixed) and isinstance(right, Subject):
        left, sign, right = right, _TURNED[sign], left
    return about(left, sign, right)


def about(subject: Piece | None, sign: str, *values: Piece | None) -> Drawn | None:
    """Return a rule, if a subject is compared with nothing but constants."""
    fixed = [value.value for value in values if isinstance(value, Fixed)]
    if not isinstance(subject, Subject) or len(fixed) < len(values):
        return None
    return Rule(subject, sign, tuple(fixed))


def joined(joint: str, left: Piece | None, right: Piece | None) -> Drawn | None:
    """Return two pieces joined; what was joined alike already becomes one group."""
    one, other = whole(left), whole(right)
    if one is None or other is None:
        return None
    return Group(joint, (*_within(joint, one), *_within(joint, other)))


def turned(piece: Piece | None) -> Drawn | None:
    """Return the negation of a piece."""
    drawn = whole(piece)
    return None if drawn is None else replace(drawn, negated=not drawn.negated)


def plain(drawn: Drawn) -> Drawn:
    """Return a drawing as it is read back: no group of one, none inside another joined alike."""
    if isinstance(drawn, Rule):
        return drawn
    parts = tuple(inner for part in drawn.parts for inner in _within(drawn.joint, plain(part)))
    if len(parts) == 1:
        return replace(parts[0], negated=parts[0].negated != drawn.negated)
    return replace(drawn, parts=parts)


def text(drawn: Drawn) -> str:
    """Return the condition that a drawing says; every group has at least one part."""
    said = plain(drawn)
    if isinstance(said, Rule):
        return _rule(said)
    inside = f" {said.joint} ".join(
        f"({text(part)})" if isinstance(part, Group) and not part.negated else text(part)
        for part in said.parts
    )
    return f"not ({inside})" if said.negated else inside


def _within(joint: str, drawn: Drawn) -> tuple[Drawn, ...]:
    alike = isinstance(drawn, Group) and drawn.joint == joint and not drawn.negated
    return drawn.parts if alike and isinstance(drawn, Group) else (drawn,)


def _rule(rule: Rule) -> str:
    subject, sign, values = rule.subject.column, rule.sign, [_constant(v) for v in rule.values]
    no = "not " if rule.negated else ""
    if sign.startswith("is "):
        return f"{subject} is {no}{sign.removeprefix('is ')}"
    if sign == "in":
        return f"{subject} {no}in ({', '.join(values)})"
    if sign == "between":
        return f"{subject} {no}between {values[0]} and {values[1]}"
    if sign == "like":
        return f"{subject} {no}like {values[0]}"
    if sign == "starts_with":
        return f"{no}starts_with({subject}, {values[0]})"
    return f"{no}{subject} {sign} {values[0]}"


def _constant(value: Constant) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return f"'{value.isoformat()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(float(value)).removesuffix(".0")
