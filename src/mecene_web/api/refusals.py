"""Refusals: which problem each thing that can go wrong is to who called the API."""

import logging
from collections.abc import Callable
from typing import Any

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from mecene_web.api import correct, enrolling, people, problems, write
from mecene_web.api.problems import Problem, answer
from mecene_web.design import busy
from mecene_web.journeys import enrol

_MOST = 100  # of the errors of one request
log = logging.getLogger("mecene.api")


def install(api: NinjaAPI) -> None:
    """Have an API answer every refusal as a problem."""
    for kind, turn in _TURNS.items():
        api.add_exception_handler(kind, _answered(turn))


def _answered(turn: Callable[[Any], Problem]) -> Callable[[HttpRequest, Any], HttpResponse]:
    return lambda request, told: answer(turn(told))


def _no_donor(told: people.NoDonor) -> Problem:
    more = {"merged_into": told.merged_into} if told.merged_into else {}
    return Problem(404, str(told), **more)


def _invalid(told: ValidationError) -> Problem:
    errors = [
        {"at": "/".join(map(str, error["loc"])), "reason": error["msg"]} for error in told.errors
    ]
    return Problem(422, "some of it is not what it must be", errors=errors[:_MOST])


def _rows(told: write.RefusedRows) -> Problem:
    errors = [{"at": f"body/{index}", "reason": why} for index, why in told.reasons.items()]
    return Problem(422, "nothing was written: some rows cannot be", errors=errors[:_MOST])


def _locked(told: OperationalError) -> Problem:
    return problems.busy() if busy.is_busy(told) else _broken(told)


def _broken(told: Exception) -> Problem:
    log.error("the API broke", exc_info=told)
    return Problem(500, "something broke here; nothing of this request was kept")


_TURNS: dict[type[Exception], Callable[[Any], Problem]] = {
    Problem: lambda told: told,
    AuthenticationError: lambda told: Problem(401, "send Authorization: Bearer and a key"),
    HttpError: lambda told: Problem(told.status_code, told.message),
    Http404: lambda told: Problem(404, "there is nothing at this address"),
    ValidationError: _invalid,
    people.Nobody: lambda told: Problem(422, str(told)),
    people.NoDonor: _no_donor,
    correct.NotThere: lambda told: Problem(404, str(told)),
    correct.AlreadyOtherwise: lambda told: Problem(409, str(told)),
    enrolling.NoJourney: lambda told: Problem(404, str(told)),
    enrol.NotLive: lambda told: Problem(409, f"the journey is {told}: nobody enters it now"),
    write.RefusedRows: _rows,
    OperationalError: _locked,
    Exception: _broken,
}
