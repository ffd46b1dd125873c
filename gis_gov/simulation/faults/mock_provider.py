"""An app that makes places up, while the phone lies at home."""

from dataclasses import replace

import numpy as np

from gis_gov.simulation.phone import Phone


def befall(phone: Phone, _random: np.random.Generator) -> list[Phone]:
    """Let the phone's system tell of the app, as it does."""
    return [replace(phone, is_mock=np.ones(len(phone), dtype=np.bool_))]
