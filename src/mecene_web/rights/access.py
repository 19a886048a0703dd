"""Access: everything held of a person, for them: as JSON for machines, as a page for people.

Every table bound to a donor is read (``holdings``), worked out figures and their reasons among
them: a table added tomorrow is in the export without a line here.
"""

import html
import io
import json
import zipfile
from datetime import date, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone

from mecene import period
from mecene.words import Lexicon
from mecene_web.accounts.models import Staff
from mecene_web.audit import read, write
from mecene_web.consent import state
from mecene_web.donors.models import Donor, Merge, Record
from mecene_web.giving.models import Gift
from mecene_web.imports.models import File
from mecene_web.organisation.models import Organisation
from mecene_web.rights import holdings
from mecene_web.rights.erase import everybody

_LEXICON = Lexicon("mecene_web.rights")
# Ours, not theirs: how rows hang together.
_LEFT_OUT = ("import_id", "by_id", "written_by_id", "run_id", "sought", "token", "closed_by_id")


class NobodyThere(LookupError):
    """There is no such donor, or they are another now."""


def export(donor_id: int, *, lang: str, by: Staff, now: datetime) -> bytes:
    """Return a zip of ``donnees.json`` and ``lisez-moi.html`` (or ``data``, ``read-me``).

    Args:
        donor_id: Whose data.
        lang: The page's language.
        by: Who makes it, which is written down.
        now: The moment.

    Raises:
        NobodyThere: there is no such donor.
    """
    with transaction.atomic():
        if (
            not Donor.objects.filter(pk=donor_id).exists()
            or Merge.objects.filter(absorbed_id=donor_id, undone_at=None).exists()
        ):
            raise NobodyThere(f"there is no donor {donor_id}")
        told = everything(donor_id, lang=lang, on=timezone.localdate(now))
        write.write("access_export", "donor", donor_id, by=by, now=now, donor_id=donor_id)
    names = {"fr": ("donnees.json", "lisez-moi.html"), "en": ("data.json", "read-me.html")}[lang]
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        text = json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
        archive.writestr(names[0], text)
        archive.writestr(names[1], page(told, lang=lang, on=timezone.localdate(now)))
    return kept.getvalue()


def everything(donor_id: int, *, lang: str, on: date) -> dict[str, Any]:
    """Return table → rows of what is held of a person, with what is allowed and where it came from.

    Money is in minor units of its currency.
    """
    people = everybody(donor_id)
    told: dict[str, Any] = {"donors.Donor": _rows(Donor, "pk", people)}
    records = list(Record.objects.filter(donor_id__in=people).values_list("pk", flat=True))
    told["donors.Record"] = _rows(Record, "donor_id", people)
    for model, field in [(Gift, "donor"), (Gift, "payer"), *holdings.bound()]:
        ids = records if model._meta.get_field(field).related_model is Record else people
        rows = _rows(model, f"{field}_id", ids)
        held = told.setdefault(model._meta.label, [])
        held += [row for row in rows if row not in held]
    told["permissions"] = [
        {"purpose": purpose, "channel": channel, "allowed": found.allowed,
         "why": found.text(lang=lang), "basis": found.basis}
        for (purpose, channel), found in state.of(donor_id, on=on).items()
    ]  # fmt: skip
    told["sources"] = _sources(records)
    told["actions"] = _actions(people)
    return {name: rows for name, rows in told.items() if rows}


def page(told: dict[str, Any], *, lang: str, on: date) -> str:
    """Return the same as a page that stands alone, for whoever is not a machine."""
    own = Organisation.objects.filter(pk=Organisation.THE_ONE).first()
    say = {name: _LEXICON.say(f"export.{name}", lang=lang, day=period.written(on, lang=lang),
                              association=(own and own.name) or "Mécène",
                              contact=(own and own.privacy_contact) or "—")
           for name in ("title", "intro", "rights", "kept")}  # fmt: skip
    parts = [f"<h1>{html.escape(say['title'])}</h1>"]
    parts += [f"<p>{html.escape(say[name])}</p>" for name in ("intro", "rights", "kept")]
    titles = _LEXICON.labels("tables", lang=lang)
    for name, rows in told.items():
        parts.append(f"<h2>{html.escape(titles.get(name.replace('.', '_'), name))}</h2>")
        parts += [_card(row, lang=lang) for row in rows]
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{html.escape(say["title"])}'
        "</title><style>body{font:16px/1.5 system-ui;max-width:50rem;margin:2rem auto;"
        "padding:0 1rem}dl{display:grid;grid-template-columns:minmax(9rem,14rem) 1fr;gap:0 1rem;"
        "border-top:1px solid #ccc;padding:.5rem 0;margin:0}dt{color:#555}dd{margin:0}</style>"
        f"</head><body><main>{''.join(parts)}</main></body></html>"
    )


def _card(row: dict[str, Any], *, lang: str) -> str:
    names = _LEXICON.labels("fields", lang=lang)
    lines = [
        f"<dt>{html.escape(names.get(name, name))}</dt><dd>{html.escape(_said(value, lang))}</dd>"
        for name, value in row.items()
        if value not in (None, "", [], {})
    ]
    return f"<dl>{''.join(lines)}</dl>"


def _said(value: Any, lang: str) -> str:
    if isinstance(value, bool):
        return _LEXICON.say(f"yes_no.{'yes' if value else 'no'}", lang=lang)
    if isinstance(value, datetime):
        return f"{period.written(timezone.localdate(value), lang=lang)} {value:%H:%M} UTC"
    if isinstance(value, date):
        return period.written(value, lang=lang)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)
    return str(value)


def _rows(model: type[models.Model], key: str, ids: list[int]) -> list[dict[str, Any]]:
    columns = [
        field.attname for field in model._meta.concrete_fields
        if field.attname not in _LEFT_OUT and not isinstance(field, models.BinaryField)
    ]  # fmt: skip
    first = [field.attname for field in model._meta.pk_fields]
    found = holdings.rows(model).filter(**{f"{key}__in": ids}).order_by(*first)
    return [dict(row) for row in found.values(*columns)]


def _sources(records: list[int]) -> list[dict[str, Any]]:
    """Return the files in which somebody was read, and when they came."""
    files = File.objects.filter(
        of_id__in=Record.objects.filter(pk__in=records).values("mentions__import_id")
    )
    return [
        {"file": row.name, "at": row.of.at} for row in files.select_related("of").order_by("pk")
    ]


def _actions(people: list[int]) -> list[dict[str, Any]]:
    """Return what members of the association did with somebody's file."""
    return [
        {"at": entry.at, "verb": entry.verb, "by": entry.by_name}
        for person in people for entry in read.entries(donor_id=person)
    ]  # fmt: skip
