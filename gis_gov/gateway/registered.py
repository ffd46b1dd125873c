"""The terminals that are registered in the database."""

from dataclasses import dataclass
from typing import Final

from gis_gov.db.pool import Pool
from gis_gov.db.run import rows_of, sql_file
from gis_gov.db.scope import SYSTEM
from gis_gov.gateway.jt808.signing_in import Registration
from gis_gov.gateway.terminals import Terminal

_PACKAGE: Final = __package__ or ""


@dataclass(frozen=True, slots=True)
class _Row:
    device: str
    terminal_id: str | None
    code_digest: bytes | None


class RegisteredTerminals:
    """Find and enrol terminals as the table of devices has them."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def find(self, phone: str) -> Terminal | None:
        """Return a terminal, or None if nobody entered it."""
        async with self._pool.connection(SYSTEM) as conn:
            found = await rows_of(conn, _Row, sql_file(_PACKAGE, "terminal"), {"phone": phone})
        for row in found:
            return Terminal(phone, row.device, row.terminal_id, row.code_digest)
        return None

    async def enrol(self, phone: str, registration: Registration, code_digest: bytes) -> bool:
        """Keep the digest of its new code, and from the first time on its id; or say False."""
        values = {
            "phone": phone,
            "terminal_id": registration.terminal_id,
            "code_digest": code_digest,
        }
        async with self._pool.connection(SYSTEM) as conn:
            return bool((await conn.execute(sql_file(_PACKAGE, "enrol"), values)).rowcount)

    async def withdraw(self, phone: str) -> None:
        """Forget the code."""
        async with self._pool.connection(SYSTEM) as conn:
            await conn.execute(sql_file(_PACKAGE, "withdraw"), {"phone": phone})
