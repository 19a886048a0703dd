"""A member signs in with the association's own accounts: OpenID Connect, against a server here."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

pytestmark = pytest.mark.django_db
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider(BaseHTTPRequestHandler):
    """Says who is there, as OpenID Connect Core 1.0 has it; whoever asks is let through."""

    # Claims of whoever signs in, and what was sent to the token endpoint.
    who: dict[str, object]
    asked: dict[str, str]
    address: str

    def do_GET(self):
        if self.path.endswith("/.well-known/openid-configuration"):
            self._answer({
                "issuer": self.address, "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "userinfo_endpoint": f"{self.address}/userinfo", "jwks_uri": f"{self.address}/jwks",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            })  # fmt: skip
        elif self.headers["Authorization"] == "Bearer token-1":
            self._answer(self.who)
        else:
            self._answer({"error": "invalid_token"}, status=401)

    def do_POST(self):
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        type(self).asked = {name: values[0] for name, values in parse_qs(sent).items()}
        if self.asked.get("code") != "code-1" or self.asked.get("client_secret") != "s3cret":
            self._answer({"error": "invalid_grant"}, status=400)
            return
        now = int(time.time())
        claims = {"iss": self.address, "aud": "mecene", "iat": now, "exp": now + 60, **self.who}
        signed = jwt.encode(claims, KEY, algorithm="RS256")
        self._answer({"access_token": "token-1", "token_type": "Bearer", "id_token": signed})

    def log_message(self, *_told):
        pass

    def _answer(self, said, *, status=200):
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def provider(settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    Provider.address = f"http://127.0.0.1:{server.server_port}"
    Provider.asked = {}
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [{
                "provider_id": "sso", "name": "Annuaire", "client_id": "mecene",
                "secret": "s3cret", "settings": {"server_url": Provider.address},
            }],
        }
    }  # fmt: skip
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Provider
    server.shutdown()
    server.server_close()


def come_back(client, *, code="code-1", state=None):
    """Be sent to the provider, and come back with what it says."""
    sent = client.post("/accounts/oidc/sso/login/")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(sent["Location"]).query).items()}
    answer = client.get(
        "/accounts/oidc/sso/login/callback/", {"code": code, "state": state or asked["state"]}
    )
    return asked, answer


def signed_in(client):
    return client.get("/accounts/own/").status_code == 200


def test_a_member_whose_address_is_vouched_for_comes_in(browser, member, provider):
    member("fundraiser")
    provider.who = {"sub": "42", "email": "fundraiser@example.org", "email_verified": True}
    client = browser()

    asked, answer = come_back(client)

    assert answer.status_code == 302
    assert signed_in(client)
    assert asked["code_challenge_method"] == "S256"
    assert provider.asked["code_verifier"]


def test_it_is_offered_on_the_page_of_the_entrance(browser, provider):
    assert "Annuaire" in browser().get("/accounts/login/").content.decode()


@pytest.mark.parametrize(
    "who",
    [
        {"sub": "43", "email": "fundraiser@example.org", "email_verified": False},
        {"sub": "44", "email": "fundraiser@example.org"},
        {"sub": "45", "email": "stranger@example.org", "email_verified": True},
        {"sub": "46"},
    ],
    ids=["unverified", "not said", "no member", "no address"],
)
def test_nobody_else_comes_in_and_nobody_is_made(browser, member, provider, who):
    from mecene_web.accounts.models import Staff

    member("fundraiser")
    provider.who = who
    client = browser()

    _, answer = come_back(client)

    assert answer.status_code < 500
    assert not signed_in(client)
    assert Staff.objects.count() == 1


def test_a_member_who_left_does_not_come_back(browser, member, provider):
    gone = member("fundraiser")
    gone.is_active = False
    gone.save()
    provider.who = {"sub": "42", "email": "fundraiser@example.org", "email_verified": True}
    client = browser()

    come_back(client)

    assert not signed_in(client)


@pytest.mark.parametrize(
    "wrong", [{"code": "guessed"}, {"state": "guessed"}], ids=["code", "state"]
)
def test_what_is_guessed_is_refused(browser, member, provider, wrong):
    member("fundraiser")
    provider.who = {"sub": "42", "email": "fundraiser@example.org", "email_verified": True}
    client = browser()

    _, answer = come_back(client, **wrong)

    assert answer.status_code < 500
    assert not signed_in(client)
