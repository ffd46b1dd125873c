"""Read a server as QGIS does, and print what was found: run by the Python that has QGIS.

The key goes with each request by a preprocessor, since QGIS 3.22 can't be told of a header yet.
"""

import json
import os
import sys
from typing import Any
from urllib.parse import urlsplit

from qgis.core import (  # pyright: ignore[reportMissingImports]
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsDataSourceUri,
    QgsFeatureRequest,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsNetworkAccessManager,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize  # pyright: ignore[reportMissingImports]

LAYERS = "areas,grids,houses,pois,camera_sectors,cameras,centres,events"
WIDTH = 400


def read(asked: dict[str, Any]) -> dict[str, Any]:
    """Read by each of the ways that QGIS has."""
    collections = {name: _collection(asked, name) for name in asked["collections"]}
    return {
        "version": Qgis.QGIS_VERSION,
        "collections": {name: _told(layer) for name, layer in collections.items()},
        "boxed": _codes(collections["events"], QgsFeatureRequest(QgsRectangle(*asked["bbox"]))),
        "filtered": _told(_collection(asked, "events", asked["where"])),
        "files": {path: _told(QgsVectorLayer(path, "file", "ogr")) for path in asked["files"]},
        "table": _told(_table(asked["database_url"], "grid", "valid_to is null")),
        "colours": _colours(asked),
    }


def _collection(asked: dict[str, Any], name: str, where: str = "") -> Any:
    layer = QgsVectorLayer(f" url='{asked['address']}/' typename='{name}'", name, "OAPIF")
    if where:
        layer.setSubsetString(where)
    return layer


def _table(url: str, name: str, where: str) -> Any:
    told = urlsplit(url)
    source = QgsDataSourceUri()
    source.setConnection(told.hostname, str(told.port), told.path[1:], told.username, told.password)
    source.setDataSource("public", name, "geom", where, "id")
    return QgsVectorLayer(source.uri(False), name, "postgres")


def _codes(layer: Any, request: Any = None) -> list[str]:
    return sorted(each["code"] for each in layer.getFeatures(request or QgsFeatureRequest()))


def _told(layer: Any) -> dict[str, Any]:
    if not layer.isValid():
        return {}
    return {
        "crs": layer.crs().authid(),
        "codes": _codes(layer),
        "edited": bool(layer.dataProvider().capabilities() & layer.dataProvider().AddFeatures),
    }


def _colours(asked: dict[str, Any]) -> list[str]:
    """Draw tiles by the style of the server, and return the colours that are seen."""
    source = f"{asked['address']}/tiles/{LAYERS}/{{z}}/{{x}}/{{y}}.mvt"
    style = f"{asked['address']}/style.json"
    layer = QgsVectorTileLayer(f"type=xyz&url={source}&zmin=0&zmax=20&styleUrl={style}", "tiles")
    warning, done = layer.loadDefaultStyle()
    if warning or not done:
        return []
    mercator = QgsCoordinateReferenceSystem("EPSG:3857")
    degrees = QgsCoordinateReferenceSystem("EPSG:4326")
    to_mercator = QgsCoordinateTransform(degrees, mercator, QgsProject.instance())
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(mercator)
    settings.setOutputSize(QSize(WIDTH, WIDTH))
    settings.setExtent(to_mercator.transformBoundingBox(QgsRectangle(*asked["bbox"])))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    spots = range(WIDTH)
    return sorted({image.pixelColor(x, y).name() for x in spots for y in spots})


if __name__ == "__main__":
    asked: dict[str, Any] = json.loads(os.environ["ASKED"])
    application = QgsApplication([], False)
    application.initQgis()

    def show_key(request: Any) -> None:
        request.setRawHeader(b"Authorization", f"Bearer {asked['key']}".encode())

    QgsNetworkAccessManager.setRequestPreprocessor(show_key)
    print(json.dumps(read(asked)))
    sys.stdout.flush()
    os._exit(0)  # its own end may crash
