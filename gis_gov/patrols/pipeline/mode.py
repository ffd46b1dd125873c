"""The ways in which a worker travels."""

from enum import IntEnum


class Mode(IntEnum):
    """A way of travel, as it is in a column of a trail."""

    WALK = 0
    EBIKE = 1
    CAR = 2
    BOAT = 3
