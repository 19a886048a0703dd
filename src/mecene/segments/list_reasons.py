"""List reasons: why a donor is in an action list, in one sentence."""

import polars as pl

from mecene.segments import context, return_codes, sentences, wording


def written(table: pl.DataFrame, name: str, *, lang: str, currency: str) -> pl.Series:
    """Return one sentence a row, never empty, for those who are in the list of that name.

    ``at_risk`` and ``reactivate`` say what the donor's segment says.

    Args:
        table: The rows of the list, prepared by ``lists.build``.
        name: One of ``lists.NAMES``.
        lang: ``fr`` or ``en``.
        currency: ISO 4217 code for donors whose own is not known.
    """
    if name in ("at_risk", "reactivate"):
        explained = table.with_columns(reason="why", usual_month="seasonal_month")
        return sentences.written(explained, lang=lang, currency=currency).alias("reason")
    listed = table.with_columns(list=pl.lit(name))
    return wording.by_group(
        listed,
        lambda code, _: _reason(name, lang=lang, currency=code),
        group="list",
        currency=currency,
    ).alias("reason")


def _reason(name: str, *, lang: str, currency: str) -> pl.Expr:
    words = wording.load(lang)
    templates = words["list"]

    def amount(minor: pl.Expr) -> pl.Expr:
        return wording.amount(minor.fill_null(0), currency=currency, lang=lang)

    def duration(column: str) -> pl.Expr:
        return wording.duration(pl.col(column).fill_null(0), lang=lang)

    if name == "thank_now":
        return _thanks(
            templates,
            amount=amount(pl.col("last_gift_minor")),
            silence=duration("last_gift_age_days"),
        )
    pieces = {
        "amount": amount(pl.col("last_gift_minor")),
        "silence": duration("last_gift_age_days"),
        "best": amount(context.best_year_minor()),
        "monthly": amount(pl.col("suggested_monthly_minor")),
        "regular": amount(pl.col("recurring_monthly_minor")),
        "advice": return_codes.advice(pl.col("return_class"), lang=lang),
        "one_offs": wording.counted(
            pl.col("one_off_gifts_24m"), one=words["one_one_off"], many=words["many_one_offs"]
        ),
        "failures": wording.counted(
            pl.col("failed_in_a_row"), one=words["one_failure"], many=words["many_failures"]
        ),
    }
    return wording.filled(templates[name], **pieces)


def _thanks(templates: dict[str, str], *, amount: pl.Expr, silence: pl.Expr) -> pl.Expr:
    def sentence(key: str) -> pl.Expr:
        return wording.filled(templates[key], amount=amount, silence=silence)

    instalment = pl.col("last_one_off_age_days") > pl.col("last_gift_age_days")
    regular = pl.col("one_off_gifts").eq(0) | instalment
    return (
        pl.when(regular.fill_null(value=False))
        .then(sentence("thank_regular"))
        .when(pl.col("gifts") == 1)
        .then(sentence("thank_first"))
        .otherwise(sentence("thank_now"))
    )
