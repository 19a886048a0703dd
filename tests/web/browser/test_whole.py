"""A whole installation, served as an association serves it, from its first start to an erasure.

One server with its worker serves every story here; each begins with nothing of the others' but
the administrator, who came in first.
"""

import re
import sys
import time

import pytest

_PASSWORD = "un château de sable"
# Forty words a minute: an easy pace for who writes gifts all day.
SECONDS_A_KEY = 0.3
DROPPED = """(files) => {
  const held = new DataTransfer();
  for (const [name, text] of files) held.items.add(new File([text], name, {type: "text/csv"}));
  document.querySelector("[data-drop]").dispatchEvent(
    new DragEvent("drop", {dataTransfer: held, bubbles: true, cancelable: true}));
}"""
FILES = ("donors.csv", "gifts.csv", "recurring.csv", "campaigns.csv", "contacts.csv")


class Typist:
    """Somebody who has a keyboard and no mouse; counts what they press."""

    def __init__(self, page):
        self.page, self.keys, self.began = page, 0, time.monotonic()

    def types(self, text):
        self.page.keyboard.type(text)
        self.keys += len(text)

    def presses(self, *names):
        for name in names:
            self.page.keyboard.press(name)
            self.keys += 1

    def tabs_to(self, field):
        """Press Tab until a field has the keyboard."""
        for _ in range(25):
            self.presses("Tab")
            if self.here() == field:
                return
        pytest.fail(f"Tab does not come to {field}")

    def here(self):
        return self.page.evaluate("document.activeElement.name || document.activeElement.tagName")

    def seconds(self):
        """How long it takes: what the keys take a person, and what the pages took."""
        return self.keys * SECONDS_A_KEY + time.monotonic() - self.began


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    """The files of an association of three hundred donors, as another software writes them."""
    from mecene.cli import simulate

    folder = tmp_path_factory.mktemp("exports")
    simulate.write(folder, donors=300, years=4, seed=7, clean=True, names=True, lang="fr")
    return [(name, (folder / name).read_text(encoding="utf-8")) for name in FILES]


@pytest.fixture(scope="module")
def house(served, tmp_path_factory):
    with served(tmp_path_factory.mktemp("served") / "home") as house:
        yield house
        assert house.complaints == []


@pytest.fixture(scope="module")
def claire(house):
    """The administrator: she came in by the link of the first start, and chose a password."""
    page = house.visitor()
    page.goto(house.first_login)
    page.get_by_role("button", name="Entrer").click()
    _joins(page, "Claire Morel", email="claire@example.org")
    return page


@pytest.fixture
def madeleine(claire):
    """A donor written down by hand; her number."""
    claire.goto("/donors/new/")
    for name, told in (("first_name", "Madeleine"), ("last_name", "Quatremère"),
                       ("email", "madeleine.quatremere@example.org"), ("postcode", "44000"),
                       ("city", "Nantes"), ("phone", "06 12 34 56 78")):  # fmt: skip
        claire.locator(f"[name={name}]").fill(told)
    claire.locator("main button.mc-button").first.click()
    claire.wait_for_url(re.compile(r"/donors/\d+/$"))
    number = claire.url.rstrip("/").split("/")[-1]
    yield number
    claire.goto(f"/rights/donor/{number}/erase/")
    if claire.locator("[name=number]").count():
        claire.locator("[name=number]").fill(number)
        claire.get_by_role("button", name="Effacer").click()


