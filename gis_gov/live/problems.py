"""What is answered instead of a live stream."""

from gis_gov.problems import Problem


class TooManyStreams(Problem):
    """The account, key or address has as many live streams open as it may."""

    slug, title, status = "too-many-streams", "Too many live streams", 429
