"""Programs read and write donors and what they did; told twice is told once."""

import json
from datetime import UTC, datetime

import pytest

from mecene_web.api import keys, limits
from mecene_web.api.models import Reply
from mecene_web.donors.models import Donor, Merge, Record
from mecene_web.events.models import Contact, Interaction
from mecene_web.giving.models import Correction, Gift

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
ALICE = {"first_name": "Alice", "last_name": "Martin", "email": "alice@exemple.fr",
         "postcode": "75011", "source_ref": "p1"}  # fmt: skip
GIFT = {"given_on": "2026-02-01", "amount_minor": 5000, "currency": "EUR", "source_ref": "g1"}


class Program:
    """A program with a key."""

    def __init__(self, client, token):
        self.client, self.token = client, token

    def call(self, method, path, body=None, **headers):
        told = {"authorization": f"Bearer {self.token}"} if self.token else {}
        more = {}
        if body is not None:
            data = body if isinstance(body, (str, bytes)) else json.dumps(body)
            more = {"data": data, "content_type": headers.pop("content_type", "application/json")}
        return self.client.generic(method, f"/api/v1{path}", headers=told | headers, **more)

    def get(self, path, **headers):
        return self.call("GET", path, **headers)

    def post(self, path, body, **headers):
        return self.call("POST", path, body, **headers)


@pytest.fixture
def program(client):
    limits.forget()

    def made(*scopes, source="crm"):
        _, token = keys.make("essai", source=source, scopes=scopes or keys.SCOPES, now=NOW, by=None)
        return Program(client, token)

    return made


def is_problem(response, status):
    told = response.json()
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    return told


def test_a_key_is_kept_as_a_hash_and_serves_until_it_is_revoked(client):
    key, token = keys.make("site", source="site", scopes=["gifts:read"], now=NOW, by=None)
    program = Program(client, token)

    assert token not in json.dumps(list(type(key).objects.values()), default=str)
    assert program.get("/gifts").status_code == 200
    key.refresh_from_db()
    assert key.last_used_at is not None
    keys.revoke(key.pk, now=NOW)
    is_problem(program.get("/gifts"), 401)


def test_a_stranger_sees_nothing(client):
    for resource in keys.RESOURCES:
        refused = Program(client, None).get(f"/{resource}")
        is_problem(refused, 401)
        assert refused["WWW-Authenticate"] == "Bearer"
        is_problem(Program(client, "mecene_invented").get(f"/{resource}/1"), 401)


@pytest.mark.parametrize("resource", keys.RESOURCES)
def test_a_key_without_the_scope_does_nothing(program, resource):
    others = [s for s in keys.SCOPES if not s.startswith(f"{resource}:")]
    weak = program(*others)
    is_problem(weak.get(f"/{resource}"), 403)
    is_problem(weak.get(f"/{resource}/1"), 403)
    is_problem(weak.post(f"/{resource}", {}), 403)
    is_problem(weak.post(f"/{resource}/bulk", []), 403)
    reader = program(f"{resource}:read")
    assert reader.get(f"/{resource}").status_code == 200
    is_problem(reader.post(f"/{resource}", {}), 403)
    is_problem(program(f"{resource}:write").post("/events", {"events": []}), 403)


def test_a_gift_of_a_donor_told_twice_is_one_gift(program):
    crm = program()
    alice = crm.post("/donors", ALICE)
    assert alice.status_code == 201, alice.content
    gift = GIFT | {"donor_id": alice.json()["id"]}

    first, again = crm.post("/gifts", gift), crm.post("/gifts", gift)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == {"id": again.json()["id"], "repeated": False}
    assert again.json()["repeated"]
    held = Gift.objects.get()
    assert held.donor.email == "alice@exemple.fr"
    assert held.record is not None
    assert crm.get(f"/gifts/{held.pk}").json()["amount_minor"] == 5000
    # Another source may use the same reference.
    assert program(source="site").post("/gifts", gift).status_code == 201


