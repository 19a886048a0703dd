"""The platform: what an association remembers, shows and does, on top of ``mecene``."""
