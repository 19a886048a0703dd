"""Issue 5's story on a whole installation: a journey drawn by hand, a gift, thanks, the way out.

Served as everybody serves theirs, worker and all; mail goes to a real SMTP server on loopback.
"""

import asyncio
import email
import json
import re
import socket
import threading
import time
from datetime import datetime
from email import policy
from urllib.parse import urlsplit
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.smtp import SMTP

_PASSWORD = "un château de sable"
_SECONDS = 120


class Box:
    """A mail server on loopback; ``letters`` is what it took."""

    def __init__(self):
        self.letters = []
        self.loop = asyncio.new_event_loop()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    async def handle_DATA(self, _server, _session, envelope):
        self.letters.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"

    def start(self):
        listening = threading.Event()
        threading.Thread(target=self._listen, args=(listening,), daemon=True).start()
        assert listening.wait(timeout=30)

    def _listen(self, listening):
        asyncio.set_event_loop(self.loop)
        made = self.loop.create_server(
            lambda: SMTP(self, hostname="test", loop=self.loop), "127.0.0.1", self.port
        )
        self.loop.run_until_complete(made)
        listening.set()
        self.loop.run_forever()

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)

    def wait_for(self, count):
        until = time.monotonic() + _SECONDS
        while len(self.letters) < count:
            assert time.monotonic() < until, f"{len(self.letters)} of {count} letters came"
            time.sleep(0.1)
        return self.letters[count - 1]


@pytest.fixture(scope="module")
def box():
    made = Box()
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def house(served, tmp_path_factory, box):
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("MECENE_MAIL", f"smtp://127.0.0.1:{box.port}")
        with served(tmp_path_factory.mktemp("story") / "home") as house:
            yield house
    assert house.complaints == []


@pytest.fixture(scope="module")
def claire(house):
    """The administrator, signed in."""
    page = house.visitor()
    page.goto(house.first_login)
    page.get_by_role("button", name="Entrer").click()
    page.locator("[name=email]").fill("claire@example.org")
    page.locator("[name=name]").fill("Claire Morel")
    for name in ("password", "password_again"):
        page.locator(f"[name={name}]").fill(_PASSWORD)
    page.get_by_role("button", name="Commencer").click()
    page.wait_for_url(lambda url: "welcome" not in url)
    page.goto("/accounts/association/")
    page.locator("[name=name]").fill("Les Puits")
    page.locator("main form button.mc-button").first.press("Enter")
    page.wait_for_load_state()
    return page


@pytest.fixture(scope="module")
def program(house, claire):
    """A program with a key of its own, made on the page: ``program("/gifts", {…})``."""
    claire.goto("/api/keys/")
    claire.locator("#name").fill("Site")
    claire.locator("#source").fill("site")
    for scope in ("donors:write", "gifts:write"):
        claire.locator(f"[name=scopes][value='{scope}']").check()
    claire.get_by_role("button", name="Créer la clé").click()
    token = claire.locator("#token").input_value()

    def call(path, body):
        asked = Request(
            f"{house.url}/api/v1{path}", data=json.dumps(body).encode(), method="POST",
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )  # fmt: skip
        with urlopen(asked, timeout=60) as answer:
            return json.loads(answer.read())

    return call


def test_a_drawn_journey_thanks_for_a_gift_and_whoever_leaves_hears_no_more(
    house, claire, program, box, looked, record_property
):
    began = time.monotonic()
    _written(claire, "Merci pour votre grand don")
    _written(claire, "Merci pour votre don")
    journey = _drawn(claire)
    assert looked(claire, "story-journey") == []

    # Rehearsed, then published.
    claire.get_by_role("link", name="Répétition").click()
    claire.get_by_role("button", name="Répéter sur l’année passée").press("Enter")
    claire.get_by_role("heading", name="Qui serait entré").wait_for(timeout=_SECONDS * 1_000)
    assert looked(claire, "story-rehearsal") == []
    claire.goto(journey)
    claire.get_by_role("button", name="Publier").press("Enter")
    claire.get_by_text("Version 1 publiée").wait_for()

    # A gift comes by the API: thanks come to the donor.
    who = {"civility": "Mme", "first_name": "Zoé", "last_name": "Xylandre"}
    donor = program("/donors", who | {"source_ref": "d1", "email": "zoe@example.net"})["id"]
    today = datetime.now(ZoneInfo("Europe/Paris")).date()  # of the association, not of Greenwich
    given = {"donor_id": donor, "given_on": today.isoformat(), "currency": "EUR"}
    asked = time.monotonic()
    program("/gifts", given | {"amount_minor": 12_000, "source_ref": "g1"})
    letter = box.wait_for(1)
    record_property("seconds from the gift to its thanks", round(time.monotonic() - asked, 2))
    assert letter["To"] == "zoe@example.net"
    assert letter["Subject"] == "Merci pour votre grand don"
    assert "Chère Madame Xylandre" in letter.get_body(("plain",)).get_content()

    # She leaves by her mail program alone (RFC 8058): to look at the page changes nothing.
    way_out = urlsplit(letter["List-Unsubscribe"].strip("<>"))
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = f"{house.url}{way_out.path}"
    assert urlopen(address, timeout=60).status == 200
    claire.goto(f"/messages/why/{donor}/")
    with urlopen(
        Request(address, data=b"List-Unsubscribe=One-Click", method="POST"), timeout=60
    ) as gone:
        assert gone.status == 200

    # She gives again, less: she takes the other way, and nothing is sent; why is told.
    program("/gifts", given | {"amount_minor": 2_000, "source_ref": "g2"})
    until = time.monotonic() + _SECONDS
    while "opposée" not in claire.inner_text("main"):
        assert time.monotonic() < until, claire.inner_text("main")
        claire.wait_for_timeout(300)
        claire.goto(f"/messages/why/{donor}/")
    claire.goto(f"/journeys/why/{donor}/")
    told = claire.inner_text("main")
    assert looked(claire, "story-why") == []
    assert told.count("Entrée dans le parcours") == 2
    assert "Merci pour votre don" in told
    assert len(box.letters) == 1
    record_property("seconds in all", round(time.monotonic() - began))


