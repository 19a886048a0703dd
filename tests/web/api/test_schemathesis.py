"""Whatever is sent to the API, and however odd, it never breaks (5xx)."""

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error

from mecene_web.api import keys, limits, people
from mecene_web.wsgi import application

pytestmark = [pytest.mark.slow, pytest.mark.once, pytest.mark.django_db(transaction=True)]
MOST = 40


def test_nothing_that_its_description_allows_or_forbids_breaks_it(monkeypatch, settings_free):
    told = [{"email": "zoe@exemple.fr", "source_ref": "1"}]
    people.welcome(told, source="x", now=settings_free)
    _, token = keys.make("fuzz", source="fuzz", scopes=keys.SCOPES, now=settings_free, by=None)
    monkeypatch.setattr(limits, "PER_KEY_MINUTE", 10**9)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    seen: dict[int, int] = {}

    for operation in schema.get_all_operations():
        found = operation.ok()

        @settings(max_examples=MOST, deadline=None, database=None, derandomize=True,
                  phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
        @schema_given(found)
        def holds(case):
            answer = case.call(headers={"Authorization": f"Bearer {token}"})
            seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
            case.validate_response(answer, checks=[not_a_server_error])
            if answer.status_code >= 400:
                assert answer.headers["content-type"][0] == "application/problem+json"
                json.loads(answer.content)

        holds()

    assert sum(seen.values()) > 500
    assert seen.get(200, 0) + seen.get(201, 0) > 20, seen


def schema_given(operation):
    from hypothesis import given, strategies
    from schemathesis import GenerationMode

    cases = [operation.as_strategy(generation_mode=mode)
             for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]  # fmt: skip
    return given(case=strategies.one_of(cases))


@pytest.fixture
def settings_free():
    from django.utils import timezone

    limits.forget()
    return timezone.now()
