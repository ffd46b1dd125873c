"""From where on a fix is not believed."""

from dataclasses import dataclass

import numpy as np

from gis_gov.geo.arrays import Floats, Positions


@dataclass(frozen=True, slots=True)
class Limits:
    """Every threshold of the pipeline, with its unit in its name."""

    future_s: float = 300.0
    """So much later than it was received a fix may be, or its device may say that it sent it."""
    early_s: float = 300.0
    """So much before it was taken a device may say that it sent it."""
    sequence_restart: int = 16
    """A device that begins to count anew does so below this, and stays below for as many fixes."""
    accuracy_m: float = 50.0
    """A fix that is told to be worse is inaccurate."""
    noise_m: float = 15.0
    """No fix is believed to be better than this, or where nothing was told; a radius."""
    noise_factor: float = 2.0
    """Fixes are off by no more than their accuracy times this."""
    jump_mps: float = 100.0
    """Nobody travels faster."""
    walk_mps: float = 3.0
    ebike_mps: float = 12.0
    car_mps: float = 35.0
    boat_mps: float = 15.0
    speed_s: float = 120.0
    """Over so long a time a speed is measured: noise of 60 m adds half a metre per second to it."""
    frozen_s: float = 600.0
    """A place that is the same to the last digit for so long is frozen, …"""
    frozen_fixes: int = 10
    """… if as many fixes have it."""
    two_places_m: float = 200.0
    """Devices that are further from each other are not on one worker."""
    two_places_s: float = 60.0
    """Fixes of two devices are compared if no more time lies between them."""
    two_places_around_s: float = 1800.0
    """The longer track is told by the fixes up to so long before and after."""

    def mode_mps(self, mode: Positions) -> Floats:
        """Give the limit of the speed for each mode of a column."""
        return np.array([self.walk_mps, self.ebike_mps, self.car_mps, self.boat_mps])[mode]
