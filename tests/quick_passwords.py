"""Passwords of tests: as hard to guess as ever, and hashed with little work.

Work guards words that can be guessed. Thousands of connections would hash the database's password
4,096 times each, and hundreds of sign-ins each take a fifth of a second of a processor. Servers
that run as processes of their own, and the tests of `Passwords`, hash as the product does.
"""

import hmac
from base64 import b64encode
from hashlib import pbkdf2_hmac, sha256
from secrets import token_bytes
from typing import Any

import psycopg
from argon2 import PasswordHasher
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from gis_gov.access import passwords


class QuickHasher(PasswordHasher):
    """Argon2id with next to no work."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"time_cost": 1, "memory_cost": 16, "parallelism": 1, **more})


def hash_quickly() -> None:
    """Let applications in this process hash people's passwords with little work."""
    passwords.PasswordHasher = QuickHasher  # type: ignore[misc]


def quicken_sign_in(url: str) -> None:
    """Let the server know the role of a URL by one round, with the same password."""
    asked = conninfo_to_dict(url)
    name, password = str(asked["user"]), str(asked["password"])
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("alter role {} password {}").format(
                sql.Identifier(name), sql.Literal(_verifier(password))
            )
        )


def _verifier(password: str) -> str:
    """Return what SCRAM checks a password by, after one round."""
    salt = token_bytes(16)
    salted = pbkdf2_hmac("sha256", password.encode(), salt, 1)
    stored = sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    told = [b64encode(each).decode() for each in (salt, stored, server)]
    return f"SCRAM-SHA-256$1:{told[0]}${told[1]}:{told[2]}"
