"""What the audit's route answers."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

CSV_EXAMPLE = (
    "number,at,actor,client,action,object_kind,object_code,result,reason,detail,previous_hash"
    ",hash\r\n"
)


class AuditEntry(BaseModel):
    """One entry of the audit."""

    number: int = Field(description="Place in the chain; 1 is the first, and none is left out")
    at: datetime
    actor: str = Field(description="account:NAME, key:ID:NAME, cli:USER or anonymous")
    client: str | None = Field(description="Address, with the length of its prefix")
    action: str = Field(description="A word, or what was refused: method and route")
    object_kind: str | None
    object_code: str | None
    result: str = Field(description="ok, refused or failed")
    reason: str | None
    detail: dict[str, Any] | None
    previous_hash: str = Field(description="Hash of the entry before, in hex")
    hash: str = Field(description="SHA-256 of the entry with the hash before it, in hex")


class AuditPage(BaseModel):
    """A page of entries, the newest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "entries": [
                    {
                        "number": 12,
                        "at": "2026-01-31T00:30:00.000000Z",
                        "actor": "account:wang",
                        "client": "10.0.0.7/32",
                        "action": "tile.read",
                        "object_kind": "persons",
                        "object_code": None,
                        "result": "ok",
                        "reason": None,
                        "detail": {"times": 31},
                        "previous_hash": "9f86d081884c7d65…",
                        "hash": "60303ae22b998861…",
                    }
                ],
                "next": None,
            }
        }
    )

    entries: list[AuditEntry]
    next: str | None = Field(description="Link to the next page, null on the last")
