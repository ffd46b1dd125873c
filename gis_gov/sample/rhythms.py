"""The rhythms of a year: seasons, weekdays, holidays, hours."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

YEAR = 2025
FIRST_DAY = np.datetime64(f"{YEAR}-01-01", "D")
DAYS = 365
AS_OF = np.datetime64(f"{YEAR + 1}-01-01T00:00:00", "s")
"""The moment at which a sample's states are true, UTC+8: the end of its year."""
PATROL_DAY = np.datetime64(f"{YEAR}-12-31", "D")

_HOLIDAYS = ((27, 8), (93, 3), (120, 5), (150, 3), (273, 8), (0, 1))
"""First day of the year (from 0) and length of the public holidays of 2025."""

HOURS = {
    # weight of each hour from 0 to 23
    "day": (1, 1, 1, 1, 1, 2, 6, 14, 30, 38, 36, 26, 14, 20, 32, 34, 30, 22, 14, 10, 7, 4, 2, 1),
    "rush": (1, 1, 1, 1, 1, 3, 12, 34, 38, 22, 15, 16, 15, 13, 14, 18, 28, 40, 36, 24, 14, 8, 4, 2),
    "evening": (4, 2, 1, 1, 1, 1, 2, 3, 4, 5, 6, 9, 10, 7, 6, 7, 9, 15, 26, 36, 40, 36, 24, 12),
    "night": (22, 16, 10, 7, 5, 5, 6, 5, 4, 4, 4, 5, 8, 6, 4, 4, 4, 5, 7, 9, 14, 22, 34, 32),
    "any": (4, 3, 3, 3, 3, 5, 8, 14, 18, 20, 19, 17, 15, 16, 18, 19, 18, 17, 15, 13, 11, 9, 7, 5),
}
SEASONS = {
    # weight of each month
    "level": (9, 8, 10, 10, 10, 10, 10, 10, 10, 10, 10, 9),
    "summer": (4, 4, 6, 8, 11, 15, 18, 18, 13, 8, 5, 4),
    "rain": (2, 3, 6, 9, 14, 24, 22, 20, 14, 5, 3, 2),
    "winter": (26, 20, 5, 1, 0.2, 0.1, 0.1, 0.1, 0.1, 0.5, 4, 18),
    "autumn": (7, 5, 7, 8, 8, 7, 7, 8, 11, 16, 17, 12),
    "spring": (6, 8, 14, 15, 13, 10, 8, 8, 9, 10, 9, 7),
}
WEEK = {
    # Monday to Sunday, then public holidays
    "work": (1.18, 1.12, 1.08, 1.08, 1.1, 0.62, 0.5, 0.35),
    "leisure": (0.8, 0.8, 0.82, 0.88, 1.1, 1.4, 1.3, 1.45),
    "flat": (1.06, 1.02, 1.0, 1.0, 1.02, 0.97, 0.92, 0.95),
}


@dataclass(frozen=True)
class Rhythm:
    """When something happens: the names of a season, a week and a day."""

    season: str
    week: str
    hours: str


def day_weights(rhythm: Rhythm, rng: np.random.Generator) -> Floats:
    """Weigh the days of the year; good and bad days of their own included."""
    day = FIRST_DAY + np.arange(DAYS)
    month = day.astype("datetime64[M]").astype(np.int64) % 12
    weekday = (day.astype(np.int64) + 3) % 7
    for first, length in _HOLIDAYS:
        weekday[first : first + length] = 7
    season = np.array(SEASONS[rhythm.season])[month]
    bumps = rng.gamma(3.0, 1 / 3.0, DAYS) if rhythm.season in ("rain", "winter") else 1.0
    return season * np.array(WEEK[rhythm.week])[weekday] * rng.gamma(40, 1 / 40, DAYS) * bumps


def moments(rhythm: Rhythm, number: int, rng: np.random.Generator) -> NDArray[np.datetime64]:
    """Draw moments of the year, to the second, local time."""
    day = day_weights(rhythm, rng)
    hour = np.array(HOURS[rhythm.hours], float)
    picked = rng.choice(DAYS, size=number, p=day / day.sum()) * 24
    picked = picked + rng.choice(24, size=number, p=hour / hour.sum())
    seconds = picked * 3600 + rng.integers(3600, size=number)
    return FIRST_DAY.astype("datetime64[s]") + seconds.astype("timedelta64[s]")
