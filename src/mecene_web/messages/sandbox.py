"""Sandbox: what a template's Liquid may do, and how far it may go.

Whoever writes templates is trusted with words, not with the machine: no file is read, no other
template is called, no tag or filter multiplies what it is given, and every loop, every text and
every nesting has an end. What is missing stops the message instead of leaving a hole in it.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Any

import liquid
from django.utils import timezone
from liquid import exceptions
from liquid.loader import BaseLoader
from liquid.undefined import FalsyStrictUndefined
from markupsafe import Markup

from mecene import money, period

LONGEST_SOURCE = 100_000
LONGEST_OUTPUT_BYTES = 300_000
_LONGEST_VALUE = 20_000
# Of those that come with the library, the ones whose answer is no longer than their question.
_FILTERS = (
    "append", "capitalize", "default", "downcase", "first", "last", "lstrip", "prepend", "round",
    "rstrip", "size", "strip", "truncate", "truncatewords", "upcase",
)  # fmt: skip
_TAGS = (
    "#", "assign", "break", "case", "comment", "content", "continue", "for", "if", "illegal",
    "output", "unless",
)  # fmt: skip


class UnreadableTemplate(ValueError):
    """A template is no Liquid, or asks for what the sandbox has not; the message says where."""

    def __init__(self, said: str, *, line: int | None = None) -> None:
        super().__init__(f"line {line}: {said}" if line else said)
        self.line, self.said = line, said


class MissingData(ValueError):
    """A template asks for something this donor has not; nothing can be sent to them as it is."""

    def __init__(self, name: str) -> None:
        super().__init__(f"`{name}` is missing")
        self.name = name


class TooMuch(ValueError):
    """A template loops, nests or writes beyond its bounds."""


class _NoLoader(BaseLoader):
    """Finds no template, wherever it is asked to look."""

    def get_source(self, env: Any, template_name: str, **_told: Any) -> Any:
        raise exceptions.TemplateNotFoundError(template_name)


class _Bounded(liquid.Environment):
    """Liquid within bounds."""

    block_nesting_limit = 8
    context_depth_limit = 8
    loop_iteration_limit = 500
    local_namespace_limit = 50_000
    output_stream_limit = LONGEST_OUTPUT_BYTES


def template(source: str, *, lang: str, html: bool) -> liquid.BoundTemplate:
    """Return a template ready to be filled in.

    Args:
        source: Liquid.
        lang: Language of amounts and days, ``fr`` or ``en``.
        html: Whether what is filled in is escaped for HTML.

    Raises:
        UnreadableTemplate: it cannot be read, or asks for what the sandbox has not.
    """
    if len(source) > LONGEST_SOURCE:
        raise UnreadableTemplate(f"the template is over {LONGEST_SOURCE} signs long")
    try:
        made = environment(lang, html).from_string(source)
    except exceptions.LiquidError as wrong:
        raise UnreadableTemplate(_said(wrong), line=_line(wrong, source)) from wrong
    except RecursionError as wrong:
        raise UnreadableTemplate("the template is nested too deep") from wrong
    _check_filters(source, lang, html)
    return made


def fill(made: liquid.BoundTemplate, values: dict[str, Any]) -> str:
    """Return a template filled in with one donor's values.

    Raises:
        MissingData: something it asks for is not among the values.
        TooMuch: it goes beyond its bounds.
        UnreadableTemplate: it applies a filter or a comparison to what cannot take it.
    """
    try:
        return made.render(values)
    except exceptions.UndefinedError as wrong:
        raise MissingData(_named(_said(wrong))) from wrong
    except (exceptions.ResourceLimitError, exceptions.ContextDepthError, _Long) as wrong:
        raise TooMuch(_said(wrong)) from wrong
    except exceptions.LiquidError as wrong:
        raise UnreadableTemplate(_said(wrong)) from wrong


@cache
def environment(lang: str, html: bool) -> liquid.Environment:
    """Return the sandbox of a language, escaping what is filled in or not."""
    env = _Bounded(
        tolerance=liquid.Mode.STRICT, undefined=FalsyStrictUndefined, autoescape=html,
        loader=_NoLoader(),
    )  # fmt: skip
    for name in set(env.tags) - set(_TAGS):
        del env.tags[name]
    for name in set(env.filters) - set(_FILTERS):
        del env.filters[name]
    for name in _FILTERS:
        env.filters[name] = _bounded(env.filters[name])
    for name, function in _own(lang).items():
        env.add_filter(name, function)
    return env


class _Long(ValueError):
    """A value is longer than any that a letter needs."""


def _bounded(function: Callable[..., Any]) -> Callable[..., Any]:
    def within(*given: Any, **told: Any) -> Any:
        found = function(*given, **told)
        if isinstance(found, str) and len(found) > _LONGEST_VALUE:
            raise _Long(f"a value is over {_LONGEST_VALUE} signs long")
        return found

    # The library reads what a filter asks for off the function itself.
    within.__dict__.update(function.__dict__)
    return within


def _own(lang: str) -> dict[str, Callable[..., str]]:
    def amount(minor: Any, currency: str = "EUR") -> str:
        """Return 12345 as « 123,45 € »."""
        return money.text(_number(minor), currency=str(currency), lang=lang)

    def number(value: Any) -> str:
        """Return 12345 as « 12 345 »."""
        return money.number(_number(value), lang=lang)

    def day(value: Any) -> str:
        """Return a day as « 3 mars 2026 »."""
        _there(value)
        if isinstance(value, datetime):
            value = timezone.localtime(value).date()
        if not isinstance(value, date):
            raise exceptions.FilterArgumentError("day: this is no day", token=None)
        return period.written(value, lang=lang)

    return {"amount": amount, "number": number, "day": day}


def _number(value: Any) -> int | float:
    _there(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise exceptions.FilterArgumentError("this is no number", token=None)
    return value


def _there(value: Any) -> None:
    if isinstance(value, FalsyStrictUndefined):
        str(value)  # says by itself what is missing


def _check_filters(source: str, lang: str, html: bool) -> None:
    """Refuse an unknown filter when the template is read, not at the first donor."""
    known = environment(lang, html).filters
    analysis = environment(lang, html).from_string(source).analyze(include_partials=False)
    for name, spans in analysis.filters.items():
        if name not in known:
            line = spans[0].line_col(source)[0]
            raise UnreadableTemplate(f"there is no filter `{name}`", line=line)


def _said(wrong: Exception) -> str:
    return str(wrong).splitlines()[0]


def _line(wrong: exceptions.LiquidError, source: str) -> int | None:
    token = getattr(wrong, "token", None)
    start = getattr(token, "start_index", None)
    return source.count("\n", 0, start) + 1 if isinstance(start, int) and start >= 0 else None


def _named(text: str) -> str:
    """Return `donor.first_name` of « donor.first_name is undefined »."""
    return text.strip("'\" ").removesuffix(" is undefined").strip("'\" ")


def markup(text: str) -> Markup:
    """Return HTML of our own making, which is not escaped again."""
    return Markup(text)  # noqa: S704 -- never of what a user wrote
