"""Write docs/openapi.json anew: `python -m tests.contracts.openapi_document`."""

import json
from pathlib import Path

from gis_gov.app import create_app
from gis_gov.settings import Settings

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"


def made() -> str:
    """Return the document as it is committed."""
    document = create_app(Settings(database_url="postgresql://nowhere/none")).openapi()
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    COMMITTED.write_text(made(), encoding="utf-8")
