"""Where the keys of sealed values lie: outside the database, in a file or in the environment."""

import base64
import binascii
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gis_gov.access.sealing import Key, Sealer, new_key
from gis_gov.settings import Settings
from gis_gov.whole_files import sync_folder

FILE: Final = "secrets.json"
"""The file of the keys in a home."""


class SecretsError(Exception):
    """The keys can't be used: the message says why, in one line, and tells nothing of them."""


def load_sealer(settings: Settings) -> Sealer:
    """Make the sealer of the keys that the settings name; a home without any gets its first.

    Raises:
        SecretsError: the keys can't be read, or are none.

    """
    return Sealer(read_keys(settings), lambda: read_keys(settings))


def read_keys(settings: Settings) -> Sequence[Key]:
    """Read the keys, the one that seals first.

    Raises:
        SecretsError: they can't be read, or are none.

    """
    if settings.secrets is not None:
        return keys_of_text(settings.secrets.get_secret_value())
    if settings.secrets_file is not None:
        return _read(settings.secrets_file)
    file = settings.home / FILE
    if not file.exists():
        _make(file)
    return _read(file)


def secrets_file(settings: Settings) -> Path | None:
    """Return the file of the keys; None where they stand in the environment."""
    if settings.secrets is not None:
        return None
    return settings.secrets_file or settings.home / FILE


def keys_of_text(text: str) -> Sequence[Key]:
    """Read keys as they stand in GIS_GOV_SECRETS.

    Raises:
        SecretsError: they are none.

    """
    return _keys([part.strip() for part in text.split(",") if part.strip()], "GIS_GOV_SECRETS")


def text_of_keys(keys: Sequence[Key]) -> str:
    """Write keys as they stand in GIS_GOV_SECRETS."""
    return ",".join(_encoded(keys))


def write_keys(file: Path, keys: Sequence[Key]) -> None:
    """Put keys in the place of those in a file, all or nothing; its owner alone can read it.

    Raises:
        SecretsError: it can't be written.

    """
    try:
        temporary = _written_beside(file, keys)
        temporary.replace(file)
        sync_folder(file.parent)
    except OSError as error:
        raise SecretsError(f"{file}: {error.strerror}; the keys are as before") from None


def _make(file: Path) -> None:
    """Make a file of one new key, unless another process is faster."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = _written_beside(file, [new_key()])
    except OSError as error:
        raise SecretsError(f"{file} can't be made: {error.strerror}") from None
    try:
        os.link(temporary, file)
        sync_folder(file.parent)
    except FileExistsError:
        pass
    except OSError as error:
        raise SecretsError(f"{file} can't be made: {error.strerror}") from None
    finally:
        temporary.unlink(missing_ok=True)


def _written_beside(file: Path, keys: Sequence[Key]) -> Path:
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as output:
            json.dump({"keys": _encoded(keys)}, output, indent=2)
            output.write("\n")
            output.flush()
            os.fsync(output.fileno())
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _read(file: Path) -> Sequence[Key]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        listed = found["keys"]
    except OSError as error:
        raise SecretsError(f"{file}: {error.strerror}; it holds the keys of sealed data") from None
    except (ValueError, KeyError, TypeError):
        raise SecretsError(f"{file} is not a file of keys; put the right one back") from None
    if not isinstance(listed, list):
        raise SecretsError(f"{file} is not a file of keys; put the right one back")
    return _keys(listed, str(file))


def _keys(texts: Sequence[object], where: str) -> Sequence[Key]:
    if not texts:
        raise SecretsError(f"{where} holds no key")
    try:
        return tuple(Key(base64.b64decode(str(text), validate=True)) for text in texts)
    except (binascii.Error, ValueError):
        raise SecretsError(f"{where} holds something that is no key (32 bytes, base64)") from None


def _encoded(keys: Sequence[Key]) -> list[str]:
    return [base64.b64encode(key.secret).decode() for key in keys]
