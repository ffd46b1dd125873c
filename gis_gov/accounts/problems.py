"""What can be refused to who signs in, and to who administers accounts."""

from gis_gov.access.problems import NotAllowed, SignInNeeded
from gis_gov.problems import Conflict, InvalidRequest, NotFound, Unavailable


class SignInRefused(SignInNeeded):
    """The name, the password or the code is wrong, or the account is locked or disabled.

    Which of them it is, only the audit tells: anything else would tell who has an account.
    """

    slug, title, status = "sign-in-refused", "The sign-in is refused", 401

    def __init__(self) -> None:
        super().__init__(
            "The name, password or code is wrong, or the account is locked for some minutes."
        )


class CodeNeeded(SignInNeeded):
    """The password is right, and the account has a second factor."""

    slug, title, status = "code-needed", "The code of the second factor is needed", 401

    def __init__(self) -> None:
        super().__init__("Send the code that the authenticator shows now as `totp`.")


class NoOidc(NotFound):
    """No provider of OpenID Connect is set."""

    slug, title, status = "no-oidc", "No identity provider is set", 404

    def __init__(self) -> None:
        super().__init__("Sign in by POST /session; no identity provider is set here.")


class OidcRefused(SignInNeeded):
    """The identity provider's answer is not one that lets anybody in; why, the audit tells."""

    slug, title, status = "oidc-refused", "The sign-in is refused", 401

    def __init__(self) -> None:
        super().__init__(
            "The sign-in by the identity provider did not succeed, took too long, or no account"
            " here belongs to it; begin anew, or ask an administrator."
        )


class OidcUnavailable(Unavailable):
    """The identity provider does not answer, or not as it must."""

    slug, title, status = "oidc-unavailable", "The identity provider does not answer", 503

    def __init__(self) -> None:
        super().__init__(
            "The identity provider does not answer as it must; try again in a moment, or sign in"
            " by password."
        )


class WrongPassword(NotAllowed):
    """The current password, asked for once more, is wrong, or the account is locked by now."""

    slug, title, status = "wrong-password", "The current password is wrong", 403

    def __init__(self) -> None:
        super().__init__("The current password is wrong, or was wrong too often in a row.")


class WrongCode(InvalidRequest):
    """The code is not the one that the authenticator shows, or was used already."""

    slug, title, status = "wrong-code", "The code is wrong", 400

    def __init__(self) -> None:
        super().__init__("Send the code that the authenticator shows now; each is good once.")


class SecondFactorSet(Conflict):
    """The account has a second factor already."""

    slug, title, status = "second-factor-set", "There is a second factor already", 409

    def __init__(self) -> None:
        super().__init__("Remove the second factor before setting another.")


class NoSecondFactor(Conflict):
    """The account has no second factor, or none that waits for its first code."""

    slug, title, status = "no-second-factor", "There is no second factor", 409

    def __init__(self) -> None:
        super().__init__("Ask for a second factor by POST /session/totp first.")


class OwnRights(NotAllowed):
    """Nobody changes their own roles, or what others decide of their account."""

    slug, title, status = "own-rights", "Not for oneself", 403

    def __init__(self) -> None:
        super().__init__("Nobody changes their own account or roles; ask another administrator.")


class GrantTooWide(NotAllowed):
    """What is to be given is more than who gives it has, or may give."""

    slug, title, status = "grant-too-wide", "More than one's own", 403


class RolesApart(Conflict):
    """The account holds another of the roles that different people must hold (三员分立)."""

    slug, title, status = "roles-apart", "These roles are kept apart", 409


class LastGrantor(Conflict):
    """Without this account or role, nobody could grant roles any more."""

    slug, title, status = "last-grantor", "Somebody must be left to grant roles", 409

    def __init__(self) -> None:
        super().__init__("This is the last who may grant every role; grant it to another first.")


class TooManyKeys(Conflict):
    """The account has as many keys as one may have."""

    slug, title, status = "too-many-keys", "There are too many keys", 409
