"""Vega: a chart in, an SVG out; run as a script, one of each a line until there is no more.

It imports nothing of Mécène's, so that a process of its own is ready at once.
"""

import json
import signal
import sys
from typing import Any

# Starting Vega and finding the fonts takes longer than any drawing.
_FIRST = {
    "data": {"values": [{"word": "é"}]},
    "mark": "text",
    "encoding": {"text": {"field": "word"}},
}


def answer(asked: dict[str, Any]) -> dict[str, str]:
    """Return ``svg``, or ``refusal`` where the chart cannot be drawn.

    Args:
        asked: ``spec`` (Vega-Lite, as JSON) and ``locales`` (arguments of vl_convert).
    """
    import vl_convert

    try:
        svg: str = vl_convert.vegalite_to_svg(
            asked["spec"],
            # A drawing that asked for a file would break the promise that nothing leaves the
            # machine.
            allowed_base_urls=[],
            **asked["locales"],
        )
    except ValueError as refused:
        return {"refusal": str(refused)}
    return {"svg": svg}


def serve() -> None:
    """Answer each line of the input by a line of the output; end with the input."""
    # An interruption is the other process's to hear: the input then ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answer({"spec": json.dumps(_FIRST), "locales": {}})
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(json.dumps(answer(json.loads(line))).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    serve()