def test_who_is_known_already_stays_who_they_are(program):
    crm = program()
    first = crm.post("/donors", ALICE).json()

    same_words = crm.post("/donors", ALICE | {"source_ref": "p2"})
    by_mail = crm.post("/donors", ALICE | {"source_ref": "p3", "postcode": "75012"})
    other = crm.post("/donors", {"last_name": "Durand", "first_name": "Luc",
                                 "email": "luc@exemple.fr", "source_ref": "p4"})  # fmt: skip

    assert same_words.json() == {"id": first["id"], "repeated": False, "known": True}
    assert by_mail.json()["id"] == first["id"]
    assert (other.status_code, other.json()["known"]) == (201, False)
    assert crm.post("/donors", ALICE).json()["repeated"]
    assert Donor.objects.count() == 2
    assert Record.objects.filter(donor_id=first["id"]).count() == 2
    listed = crm.get("/donors?email=alice@exemple.fr").json()["items"]
    assert [row["id"] for row in listed] == [first["id"]]


def test_a_change_by_hand_wins_and_the_records_stay(program):
    crm = program()
    number = crm.post("/donors", ALICE).json()["id"]

    changed = crm.call("PATCH", f"/donors/{number}", {"city": "Lyon", "first_name": "Alix"})

    assert changed.json()["city"] == "Lyon", changed.content
    assert crm.get(f"/donors/{number}").json()["first_name"] == "Alix"
    assert Record.objects.filter(donor_id=number, first_name="Alice").exists()
    again = crm.call("PATCH", f"/donors/{number}", {"phone": "06 12 34 56 78"}).json()
    assert (again["phone"], again["city"], again["email"]) == (
        "+33612345678", "Lyon", "alice@exemple.fr",
    )  # fmt: skip
    is_problem(crm.call("PATCH", f"/donors/{number}", {"amount": 3}), 422)


def test_donors_many_at_once_or_none(program):
    crm = program()
    many = [ALICE, {"last_name": "Petit", "source_ref": "p5", "email": "zoe@exemple.fr"}]

    told = crm.post("/donors/bulk", many)

    assert [row["known"] for row in told.json()] == [False, False]
    is_problem(crm.post("/donors/bulk", [*many, {"source_ref": "p9"}]), 422)
    assert Donor.objects.count() == 2


def test_who_is_another_donor_now_is_not_there_and_is_said_where(program):
    crm = program()
    one = crm.post("/donors", ALICE).json()["id"]
    other = crm.post("/donors", {"last_name": "Martine", "email": "am@exemple.fr",
                                 "source_ref": "p2"}).json()["id"]  # fmt: skip
    Record.objects.filter(donor_id=other).update(donor_id=one)
    Merge.objects.create(kept_id=one, absorbed_id=other, at=NOW)

    assert is_problem(crm.get(f"/donors/{other}"), 404)["merged_into"] == one
    assert [row["id"] for row in crm.get("/donors").json()["items"]] == [one]
    is_problem(crm.post("/gifts", GIFT | {"donor_id": other}), 422)
    is_problem(crm.get("/donors/999999"), 404)


def test_pages_hold_each_row_once_while_others_are_written(program):
    crm = program()
    crm.post("/gifts/bulk", [GIFT | {"source_ref": f"a{n}"} for n in range(25)])
    before = set(Gift.objects.values_list("pk", flat=True))
    seen, after, turn = [], 0, 0
    while after is not None:
        page = crm.get(f"/gifts?limit=4&after={after}").json()
        seen += [row["id"] for row in page["items"]]
        after = page["next"]
        turn += 1
        if turn < 8:  # behind the reader, and before them
            crm.post("/gifts/bulk", [GIFT | {"source_ref": f"b{turn}-{n}"} for n in range(3)])

    assert len(seen) == len(set(seen))
    assert before <= set(seen)


def test_a_refund_is_a_correction(program):
    crm = program()
    number = crm.post("/gifts", GIFT).json()["id"]
    path = f"/gifts/{number}/refund"

    told = crm.post(path, {"refunded_on": "2026-02-03"})

    assert (told.json()["status"], told.json()["amount_minor"]) == ("refunded", 5000)
    assert crm.post(path, {"refunded_on": "2026-02-03"}).status_code == 200
    assert Correction.objects.get().status_before == "received"
    is_problem(crm.call("PATCH", f"/gifts/{number}", {"amount_minor": 1}), 405)
    is_problem(crm.call("DELETE", f"/gifts/{number}"), 405)
    is_problem(crm.post("/gifts/999/refund", {"refunded_on": "2026-02-03"}), 404)


