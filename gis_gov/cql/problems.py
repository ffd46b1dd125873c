"""What is answered to a filter that can't be used."""

from gis_gov.problems import InvalidRequest


class InvalidFilter(InvalidRequest):
    """The filter is no CQL2, or asks for what the things asked for do not have."""

    slug, title, status = "invalid-filter", "The filter cannot be used", 400

    def __init__(self, fault: str) -> None:
        super().__init__(f"query.filter: {fault}")
        self.fault = fault
