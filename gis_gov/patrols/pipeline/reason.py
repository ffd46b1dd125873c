"""Why a fix is not believed."""

from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """What is wrong with a fix; the empty one is that of a fix which is accepted."""

    ACCEPTED = ""
    """Nothing speaks against it."""
    TIME_FUTURE = "time_future"
    """It is of a time that had not come when it was received, or by a clock that was ahead."""
    CLOCK_BACKWARD = "clock_backward"
    """The device counted on while its times fell, or sent it before it was taken."""
    INACCURATE = "inaccurate"
    """The device itself says that it may be far from there."""
    MOCK = "mock"
    """The device says that an app made it up."""
    REPEATED = "repeated"
    """The worker has another one of this time, from this device or of this place."""
    REPLAYED = "replayed"
    """A track of another time has the same places in a row, to the last digit."""
    FROZEN = "frozen"
    """The place is the same to the last digit as for a long time before."""
    JUMP = "jump"
    """Nobody can have got there from where the device was before and after."""
    SPEED = "speed"
    """The worker would have gone faster than its way of travel allows."""
    TWO_PLACES = "two_places"
    """Another device of the worker was far away at this time, and has the longer track."""


REASONS: Final = tuple(Reason)
"""All reasons; a code is the position in it."""