def test_a_commitment_ends_once(program):
    crm = program()
    alice = crm.post("/donors", ALICE).json()["id"]
    told = {"donor_id": alice, "ref": "C1", "currency": "EUR", "started_on": "2025-01-01",
            "amount_minor": 1000, "source_ref": "c1"}  # fmt: skip
    number = crm.post("/recurring_gifts", told).json()["id"]
    end = {"ended_on": "2026-02-01", "end_reason": "voluntary"}

    assert crm.post(f"/recurring_gifts/{number}/end", end).json()["ended_on"] == "2026-02-01"
    assert crm.post(f"/recurring_gifts/{number}/end", end).status_code == 200
    other = end | {"ended_on": "2026-02-02"}
    is_problem(crm.post(f"/recurring_gifts/{number}/end", other), 409)
    taken = crm.post("/recurring_gifts", told | {"source_ref": "c2"})
    assert "taken" in is_problem(taken, 422)["errors"][0]["reason"]


def test_every_resource_is_written_and_read_back(program):
    crm = program()
    alice = crm.post("/donors", ALICE).json()["id"]
    at = "2026-02-01T10:00:00+01:00"
    rows = {
        "contacts": {"donor_id": alice, "at": at, "channel": "email", "purpose": "appeal"},
        "interactions": {"donor_id": alice, "at": at, "kind": "click", "properties": {"a": [1]}},
        "consents": {"donor_id": alice, "occurred_at": at, "status": "withdrawn",
                     "purpose": "newsletter"},
        "campaigns": {"code": "NOEL", "name": "Noël"},
    }  # fmt: skip
    for resource, row in rows.items():
        made = crm.post(f"/{resource}", row | {"source_ref": "r1"})
        assert made.status_code == 201, made.content
        held = crm.get(f"/{resource}/{made.json()['id']}").json()
        assert held["source_ref"] == "r1"
        assert crm.get(f"/{resource}").json()["items"] == [held]
        if "donor_id" in row:
            assert crm.get(f"/{resource}?donor_id={alice}").json()["items"] == [held]
            assert crm.get(f"/{resource}?donor_id={alice + 1}").json()["items"] == []
    assert Interaction.objects.get().properties == {"a": [1]}
    assert Interaction.objects.get().at == datetime(2026, 2, 1, 9, tzinfo=UTC)


def test_the_same_request_is_answered_once(program):
    crm = program()
    named = {"idempotency-key": "k1"}

    first = crm.post("/gifts", GIFT, **named)
    again = crm.post("/gifts", GIFT, **named)

    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again["Idempotent-Replayed"] == "true"
    is_problem(crm.post("/gifts", GIFT | {"amount_minor": 1}, **named), 422)
    is_problem(crm.post("/gifts", GIFT, **{"idempotency-key": "x" * 300}), 400)
    # Under another key the same name is another request.
    assert program(source="b").post("/gifts", GIFT, **named).status_code == 201


def test_a_request_under_way_is_in_conflict_until_it_is_given_up(program):
    crm = program()
    crm.post("/gifts", GIFT, **{"idempotency-key": "k1"})
    now = datetime.now(tz=UTC)
    Reply.objects.update(status=None, begun_at=now)
    is_problem(crm.post("/gifts", GIFT, **{"idempotency-key": "k1"}), 409)

    Reply.objects.update(begun_at=datetime(2026, 11, 1, tzinfo=UTC))
    from unittest.mock import patch

    with patch("mecene_web.api.replies.KEPT", now - datetime(2020, 1, 1, tzinfo=UTC)):
        taken_up = crm.post("/gifts", GIFT, **{"idempotency-key": "k1"})
    assert taken_up.json()["repeated"]


def test_refused_it_may_be_mended_under_its_name(program):
    crm = program()
    named = {"idempotency-key": "k1"}
    is_problem(crm.post("/gifts", GIFT | {"donor_id": 77}, **named), 422)
    assert crm.post("/gifts", GIFT, **named).status_code == 201


