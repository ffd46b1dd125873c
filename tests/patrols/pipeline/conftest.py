"""Property tests here share two busy cores with the rest: no deadline per example."""

from hypothesis import settings

settings.register_profile("shared_machine", deadline=None, print_blob=True)
settings.load_profile("shared_machine")
