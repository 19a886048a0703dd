"""Invented person records whose truth is known: couples, siblings, homonyms, slips and moves.

Nobody here exists. It is written to be hard, not to be typical: surnames as skewed as French
ones, families who share an e-mail and a phone, fathers and sons, accountants, companies, and
doubles whose name, address and e-mail may all have changed.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import polars as pl

from identity import invented_words as words
from mecene.identity import given_names


@dataclass
class Person:
    """Someone who gives, and what the files could hold of them."""

    first: str
    last: str
    civility: str
    number: int
    street: str
    town: int
    email: str | None
    phone: str | None
    born: date | None
    organisation: str | None = None
    reference: str | None = None
    extra: dict[str, object] = field(default_factory=dict)


def association(people: int, *, duplicates: float, seed: int) -> pl.DataFrame:
    """Return person records with a column ``truth``: who each record really is."""
    rng = np.random.default_rng(seed)
    world = _World(rng, people)
    everyone = world.everyone()
    rows = [_row(person, truth) for truth, person in enumerate(everyone)]
    doubled = rng.random(len(everyone)) < duplicates
    for truth in np.flatnonzero(doubled):
        for _ in range(1 + int(rng.random() < 0.2)):
            rows.append(_row(world.again(everyone[truth]), int(truth), rng))
    table = pl.DataFrame(rows, infer_schema_length=None).unique(
        [name for name in rows[0] if name != "truth"], keep="first", maintain_order=True
    )
    keys = rng.permutation(table.height) + 1
    return table.with_columns(pl.Series("person_key", keys, dtype=pl.Int64)).sort("person_key")


class _World:
    def __init__(self, rng, people):
        self.rng, self.people, self.serial = rng, people, 0
        self.mails = set()
        self.surnames = words.COMMON + sorted(
            {self._invented() for _ in range(max(200, people // 4))}
        )
        weights = 1.0 / (np.arange(len(self.surnames)) + 8.0) ** 0.8
        self.weights = np.cumsum(weights / weights.sum())
        towns = max(20, people // 60)
        size = 1.0 / (np.arange(towns) + 3.0) ** 0.7
        self.towns = np.cumsum(size / size.sum())
        self.more = {
            gender: sorted(
                n.capitalize() for n, g in given_names.GENDER.items() if g == gender.lower()
            )
            for gender in "FM"
        }
        self.first = {k: self._skewed(v) for k, v in (("F", words.WOMEN), ("M", words.MEN))}

    def _surname(self):
        return self.surnames[int(np.searchsorted(self.weights, self.rng.random()))]

    def _invented(self):
        parts = self.rng.choice(words.SYLLABLES, self.rng.integers(1, 4))
        return ("".join(parts) + str(self.rng.choice(words.ENDINGS))).capitalize()

    @staticmethod
    def _skewed(names):
        weights = 1.0 / (np.arange(len(names)) + 4.0)
        return names, weights / weights.sum()

    def _given(self, gender):
        if self.rng.random() < 0.04:
            return str(self.rng.choice(words.RARE_FIRST))
        if self.rng.random() < 0.4:
            return str(self.rng.choice(self.more[gender]))
        names, weights = self.first[gender]
        return str(self.rng.choice(names, p=weights))

    def _mail(self, first, last):
        self.serial += 1
        plain = first.lower().replace("-", "") if self.rng.random() < 0.7 else first[0].lower()
        tail = str(self.serial) if self.rng.random() < 0.5 else ""
        mail = f"{plain}.{last.lower().replace(' ', '')}{tail}@{self.rng.choice(words.DOMAINS)}"
        if mail in self.mails:
            mail = mail.replace("@", f"{self.serial}@")
        self.mails.add(mail)
        return mail

    def _phone(self, prefix):
        return f"+33{prefix}{self.rng.integers(10_000_000, 99_999_999)}"

    def _born(self, low, high):
        return date(int(self.rng.integers(low, high)), 1, 1) + timedelta(
            days=int(self.rng.integers(365))
        )

    def _person(self, gender, last, home, low=1935, high=2000):
        rng, first = self.rng, self._given(gender)
        return Person(
            first, last, "Mme" if gender == "F" else "M.", *home,
            self._mail(first, last) if rng.random() < 0.6 else None,
            self._phone(6) if rng.random() < 0.5 else None,
            self._born(low, high) if rng.random() < 0.3 else None,
        )  # fmt: skip

    def _home(self):
        rng = self.rng
        return (
            int(rng.integers(1, 60)),
            str(rng.choice(words.STREETS)),
            int(np.searchsorted(self.towns, rng.random())),
        )

    def everyone(self):
        found = []
        while len(found) < self.people:
            found.extend(self._household())
        for place, person in enumerate(found):
            person.reference = f"D{place:06d}" if self.rng.random() < 0.6 else None
        return found

    def _household(self):
        rng, home = self.rng, self._home()
        if rng.random() < 0.04:
            return [self._company(home)]
        last = str(self._surname())
        one = self._person("M" if rng.random() < 0.48 else "F", last, home)
        if rng.random() > 0.4:
            return [one]
        other_last = last if rng.random() < 0.8 else str(self._surname())
        two = self._person("F" if one.civility == "M." else "M", other_last, home)
        family = [one, two]
        if rng.random() < 0.25:
            child = self._person("M" if rng.random() < 0.5 else "F", last, home, 1985, 2005)
            while child.first in (one.first, two.first):
                child.first = self._given("F" if child.civility == "Mme" else "M")
            if rng.random() < 0.04 and child.civility == one.civility:
                child.first, child.born, one.born = (
                    one.first,
                    self._born(1985, 2005),
                    self._born(1940, 1965),
                )
                child.email = None
            family.append(child)
        if rng.random() < 0.25:
            shared = self._mail(one.first, last)
            for member in family:
                member.email = shared
        if rng.random() < 0.4:
            shared = self._phone(1)
            for member in family:
                member.phone = shared
        if rng.random() < 0.15:
            family.append(self._couple(one, two))
        if rng.random() < 0.02:
            for member in family:
                member.email = f"contact@cabinet-{rng.integers(1 + self.people // 2000)}.fr"
        return family

    def _couple(self, one, two):
        text = f"{one.first} et {two.first}" if self.rng.random() < 0.6 else ""
        return Person(text, one.last, "M. et Mme", one.number, one.street, one.town,
            one.email if self.rng.random() < 0.5 else None, one.phone, None)  # fmt: skip

    def _company(self, home):
        rng = self.rng
        name = f"{rng.choice(['SARL', 'SAS', 'Association', 'Pharmacie'])} {self._surname()}"
        name = f"{name} {rng.choice(['Services', 'Bois', 'du Centre', 'et fils', 'Bâtiment'])}"
        mail = (
            f"contact@{self._invented().lower()}{rng.integers(99)}.fr"
            if rng.random() < 0.6
            else None
        )
        return Person("", "", "", *home, mail, self._phone(4), None, organisation=name)

    def again(self, person):
        """Return the same person as another file writes them."""
        rng = self.rng
        new = Person(**vars(person))
        new.extra = {}
        happens = lambda share: bool(rng.random() < share)  # noqa: E731
        new.reference = (
            person.reference
            if happens(0.1)
            else (f"X{rng.integers(10**7)}" if happens(0.5) else None)
        )
        if happens(0.15) and new.last:
            new.last = self._slip(new.last)
        if happens(0.10) and new.first and "et" not in new.first.split():
            new.first = self._slip(new.first)
        elif happens(0.10):
            new.first = words.NICK.get(new.first, new.first)
        elif happens(0.05) and new.first and " et " not in new.first:
            new.first = new.first[0] + "."
        if happens(0.03) and person.civility == "Mme":
            new.last = str(self._surname())
        if happens(0.5):
            new.first, new.last = new.first.upper(), new.last.upper()
        if happens(0.3):
            new.first, new.last = _bare(new.first), _bare(new.last)
        if happens(0.04) and new.first and new.civility != "M. et Mme":
            new.first, new.last = new.last, new.first
        if happens(0.3):
            new.email = None
        elif happens(0.25) and new.email and not new.organisation:
            new.email = self._mail(person.first or "nous", person.last or "x")
        if happens(0.4):
            new.phone = None
        if happens(0.5):
            new.born = None
        if happens(0.3):
            new.civility = "" if new.civility != "M. et Mme" else new.civility
        self._moves(new, happens)
        if happens(0.1) and new.first and new.last and not new.organisation:
            new.extra["full_name"] = f"{new.last.upper()} {new.first}"
        return new

    def _moves(self, new, happens):
        if happens(0.12):
            new.number, new.street, new.town = self._home()
        elif happens(0.3):
            new.street = (
                new.street.replace("avenue", "av.").replace("boulevard", "bd").replace("rue", "r.")
            )
        elif happens(0.1):
            new.street = self._slip(new.street)
        if happens(0.15):
            new.extra["address"] = None
        if happens(0.08):
            new.extra |= {"address": None, "postcode": None}

    def _slip(self, text):
        rng = self.rng
        if len(text) < 4:
            return text
        at = int(rng.integers(1, len(text) - 1))
        letter = str(rng.choice(list("aeilnorstu")))
        return [
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
            text[:at] + letter + text[at + 1 :],
            text[:at] + text[at + 1 :],
            text[:at] + letter + text[at:],
        ][int(rng.integers(4))]


def _bare(text):
    return text.translate(str.maketrans("éèêëàâïîôöùûüçÉÈÊÀÎÔÇ-", "eeeeaaiioouuucEEEAIOC "))


def _row(person, truth, rng=None):
    row = {
        "external_id": person.reference,
        "civility": person.civility or None,
        "first_name": person.first or None,
        "last_name": person.last or None,
        "full_name": None,
        "organisation_name": person.organisation,
        "email": person.email,
        "phone": person.phone,
        "address": f"{person.number} {person.street}",
        "postcode": f"{10_000 + person.town * 10}",
        "city": _town(person.town),
        "birth_date": person.born,
        "declared": rng is None,
        "truth": truth,
    } | person.extra
    if row["full_name"]:
        row |= {"first_name": None, "last_name": None}
    return row


def _town(number):
    letters = [chr(97 + number // power % 26) for power in (1, 26, 676)]
    return "Ville" + "".join(letters)