def test_files_come_in_are_understood_used_and_taken_back(claire, exports, tmp_path):
    page = claire
    # given an installation where nobody has written anything
    page.goto("/")
    assert "Premier" in page.inner_text("main") or page.locator(".mc-empty").count()
    page.locator(".mc-empty a.mc-button").click()

    # when files are dropped
    page.evaluate(DROPPED, [list(file) for file in exports])
    assert page.locator("[data-chosen] li").count() == len(FILES)
    page.get_by_role("button", name="Envoyer et vérifier").click()

    # then what was recognised is said, and nothing is loaded yet
    page.get_by_role("button", name="Charger dans la base").wait_for(timeout=300_000)
    said = _said(page)
    assert "Rien n’est encore chargé" in said
    assert "Contenu reconnu : dons" in said
    assert "Contenu reconnu : donateurs" in said

    # when they are loaded, with their progress, and the figures worked out
    page.get_by_role("button", name="Charger dans la base").click()
    page.get_by_role("link", name=re.compile("Défaire cet import")).wait_for(timeout=300_000)
    imported = page.url
    _wait_for(page, "/", "Donateurs depuis 12 mois", seconds=300)

    # then the day begins with them
    assert page.locator(".mc-figure").count() >= 3
    somebody = page.locator(".mc-people a").first.inner_text()

    # a donor is found as her name is typed
    page.goto("/donors/")
    page.keyboard.type(somebody.split()[-1].lower())
    page.locator("#found").get_by_role("link", name=somebody).first.click()
    assert page.locator("h1").first.inner_text().strip() == somebody
    page.get_by_text("Dons par année").wait_for()
    assert page.locator(".mc-timeline .mc-gift").count() >= 1

    # a segment is built, and counted while it is
    page.goto("/segments/new/")
    page.locator("[name=name]").fill("Ont donné deux fois")
    page.locator("select[name^='name.']").first.select_option("gifts_24m")
    page.locator("input[name^='value.']").fill("2")
    page.keyboard.press("Tab")
    counted = page.locator("#shown dl.mc-figures dd").first
    counted.wait_for()
    page.wait_for_function(
        "document.querySelector('#shown dl.mc-figures dd') && "
        "document.querySelector('#shown dl.mc-figures dd').textContent.trim() !== '0'"
    )
    found = _number(counted.inner_text())
    assert 0 < found < 300
    page.get_by_role("button", name="Enregistrer").click()
    page.wait_for_url(re.compile(r"/segments/\d+/$"))
    assert "Ont donné deux fois" in page.title()
    _eventually(
        page,
        lambda: _number(page.locator("dl.mc-figures dd").first.inner_text()) == found,
        seconds=300,
    )

    # the donors leave in a file that anybody opens
    rows = _donors_file(page, tmp_path).splitlines()
    assert len(rows) - 1 == _people(exports)

    # when the import is taken back, it is said what goes
    page.goto(imported)
    page.get_by_role("link", name=re.compile("Défaire cet import")).click()
    said = _said(page)
    assert "Ce qui sera retiré" in said
    assert re.search(r"[\d\s]+ dons\b", said)
    assert f"{_people(exports)} donateurs que seul cet import" in said
    page.get_by_role("button", name="Défaire l’import").click()
    _wait_for(page, imported, "Défait le", seconds=300)

    # then it is as if nothing had been loaded
    page.goto("/donors/?q=" + somebody.split()[-1])
    assert page.locator("#found .mc-empty").count() == 1


@pytest.mark.parametrize("width", [1280, 390])
def test_the_keyboard_begins_where_a_gift_begins(house, claire, width):
    page = house.visitor(width=width, storage_state=claire.context.storage_state())
    page.goto("/giving/enter/")

    page.wait_for_function("document.activeElement.id === 'q'", timeout=2_000)


def test_a_gift_of_somebody_known_takes_seconds(claire, madeleine, record_property):
    claire.goto("/giving/enter/")
    typist = Typist(claire)
    typist.types("quatre")
    claire.locator("#people input[name=donor]").wait_for()
    typist.tabs_to("amount")
    typist.types("50")
    typist.presses("Enter")
    claire.locator("table").get_by_role("link", name=re.compile("Quatremère")).first.wait_for()

    _tell(record_property, "known", typist)
    assert typist.seconds() < 20
    assert "50" in claire.locator("table tbody tr").first.inner_text()


def test_a_gift_of_somebody_new_takes_seconds_too(claire, record_property):
    claire.goto("/giving/enter/")
    typist = Typist(claire)
    typist.tabs_to("SUMMARY")
    typist.presses("Enter")
    typist.tabs_to("first_name")
    typist.types("Zoé")
    typist.tabs_to("last_name")
    typist.types("Xylandre")
    typist.tabs_to("amount")
    typist.types("20")
    typist.presses("Enter")
    claire.locator("table").get_by_role("link", name=re.compile("Xylandre")).first.wait_for()

    _tell(record_property, "new", typist)
    assert typist.seconds() < 20


def test_a_donor_chooses_on_a_phone_and_the_ledger_says_so(house, claire, madeleine, stale):
    claire.goto(f"/rights/donor/{madeleine}/")
    link = claire.get_by_role("link", name=re.compile("Lien vers ses préférences"))
    phone = house.visitor(width=390)
    phone.goto(link.get_attribute("href"))
    boxes = phone.get_by_role("group", name="Appels aux dons")
    was = boxes.get_by_label("E-mail").is_checked()
    boxes.get_by_label("E-mail").set_checked(not was)
    phone.get_by_role("button", name="Enregistrer mes choix").click()

    phone.locator("[role=status]").wait_for()
    assert boxes.get_by_label("E-mail").is_checked() is not was
    claire.reload()
    ledger = claire.locator("section[aria-labelledby=consent-history] tbody tr")
    assert ledger.count() >= 1
    assert "Appels aux dons" in ledger.first.inner_text()

    # a link that is too old says how to have another
    answer = phone.goto(f"/preferences/{stale(house, madeleine)}/")
    assert answer.status == 410
    assert phone.get_by_label("e-mail", exact=False).count() == 1


