"""What holds for every test."""

from hypothesis import settings

# A law is about what is found, not about how long a busy machine takes to find it.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
