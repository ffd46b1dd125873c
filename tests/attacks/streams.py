"""What attacks by the live stream have in common."""

from tests.live.conftest import Servers

AROUND_VICTIM = "113.02,22.02,113.04,22.04"


def refused(attacked: Servers, before: int) -> list[tuple[str, str]]:
    """Return action and reason of each refusal of this test."""
    return [
        (action, reason)
        for action, reason in attacked.execute(
            "select action, reason from audit where result = 'refused' and number > %s"
            " order by number",
            before,
        )
    ]
