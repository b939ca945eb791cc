"""Property tests take the same examples everywhere, and as long as they need on a busy machine."""

from hypothesis import settings

settings.register_profile("polynet", derandomize=True, deadline=None, database=None)
settings.load_profile("polynet")
