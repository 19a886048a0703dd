"""Every page we serve is readable by all, fits a desk and a phone, and speaks one language.

The addresses themselves are walked: a page that nobody visits here fails a test.
"""

import os
import re
import shutil

import pytest
from django.urls import URLResolver, get_resolver, reverse

# Every page, in both languages and widths: minutes (make proofs).
walk = pytest.mark.proof

# Name → its arguments, by what the association here holds; visited by its administrator.
PAGES = {
    "overview:today": {}, "overview:list": {"code": "list"}, "overview:figures": {},
    "overview:chapter": {"anchor": "chapter"}, "overview:donor": {"donor_id": "donor"},
    "overview:timeline": {"donor_id": "donor"}, "overview:known": {"donor_id": "donor"},
    "overview:calls": {}, "donors:search": {}, "donors:duplicates": {}, "donors:new": {},
    "donors:edit": {"donor_id": "donor"}, "giving:enter": {}, "giving:correct": {"gift_id": "gift"},
    "giving:promise": {"donor_id": "donor"}, "giving:batches": {},
    "giving:batch": {"batch_id": "batch"}, "segments:all": {}, "segments:new": {},
    "segments:one": {"segment_id": "segment"}, "segments:change": {"segment_id": "segment"},
    "api:keys": {}, "imports:all": {}, "imports:new": {}, "imports:one": {"number": "import"},
    "imports:undo": {"number": "import"}, "exports:all": {}, "rights:all": {},
    "rights:one": {"number": "request"}, "rights:consent": {"number": "donor"},
    "rights:erase": {"number": "donor"}, "rights:retention": {}, "rights:archives": {},
    "accounts:own": {}, "accounts:staff": {}, "accounts:member": {"number": "member"},
    "accounts:trace": {}, "accounts:association": {}, "consent:ask": {},
    "account_logout": {}, "account_email": {}, "account_change_password": {},
    "account_reauthenticate": {}, "mfa_index": {}, "mfa_activate_totp": {},
    "usersessions_list": {}, "socialaccount_connections": {}, "messages:all": {},
    "messages:new": {}, "messages:new_campaign": {}, "messages:unknown": {},
    "overview:paths": {}, "overview:travelled": {"act": "act"},
    "experiments:all": {}, "experiments:new": {}, "experiments:method": {},
    "experiments:contents": {}, "loyalty:all": {}, "uplift:all": {},
    "messages:letters": {}, "messages:rules": {}, "messages:why": {"donor_id": "donor"},
    "journeys:all": {}, "journeys:one": {"journey_id": "journey"},
    "journeys:condition": {"journey_id": "journey"}, "journeys:stuck": {"journey_id": "journey"},
    "journeys:rehearsals": {"journey_id": "journey"}, "journeys:settings": {},
    "journeys:move": {"journey_id": "journey", "version_id": "version"},
    "journeys:why": {"donor_id": "donor"},
}  # fmt: skip
# What an address is asked with.
ASKED = {"journeys:condition": "?at=audience"}
# Visited by a stranger.
OUTSIDE = {
    "account_login": {}, "account_reset_password": {}, "account_reset_password_done": {},
    "account_inactive": {}, "accounts:first": {"token": "cut"}, "consent:centre": {"token": "cut"},
    "messages:leave": {"token": "cut"},
    "socialaccount_login_cancelled": {}, "socialaccount_login_error": {},
}  # fmt: skip
# Pages that say no, and whose status says it too.
REFUSALS = {"socialaccount_login_error"}
# Not pages: parts of one, files, what only a form sends to, and programs' own.
PARTS = {
    "overview:night", "overview:refresh", "overview:picture", "overview:note", "overview:task",
    "overview:task_done", "overview:follow", "overview:person", "overview:told", "overview:result",
    "donors:judge", "donors:unmerge", "donors:alike", "giving:people", "giving:end",
    "giving:close", "giving:out", "segments:shown", "segments:columns", "segments:archive",
    "api:revoke", "api:provider", "api:retry", "api:hook", "imports:remap", "imports:again",
    "imports:load", "imports:cancel", "imports:rejects", "exports:new", "exports:file",
    "rights:close", "rights:answered", "rights:record", "rights:silence", "rights:export",
    "rights:lift", "rights:confirm", "accounts:role", "accounts:active", "accounts:link",
    "accounts:trace_file", "accounts:trace_check", "collect", "collect-script", "admin/login/",
    "openid_connect_login", "openid_connect_callback", "mfa_download_recovery_codes",
    "messages:archive", "messages:publish", "messages:change", "messages:preview",
    "messages:reading", "messages:variant", "messages:try", "messages:agree", "messages:stop",
    "messages:resume", "messages:lift", "messages:print", "messages:returned", "messages:seed",
    "messages:letters_file", "messages:report", "messages:follow", "experiments:size",
    "experiments:act", "experiments:picture", "journeys:roll_out",
    "journeys:new", "journeys:copy", "journeys:draw", "journeys:publish", "journeys:state",
    "journeys:enrol", "journeys:repair", "journeys:judged", "messages:typed",
    "experiments:kpi_picture", "loyalty:make", "loyalty:end", "loyalty:use", "loyalty:picture",
    "uplift:study", "uplift:make", "uplift:model", "uplift:picture",
}  # fmt: skip
# Pages that want a state this association is not in; each is visited by a test of its own app.
ELSEWHERE = {
    "giving:slip", "rights:archive", "messages:write", "messages:campaign",
    "experiments:one", "experiments:of_campaign", "experiments:kpis", "journeys:standing",
    "uplift:one", "uplift:aim",
    "accounts:welcome", "account_signup", "account_set_password",
    "account_email_verification_sent", "account_confirm_login_code", "account_confirm_email",
    "account_reset_password_from_key", "account_reset_password_from_key_done",
    "mfa_authenticate", "mfa_reauthenticate", "mfa_deactivate_totp", "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes", "socialaccount_signup",
}  # fmt: skip
# Words of the frame and of the libraries that must not be left on a page of the other language.
FOREIGN = {
    "fr": r"\b(Sign (in|out|up)|Log (in|out)|Save|Delete|Cancel|Change password|E-?mail address|"
    r"Settings|Search|Your|The|Please|Home|Add|No results|Authenticator|Recovery codes|Back)\b",
    "en": r"\b(Enregistrer|Supprimer|Annuler|Rechercher|Chercher|Donateurs|Aujourd.hui|Modifier|"
    r"Se déconnecter|Mot de passe|Retour|Votre|Vous|Connexion|Ajouter|Aucune?|Chiffres)\b",
}


