"""Mail bounces: what each provider says of a mail that came back, beyond anymail's words for it.

Anymail has one word, ``bounced``, where most providers tell an address that is wrong from a mailbox
that is full today. The difference is a donor's: who is wrong is written to no more.
"""

from typing import Any

# SparkPost: https://support.sparkpost.com/docs/deliverability/bounce-classification-codes:
# 10, 30 and 90 are hard; 25 and 50-54 are refusals, which anymail tells; these pass.
_SPARKPOST_SOFT = frozenset({"20", "21", "22", "23", "24", "40", "60", "70", "100"})
# Unisender Go: https://godocs.unisender.ru/web-api-ref#callback-format; what is not the address's.
_UNISENDER_SOFT = frozenset(
    {"err_will_retry", "err_mailbox_full", "err_too_large", "err_unreachable", "err_lost",
     "err_skip_letter", "err_destination_misconfigured", "err_delivery_failed"}
)  # fmt: skip
# A provider's own list of whom it no longer writes to: not the donor's server that refuses us.
_OWN_LISTS = frozenset({"blocked", "spam", "unsubscribed"})


def word(event: Any) -> str:
    """Return what happened, in anymail's words."""
    raw = _raw(event)
    if _part(raw, "payload").get("status") == "HardFail":
        # Postal: the donor's server refused it for good; anymail says ``failed``, as of a template.
        return "bounced"
    return str(event.event_type)


def said(event: Any) -> str:
    """Return the server's words and codes, as far as the provider tells them."""
    raw = _raw(event)
    returned = _part(raw, "bounce").get("bouncedRecipients")  # Amazon's
    first = returned[0] if isinstance(returned, list) and returned else {}
    told = (
        first.get("status") if isinstance(first, dict) else None,
        event.mta_response, event.description, raw.get("status"), raw.get("error"),
        raw.get("comment"), _part(raw, "msg").get("bounce_description"),
    )  # fmt: skip
    words = dict.fromkeys(part for part in told if isinstance(part, str) and part)
    return " ".join(words)


def reason(event: Any) -> str:
    """Return anymail's reason; empty where what sent it back may pass, or is not the address's."""
    if _may_pass(_raw(event)):
        return ""
    if event.event_type == "rejected" and event.reject_reason in _OWN_LISTS:
        return ""
    if event.reject_reason is None and word(event) == "bounced":
        return "bounced"
    return str(event.reject_reason or "")


def _may_pass(raw: dict[str, Any]) -> bool:
    words = " ".join(str(raw.get(name, "")) for name in ("event", "type", "Type", "severity"))
    if "soft" in words.lower() or "temporary" in words or raw.get("hard_bounce") is False:
        return True
    if raw.get("event") == "bounce" and raw.get("type") == "blocked":
        return True  # SendGrid: the message was refused, for a time; not the address
    told = _part(raw, "bounce").get("bounceType") or _part(raw, "data", "bounce").get("type")
    if told in ("Transient", "Undetermined"):  # Amazon's words, and Resend's, which are Amazon's
        return True
    for event in _part(raw, "msys").values():
        if isinstance(event, dict) and str(event.get("bounce_class")) in _SPARKPOST_SOFT:
            return True
    return _part(raw, "delivery_info").get("delivery_status") in _UNISENDER_SOFT


def _raw(event: Any) -> dict[str, Any]:
    return event.esp_event if isinstance(event.esp_event, dict) else {}


def _part(raw: dict[str, Any], *names: str) -> dict[str, Any]:
    for name in names:
        raw = raw.get(name) or {}
        if not isinstance(raw, dict):
            return {}
    return raw
