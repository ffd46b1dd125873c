"""What a fault is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gis_gov.simulation.phone import Phone

Befall = Callable[[Phone, np.random.Generator], list[Phone]]
"""Make of what a good phone would have told what is told with the fault, by one phone or more."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault by its name.

    `gone` is the share of the way that the worker went all the same. `is_lie` says that somebody
    wants more than that; where `is_late`, all of it comes to the server in the end.
    """

    name: str
    befall: Befall
    gone: float = 1.0
    is_lie: bool = False
    is_late: bool = False
