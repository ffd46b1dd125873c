"""Settings that are handed over as files: `GIS_GOV_NAME_FILE` names the one of `GIS_GOV_NAME`."""

import os
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource


class SettingsError(ValueError):
    """The settings contradict each other; the message is one line that says how."""


class NamedFiles(PydanticBaseSettingsSource):
    """Values in files that the environment names.

    A file that can't be read is an OSError, which tells its name.
    """

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return the value, its name, and that it is not to be decoded."""
        del field
        if f"{field_name}_file" in self.settings_cls.model_fields:
            return None, field_name, False  # a setting of its own, read by whoever needs it
        name = f"{self.config.get('env_prefix', '')}{field_name}".upper()
        path = os.environ.get(f"{name}_FILE")
        if not path:
            return None, field_name, False
        if os.environ.get(name):
            raise SettingsError(f"{name} and {name}_FILE are both set; keep one")
        return Path(path).read_text(encoding="utf-8").strip(), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return all values that there are files for."""
        found = {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in found.items() if value is not None}