def _walked(resolver, space=""):
    for part in resolver.url_patterns:
        if isinstance(part, URLResolver):
            yield from _walked(part, space + (f"{part.namespace}:" if part.namespace else ""))
        else:
            yield space + (part.name or str(part.pattern))


def test_every_address_is_a_page_visited_here_or_said_not_to_be():
    there = {name for name in _walked(get_resolver()) if not name.startswith(("admin:", "api-v1:"))}
    known = PAGES.keys() | OUTSIDE.keys() | PARTS | ELSEWHERE
    # allauth's old addresses lead to the new ones
    assert {name for name in there - known if not name.startswith("social/")} == set()
    assert known - there == set()


@pytest.fixture(scope="module")
def house(served, tmp_path_factory):
    """An association of 300 donors, loaded and worked out.

    ``MECENE_LOADED_HOME`` names one that is already, to be copied: loading takes a minute.
    """
    from mecene.cli import simulate

    folder = tmp_path_factory.mktemp("association")
    if loaded := os.environ.get("MECENE_LOADED_HOME"):
        shutil.copytree(loaded, folder / "home")
        with served(folder / "home") as house:
            yield house
            assert house.complaints == []
        return
    exports = folder / "exports"
    simulate.write(exports, donors=300, years=4, seed=11, clean=False, names=True, lang="fr")
    with served(folder / "home", "--demo", str(exports)) as house:
        yield house
        assert house.complaints == []