def test_a_donor_who_is_erased_is_nowhere(claire, madeleine, tmp_path):
    before = _donors_file(claire, tmp_path)
    assert "Quatremère" in before

    # when she asks to be erased
    claire.goto("/rights/")
    claire.locator("[name=kind]").select_option("erasure")
    claire.locator("[name=asked_by]").fill("Madeleine Quatremère")
    claire.locator("[name=donor]").fill(madeleine)
    claire.locator("main form .mc-button").last.click()
    claire.get_by_role("link", name="Effacer").click()
    claire.locator("[name=number]").fill(madeleine)
    claire.get_by_role("button", name="Effacer").click()
    claire.wait_for_url(re.compile("/rights/$"))

    # then she is found nowhere
    claire.goto("/donors/?q=quatremere")
    assert "Quatremère" not in claire.locator("#found").inner_text().replace("« quatremere »", "")
    assert claire.goto(f"/donors/{madeleine}/").status in (404, 410)
    assert "Quatremère" not in _donors_file(claire, tmp_path)


def test_a_caller_sees_the_list_given_to_him_alone(house, claire, madeleine):
    # given a volunteer who was invited, and one call that is his
    claire.goto("/accounts/staff/")
    claire.locator("[name=email]").fill("paul@example.org")
    claire.locator("[name=role]").select_option("caller")
    claire.get_by_role("button", name="Inviter").click()
    link = claire.locator("input[readonly]").first
    paul = house.visitor(width=390)
    paul.goto(link.input_value())
    paul.get_by_role("button", name="Entrer").click()
    _joins(paul, "Paul Roy")
    claire.goto(f"/donors/{madeleine}/")
    claire.get_by_text("Prévoir une tâche").click()
    claire.locator("#t-what").fill("Prendre de ses nouvelles")
    claire.locator("#t-kind").select_option("call")
    claire.locator("#t-owner").select_option(label="Paul Roy")
    claire.locator("form[action$='/task/'] button").click()

    # then he sees that call, and nothing else of anybody
    paul.goto("/calls/")
    assert paul.locator("article").count() == 1
    assert "Quatremère" in paul.inner_text("main")
    for address in ("/donors/?q=quatremere", f"/donors/{madeleine}/", "/exports/", "/segments/",
                    "/imports/", "/rights/", "/giving/enter/", "/accounts/staff/"):  # fmt: skip
        assert paul.goto(address).status in (403, 404), address
    assert "Quatremère" not in paul.inner_text("body")


@pytest.fixture
def stale():
    """The token of a link to somebody's preferences that is a hundred days old."""

    def signed(house, number):
        from django.core import signing

        from mecene_web.consent import links

        with pytest.MonkeyPatch.context() as patched:
            long_ago = time.time() - 100 * 86_400
            patched.setattr(signing.time, "time", lambda: long_ago)
            key = (house.home / "secret_key").read_text(encoding="ascii")
            return signing.dumps([int(number), "0" * 12], key=key, salt=links._SALT, compress=False)

    return signed


def _joins(page, name, email=""):
    if email:
        page.locator("[name=email]").fill(email)
    page.locator("[name=name]").fill(name)
    page.locator("[name=password]").fill(_PASSWORD)
    page.locator("[name=password_again]").fill(_PASSWORD)
    page.get_by_role("button", name="Commencer").click()
    page.wait_for_url(lambda url: "welcome" not in url)


def _wait_for(page, address, words, *, seconds):
    page.goto(address)
    _eventually(page, lambda: words in _said(page), seconds=seconds)


def _eventually(page, there, seconds=15):
    until = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < until, page.inner_text("main")[:2_000]
        page.wait_for_timeout(500)
        page.reload()


def _donors_file(page, folder):
    """Have the donors exported; return the file's text."""
    page.goto("/exports/")
    already = page.locator("#made tbody tr").count()
    page.locator("form[aria-labelledby=kind-donors] button").click()
    _eventually(
        page,
        lambda: (
            page.locator("#made tbody tr").count() > already
            and page.locator("#made tbody tr").first.locator("a").count()
        ),
        seconds=120,
    )
    with page.expect_download() as coming:
        page.locator("#made a").first.click()
    coming.value.save_as(folder / "donors.csv")
    return (folder / "donors.csv").read_text(encoding="utf-8-sig")


def _people(exports):
    return len(dict(exports)["donors.csv"].splitlines()) - 1


def _said(page):
    return re.sub("[\u00a0\u202f]", " ", page.inner_text("main"))


def _number(text):
    return int(re.sub(r"\D", "", text) or -1)


def _tell(record_property, who, typist):
    told = f"{typist.keys} keys, {typist.seconds():.1f} s at {SECONDS_A_KEY} s a key"
    record_property(who, told)
    print(f"\na gift of somebody {who}: {told}", file=sys.stderr)
