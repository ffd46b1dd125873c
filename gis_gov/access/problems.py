"""What is answered to whom is not signed in, or not allowed."""

from collections.abc import Mapping
from typing import ClassVar

from gis_gov.problems import Problem


class SignInNeeded(Problem):
    """Nobody is signed in, or the sign-in or key is not valid any more."""

    slug, title, status = "sign-in-needed", "Sign in first", 401
    headers: ClassVar[dict[str, str]] = {"www-authenticate": 'Bearer realm="gis_gov"'}

    def __init__(self, detail: str = "Sign in, or send a key as `Authorization: Bearer`.") -> None:
        super().__init__(detail)


class NotAllowed(Problem):
    """Who asks has not the right."""

    slug, title, status = "not-allowed", "Not allowed", 403


class PasswordChangeNeeded(NotAllowed):
    """The password has to be changed before anything else."""

    slug, title, status = "password-change-needed", "Change the password first", 403


class ForgedRequest(NotAllowed):
    """A browser's write came without the token that only our own page knows."""

    slug, title, status = "forged-request", "The request does not come from our page", 403


class CannotOpen(Problem):
    """A sealed value does not open with the keys that the server has."""

    slug, title, status = "cannot-open", "A sealed value does not open", 503

    def __init__(
        self, detail: str = "The key of this value is not here; tell the administrator."
    ) -> None:
        super().__init__(detail)


class WeakPassword(Problem):
    """The new password is too weak, or was used before."""

    slug, title, status = "weak-password", "Choose another password", 400

    def __init__(self, faults: Mapping[str, str]) -> None:
        told = [{"code": code, "what": what} for code, what in faults.items()]
        super().__init__(" ".join(faults.values()), faults=told)
