"""The list of layers and the files in tiles/ agree."""

from gis_gov.db.schema_state import SHARED
from gis_gov.heatmaps.figures import LAYER as HEAT_FIGURES
from gis_gov.heatmaps.hexagon_tile import LAYER as HEAT_HEXAGONS
from gis_gov.shipped import shipped
from gis_gov.tiles.layers import LAYERS


def test_every_layer_has_its_file_and_every_file_its_layer() -> None:
    files = {file.stem for file in shipped("tiles").glob("*.sql")}
    assert files - {*SHARED, HEAT_HEXAGONS, HEAT_FIGURES} == set(LAYERS)
