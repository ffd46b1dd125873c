"""Move points of a table as QGIS does, in one editing session: run by the Python that has QGIS."""

import json
import os
import sys
from typing import Any
from urllib.parse import urlsplit

from qgis.core import (  # pyright: ignore[reportMissingImports]
    QgsApplication,
    QgsDataSourceUri,
    QgsFeatureRequest,
    QgsGeometry,
    QgsPointXY,
    QgsVectorLayer,
)


def move(asked: dict[str, Any]) -> dict[str, Any]:
    """Move the points of some codes of each table, and say what QGIS says."""
    return {name: _move(asked["database_url"], name, to) for name, to in asked["moves"].items()}


def _move(url: str, name: str, points: dict[str, list[float]]) -> list[str]:
    told = urlsplit(url)
    source = QgsDataSourceUri()
    source.setConnection(told.hostname, str(told.port), told.path[1:], told.username, told.password)
    source.setDataSource("public", name, "geom", "", "id")
    layer = QgsVectorLayer(source.uri(False), name, "postgres")
    if not layer.isValid() or not layer.startEditing():
        return ["no layer that is edited"]
    for code, (lon, lat) in points.items():
        (feature,) = layer.getFeatures(QgsFeatureRequest().setFilterExpression(f"code = '{code}'"))
        layer.changeGeometry(feature.id(), QgsGeometry.fromPointXY(QgsPointXY(lon, lat)))
    return [] if layer.commitChanges() else layer.commitErrors()


if __name__ == "__main__":
    application = QgsApplication([], False)
    application.initQgis()
    print(json.dumps(move(json.loads(os.environ["ASKED"]))))
    sys.stdout.flush()
    os._exit(0)  # its own end may crash