def _written(page, name):
    """Write a mail and publish it, by keyboard."""
    page.goto("/messages/new/")
    page.get_by_label("Nom").fill(name)
    page.get_by_label("Lettre d’information").press("Space")
    page.get_by_role("button", name="Commencer").press("Enter")
    page.wait_for_url("**/write/")
    with page.expect_response(
        lambda answer: "/messages/parts/" in answer.url and answer.request.method == "POST"
    ):
        page.locator("[name=subject]").fill(name)
        page.locator("[name=subject]").press("Tab")
    page.get_by_role("button", name="Publier").press("Enter")
    page.get_by_text("C’est publié.").wait_for()


def _drawn(page):
    """Draw a journey with a choice, by mouse and keyboard; return its address."""
    page.goto("/journeys/")
    page.get_by_label("Nom en français").fill("Merci selon le don")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/journeys/\d+/$"))
    address = page.url

    # What starts it: a gift, rather than a hand.
    page.get_by_text("Ajouter un déclencheur").click()
    page.get_by_role("button", name="Un événement", exact=True).click()
    page.locator("summary", has_text="Un événement : don reçu").wait_for()
    page.locator("summary", has_text="À la main").click()
    page.locator(".mc-trigger[open]").get_by_role("button", name=re.compile("Retirer")).click()
    page.locator("summary", has_text="À la main").wait_for(state="detached")

    # A choice comes first; the wait that was there goes.
    page.get_by_label("Ajouter une étape après : Début").press("Enter")
    page.get_by_role("button", name="Choisir une voie").press("Enter")
    page.locator("#step-branch").wait_for()
    page.locator("#remove-wait").press("Enter")
    page.locator("#step-wait").wait_for(state="detached")

    # Its way is built by rules, with a text that says the same.
    page.locator("#change-branch").press("Enter")
    page.locator("#step-branch").get_by_role("button", name="Changer la condition").press("Enter")
    page.wait_for_url("**/condition/?at=*")
    page.locator("[name='name.0.0']").select_option(label="Montant de l’événement")
    page.locator("[name='sign.0.0']").select_option(label="au moins")
    page.locator("[name='value.0.0']").fill("100")
    page.locator("[name='value.0.0']").press("Tab")
    page.get_by_text("on ne peut pas compter d’avance").wait_for()
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Garder cette condition").last.press("Enter")
    page.wait_for_url("**/?open=branch**")

    # A message on each way.
    ways = page.locator(".mc-way")
    for number, name in ((0, "Merci pour votre grand don"), (1, "Merci pour votre don")):
        ways.nth(number).locator(".mc-add summary").first.press("Enter")
        ways.nth(number).get_by_role("button", name="Envoyer un message").first.press("Enter")
        card = ways.nth(number).locator(".mc-step[data-kind=message].open")
        card.get_by_label("Modèle").select_option(label=name)
        card.get_by_label("Nature").select_option(label="Un remerciement")
        card.get_by_label("Moyen").select_option(label="E-mail")
        card.get_by_role("button", name="Enregistrer").last.press("Enter")
        ways.nth(number).get_by_role("heading", name=f"Envoyer un message : {name}").wait_for()

    # Everybody may come again, at each gift.
    page.get_by_role("heading", name="Pour qui et pour quoi").click()
    page.get_by_label("Peut-on revenir").select_option(label="À chaque événement")
    page.locator("details[open]").get_by_role("button", name="Enregistrer").last.press("Enter")
    page.get_by_text("Ce dessin peut être publié.").wait_for()
    return address