def test_events_mixed_each_once_and_those_of_nobody_refused_alone(program):
    crm = program()
    alice = crm.post("/donors", ALICE).json()["id"]
    at = "2026-02-01T10:00:00Z"
    batch = {"events": [
        {"type": "contact", "donor_id": alice, "at": at, "channel": "email", "source_ref": "e1"},
        {"type": "interaction", "donor_id": alice, "at": at, "kind": "click", "source_ref": "e1"},
        {"type": "interaction", "donor_id": alice, "at": at, "kind": "click", "source_ref": "e1"},
        {"type": "interaction", "donor_id": 12345, "at": at, "kind": "click", "source_ref": "e2"},
        {"type": "interaction", "at": at, "kind": "page_view", "source_ref": "e3"},
    ]}  # fmt: skip

    told = crm.post("/events", batch).json()
    again = crm.post("/events", batch).json()

    assert (told["added"], told["repeated"]) == (3, 1)
    assert [row["index"] for row in told["refused"]] == [3]
    assert (again["added"], again["repeated"]) == (0, 4)
    assert (Contact.objects.count(), Interaction.objects.count()) == (1, 2)


def test_what_cannot_be_read_is_a_problem_said_in_one_form(program, client):
    crm = program()
    is_problem(crm.post("/gifts", "{"), 400)
    is_problem(crm.post("/gifts", "[" * 100_000), 400)
    is_problem(crm.post("/gifts", b"a=1", content_type="application/x-www-form-urlencoded"), 415)
    is_problem(crm.post("/gifts", " " * 2_100_000), 413)
    is_problem(crm.get("/nothing"), 404)
    is_problem(crm.get("/gifts/x"), 404)
    is_problem(crm.get("/gifts/99999999999999999999"), 422)
    is_problem(crm.get("/gifts?limit=0"), 422)
    is_problem(crm.get("/gifts?limit=501"), 422)
    for wrong in (
        {"amount_minor": 0}, {"amount_minor": 1.5}, {"amount_minor": 2**70}, {"currency": "euros"},
        {"given_on": "0001-01-01"}, {"given_at": "9999-12-31T23:59:59-12:00"}, {"source_ref": ""},
        {"designation": "\x00"}, {"designation": "\ud800"}, {"status": "refunded"}, {"extra": 1},
        {"designation": "x" * 301}, {"given_at": "2026-01-01T00:00:00"},
    ):  # fmt: skip
        is_problem(crm.post("/gifts", GIFT | wrong), 422)
    for wrong in ({"a": "\x00"}, {"a": "\ud800"}, {"a": float("nan")}, {"a": "x" * 9000}):
        row = {"at": "2026-02-01T10:00:00Z", "kind": "x", "source_ref": "r", "properties": wrong}
        is_problem(crm.post("/interactions", row), 422)
    assert not Gift.objects.exists()
    assert not Interaction.objects.exists()


def test_who_calls_too_often_waits(program, monkeypatch):
    monkeypatch.setattr(limits, "PER_KEY_MINUTE", 3)
    crm = program()
    for _ in range(3):
        assert crm.get("/gifts").status_code == 200

    refused = crm.get("/gifts")

    is_problem(refused, 429)
    assert int(refused["Retry-After"]) >= 1


def test_what_breaks_is_a_problem_too_and_keeps_nothing(program, monkeypatch):
    from mecene_web.api import write

    def broken(*told, **more):
        raise OSError("the disk is full")

    monkeypatch.setattr(write, "insert", broken)
    crm = program()

    told = is_problem(crm.post("/gifts", GIFT, **{"idempotency-key": "k"}), 500)

    assert "disk" not in told["detail"]
    assert not Reply.objects.exists()


def test_the_description_says_every_address(client):
    told = client.get("/api/v1/openapi.json").json()
    paths = {path.removeprefix("/api/v1") for path in told["paths"]}
    assert {f"/{name}" for name in keys.RESOURCES} <= paths
    assert {"/events", "/donors/{number}", "/gifts/{number}/refund"} <= paths
    gift = told["components"]["schemas"]["Gift"]["properties"]
    assert {"donor_id", "amount_minor", "source_ref"} <= set(gift)
    assert not {"import_id", "record_id"} & set(gift)
