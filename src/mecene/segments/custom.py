"""Custom: the user's own segments, each a name and a condition, as tags.

In a rules file (see ``mecene.conditions`` for what a condition may say)::

    [custom.faithful_online]
    condition = "gifts_24m >= 2 and acquisition_channel = 'web'"
"""

import polars as pl

from mecene.conditions import language
from mecene.conditions.mistake import InvalidCondition
from mecene.segments.rules import InvalidRules, Rules
from mecene.words import LANGUAGES


def tag(frame: pl.DataFrame, *, rules: Rules) -> pl.DataFrame:
    """Return the user's own tags of every donor.

    Args:
        frame: The summary, and whatever else conditions may name, joined to it: segments, tags,
            scores, values.
        rules: The rules that hold the conditions.

    Returns:
        One row a donor, in the order given: ``donor_id`` and one boolean a name, sorted by name,
        never null.

    Raises:
        InvalidRules: a condition cannot be understood, or its name is taken by a column; the
            message names the key and points at the word.
    """
    columns = {name: type_ for name, type_ in frame.schema.items() if not type_.is_nested()}
    own = []
    for name, text in rules.custom:
        if name in frame.columns:
            raise InvalidRules("custom_taken", where=rules.where, name=name)
        try:
            condition = language.compile(text, columns=columns)
        except InvalidCondition as wrong:
            why = {lang: wrong.written(lang=lang) for lang in LANGUAGES}
            raise InvalidRules("custom_condition", where=rules.where, name=name, why=why) from wrong
        own.append(condition.expr.alias(name))
    return frame.select("donor_id", *own)
