"""Which tile a request asks for, by a matrix set of OGC API Tiles."""

from typing import Annotated, Literal

from fastapi import Depends, Path

from gis_gov.geo.matrix_set import MATRIX_SETS, AnyTile
from gis_gov.problems import InvalidRequest


class NoSuchTile(InvalidRequest):
    """The tile's numbers are outside the tile matrix."""

    slug, title, status = "no-such-tile", "No such tile", 400


def numbered(matrix_set: str, level: int, column: int, row: int) -> AnyTile:
    """Find a tile of a matrix set.

    Raises:
        NoSuchTile: its numbers are outside the matrix.

    """
    try:
        return MATRIX_SETS[matrix_set].tile(level, column, row)
    except ValueError as error:
        raise NoSuchTile(str(error)) from None


MatrixSetName = Annotated[
    Literal["WebMercatorQuad", "CGCS2000Quad"],
    Path(alias="tileMatrixSetId", description="Name of a tile matrix set"),
]


async def _wanted(
    name: MatrixSetName,
    matrix: Annotated[
        str,
        Path(
            alias="tileMatrix",
            pattern=r"^[0-9]{1,2}$",
            description="Level of the matrix set, 0 for the whole world",
            examples=["14"],
        ),
    ],
    row: Annotated[
        int, Path(alias="tileRow", ge=0, description="Row, from the north", examples=[6766])
    ],
    column: Annotated[
        int, Path(alias="tileCol", ge=0, description="Column, from the west", examples=[13803])
    ],
) -> AnyTile:
    return numbered(name, int(matrix), column, row)


AskedTile = Annotated[AnyTile, Depends(_wanted)]
