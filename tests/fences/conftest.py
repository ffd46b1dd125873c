"""Two communities with a worker each, as for patrols."""

from tests.patrols.conftest import people_url, running, signed_in

__all__ = ["people_url", "running", "signed_in"]