@pytest.fixture(scope="module")
def signed_in(house):
    """What the browser of the administrator keeps, and what is there to visit."""
    page = house.visitor()
    page.goto(house.first_login)
    page.locator("form button").click()
    page.locator("[name=email]").fill("claire@example.org")
    page.locator("[name=name]").fill("Claire Morel")
    for name in ("password", "password_again"):
        page.locator(f"[name={name}]").fill("un château de sable")
    page.locator("[name=language]").select_option("")
    page.locator("form button").click()
    page.goto("/")
    there = {"import": "1", "member": "1", "cut": "x", "act": "subscription"}
    there["list"] = _in_link(page, r"/lists/([\w-]+)/")
    there["donor"] = _in_link(page, r"/donors/(\d+)/$")
    page.goto("/figures/")
    there["chapter"] = _in_link(page, r"/figures/([\w-]+)/")
    page.goto(f"/giving/enter/?donor={there['donor']}")
    page.locator("#amount").fill("50")
    page.keyboard.press("Enter")
    page.wait_for_selector("a[href*='/correct/']")
    there["gift"] = _in_link(page, r"/gifts/(\d+)/correct/")
    page.goto("/giving/cheques/")
    page.locator("#count").fill("2")
    page.locator("#total").fill("120")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/cheques/\d+/"))
    there["batch"] = page.url.rstrip("/").split("/")[-1]
    page.goto("/rights/")
    page.locator("#asked_by").fill("Mme Barbier")
    page.locator("#donor").fill(there["donor"])
    page.locator("#asked_by").press("Enter")
    page.wait_for_url(re.compile(r"/rights/\d+/$"))
    there["request"] = page.url.rstrip("/").split("/")[-1]
    page.goto("/segments/new/")
    page.locator("#name").fill("Ont donné deux fois")
    page.locator("details:has(#condition)").evaluate("box => box.open = true")
    page.locator("#condition").fill("gifts_24m >= 2")
    page.locator("form#segment > p button").click()
    page.wait_for_url(re.compile(r"/segments/\d+/$"))
    there["segment"] = page.url.rstrip("/").split("/")[-1]
    page.goto("/journeys/")
    page.locator("#name").fill("Après un don")
    page.locator("#name").press("Enter")
    page.wait_for_url(re.compile(r"/journeys/\d+/$"))
    there["journey"] = page.url.rstrip("/").split("/")[-1]
    page.locator("form[action$='/publish/'] button").click()
    page.wait_for_load_state()
    there["version"] = "1"
    return page.context.storage_state(), there


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("lang", ["fr", "en"])
@walk
def test_a_members_pages(house, signed_in, looked, lang, width):
    state, there = signed_in
    page = house.visitor(width=width, lang=lang, storage_state=state)
    wrong = [found for name, told in PAGES.items() for found in _visit(
        page, looked, name, told, there, lang, width)]  # fmt: skip
    assert wrong == []


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("lang", ["fr", "en"])
@walk
def test_a_strangers_pages(house, looked, lang, width):
    page = house.visitor(width=width, lang=lang)
    there = {"cut": "x"}
    wrong = [found for name, told in OUTSIDE.items() for found in _visit(
        page, looked, name, told, there, lang, width)]  # fmt: skip
    assert wrong == []


@pytest.mark.parametrize("name", ["overview:today", "overview:donor", "segments:change",
                                  "imports:one", "donors:duplicates"])  # fmt: skip
@walk
def test_a_members_page_in_the_dark(house, signed_in, looked, name):
    state, there = signed_in
    page = house.visitor(storage_state=state, color_scheme="dark")
    assert _visit(page, looked, name, PAGES[name], there, "fr", 1280, "-dark") == []


def _visit(page, looked, name, told, there, lang, width, more=""):
    """Go to a page; return what is wrong with it."""
    # Links of the public pages are signed by the installation, addresses are the same everywhere.
    address = reverse(name, kwargs={what: there[value] for what, value in told.items()})
    answer = page.goto(address + ASKED.get(name, ""))
    if answer.status >= 500 or (
        answer.status >= 400 and "cut" not in told.values() and name not in REFUSALS
    ):
        return [f"{name}: {answer.status}"]
    page.wait_for_load_state("networkidle")
    found = looked(page, f"{name.replace(':', '-')}-{width}-{lang}{more}")
    left = re.search(FOREIGN[lang], page.inner_text("body"))
    if left:
        found.append(f"{name}: « {left[0]} » is left in {lang}")
    if page.locator("h1").count() != 1:
        found.append(f"{name}: {page.locator('h1').count()} h1")
    if page.get_attribute("html", "lang") != lang:
        found.append(f"{name}: lang is {page.get_attribute('html', 'lang')}")
    return found


def _in_link(page, pattern):
    addresses = page.eval_on_selector_all("a[href]", "all => all.map(one => one.pathname)")
    return next(found[1] for one in addresses if (found := re.search(pattern, one)))
