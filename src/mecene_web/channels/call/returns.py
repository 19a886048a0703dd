"""Returns: what came of a call, as who called says (``donors.models.Task.OUTCOMES``)."""

# What a caller says → anymail's word for it; the others change nothing of the message.
EVENTS = {"reached": "delivered", "refuses_calls": "unsubscribed", "given_up": "bounced"}
