"""Believable samples of a governed place, all invented: `generate` writes one as files."""

from gis_gov.sample.figures import DEFAULT_SEED, FIGURES, Figures, SampleSize
from gis_gov.sample.generate import Progress, generate
from gis_gov.sample.manifest import MANIFEST, Manifest, read_manifest
from gis_gov.sample.writer import FileEntry

__all__ = [
    "DEFAULT_SEED",
    "FIGURES",
    "MANIFEST",
    "Figures",
    "FileEntry",
    "Manifest",
    "Progress",
    "SampleSize",
    "generate",
    "read_manifest",
]
