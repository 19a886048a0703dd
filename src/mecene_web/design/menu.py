"""Menu: where each page stands beside the others, and who sees it there."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from mecene_web.design import words

# Group → (name, address, icon, what one must be allowed to do).
_MENU: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "daily": (
        ("overview", "overview:today", "home", "see_overview"),
        ("calls", "overview:calls", "call", "see_own_list"),
        ("donors", "donors:search", "group", "see_donors"),
        ("enter", "giving:enter", "volunteer_activism", "enter_gifts"),
    ),
    "know": (
        ("segments", "segments:all", "category", "build_segments"),
        ("figures", "overview:figures", "monitoring", "see_overview"),
        ("paths", "overview:paths", "conversion_path", "see_overview"),
    ),
    "act": (
        ("messages", "messages:all", "mail", "send_messages"),
        ("journeys", "journeys:all", "route", "send_messages"),
        ("loyalty", "loyalty:all", "loyalty", "see_overview"),
        ("experiments", "experiments:all", "science", "see_overview"),
    ),
    "data": (
        ("imports", "imports:all", "upload_file", "import_files"),
        ("duplicates", "donors:duplicates", "merge", "edit_donors"),
        ("cheques", "giving:batches", "receipt_long", "enter_gifts"),
        ("exports", "exports:all", "download", "export"),
    ),
    "care": (
        ("rights", "rights:all", "shield_person", "handle_rights"),
        ("audit", "accounts:trace", "history", "see_audit"),
        ("staff", "accounts:staff", "badge", "manage_staff"),
        ("keys", "api:keys", "key", "manage_settings"),
        ("association", "accounts:association", "settings", "manage_settings"),
    ),
}


# Page that the menu does not list → the one under which it stands; else the first of its app.
_UNDER = {
    "overview:donor": "donors:search", "overview:timeline": "donors:search",
    "overview:known": "donors:search", "overview:chapter": "overview:figures",
    "overview:travelled": "overview:paths",
    "uplift:all": "experiments:all", "uplift:one": "experiments:all",
    "experiments:contents": "experiments:all", "experiments:kpis": "experiments:all",
    "uplift:aim": "experiments:all",
    "giving:batch": "giving:batches", "giving:slip": "giving:batches",
}  # fmt: skip


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the menu as the frame draws it: groups of pages the reader may open."""
    groups = []
    for group, pages in _MENU.items():
        items = [
            {
                "title": words.say("design", f"menu.{name}"),
                "icon": icon,
                "link": reverse(address),
                "active": _here(address),
            }
            for name, address, icon, what in pages
            if _there(address) and request.user.is_authenticated and request.user.may(what)
        ]
        if items:
            title = words.say("design", f"groups.{group}")
            groups.append({"title": title, "items": items, "separator": bool(groups)})
    return groups


def own(_request: HttpRequest) -> list[dict[str, str]]:
    """Return what stands under a member's own name."""
    return [{"title": words.say("design", "menu.own"), "link": reverse("accounts:own")}]


def _there(address: str) -> bool:
    try:
        reverse(address)
    except NoReverseMatch:
        return False
    return True


def _here(address: str) -> Callable[[HttpRequest], bool]:
    return lambda request: bool(
        request.resolver_match and _listed(request.resolver_match.view_name) == address
    )


def _listed(name: str) -> str | None:
    listed = [page[1] for pages in _MENU.values() for page in pages]
    if name in listed:
        return name
    app = name.partition(":")[0]
    return _UNDER.get(name) or next((one for one in listed if one.startswith(f"{app}:")), None)
