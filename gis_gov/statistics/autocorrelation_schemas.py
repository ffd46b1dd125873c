"""What Moran's I and the local ones are answered as."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from gis_gov.counting.schemas import THRESHOLD
from gis_gov.statistics.breakdown_schemas import AT
from gis_gov.statistics.rates import Per
from gis_gov.statistics.schemas import Rate

Counted = Literal[
    "persons",
    "houses",
    "buildings",
    "dwellings",
    "enterprises",
    "addresses",
    "events",
    "cameras",
    "centres",
    "pois",
    "households",
]
Kind = Literal["high-high", "low-low", "high-low", "low-high", "none"]


class Moran(BaseModel):
    """Moran's I, and how far it is from what chance would bring (randomisation, two-sided)."""

    model_config = ConfigDict(extra="forbid")

    i: float
    expected: float
    z: float
    p: float


class LocalRow(Rate):
    """One grid or area; what stands after its value is null where it was left out."""

    code: str
    name: str
    local_i: float | None
    p: float | None = Field(description="Pseudo p, one-sided with ties, of 999 permutations")
    kind: Kind | None
    fdr: bool | None = Field(description="Significant among all rows, too (Benjamini-Hochberg)")
    neighbours: int | None
    lag: float | None = Field(description="Mean of the neighbours' values")


class Autocorrelation(BaseModel):
    """Moran's I of all, and a row for each current unit."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "measure": "events",
                "per": "km2",
                "at": "2026-03-01T08:00:00+08:00",
                "moran": {"i": 0.41, "expected": -0.0005, "z": 31.2, "p": 0.0},
                "rows": [
                    {
                        "code": "4401130010010001",
                        "name": "第一网格",
                        "numerator": 120,
                        "denominator": 0.25,
                        "value": 480.0,
                        "local_i": 2.31,
                        "p": 0.002,
                        "kind": "high-high",
                        "fdr": True,
                        "neighbours": 6,
                        "lag": 391.5,
                    }
                ],
            }
        },
    )

    measure: Counted
    per: Per | None
    at: datetime = Field(description=AT)
    moran: Moran | None
    rows: list[LocalRow]
    threshold: int | None = Field(None, description=THRESHOLD)


EXAMPLE_CSV = (
    "code,name,numerator,denominator,value,local_i,p,kind,fdr,neighbours,lag,"
    "moran_i,moran_expected,moran_z,moran_p,at\r\n"
    "4401130010010001,第一网格,120,0.25,480.0,2.31,0.002,high-high,True,6,391.5,"
    "0.31,-0.0005,14.2,0.001,2026-03-01T08:00:00+08:00\r\n"
)
