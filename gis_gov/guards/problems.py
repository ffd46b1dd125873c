"""What is answered to a request that is refused before any route sees it."""

from gis_gov.problems import InvalidRequest, Problem


class UrlTooLong(Problem):
    """The address that is asked for is longer than any of ours."""

    slug, title, status = "url-too-long", "The URL is too long", 414


class HeadersTooLarge(Problem):
    """The request has more headers, or longer ones, than any that we understand."""

    slug, title, status = "headers-too-large", "The headers are too large", 431


class MisshapenRequest(InvalidRequest):
    """The request could be read in more than one way, or holds what no text can."""

    slug, title, status = "misshapen-request", "The request is misshapen", 400


class UnknownHost(Problem):
    """The request was meant for another host."""

    slug, title, status = "unknown-host", "This is not that host", 421


class TooManyRequests(Problem):
    """The account, key or address has asked more often than it may."""

    slug, title, status = "too-many-requests", "Too many requests", 429

    @property
    def headers(self) -> dict[str, str]:
        """Say in the answer's headers, too, when to ask again."""
        after_s = self.members.get("retry_after")
        return {} if after_s is None else {"retry-after": str(after_s)}


class TooSlow(Problem):
    """The body did not arrive within the time that it may take."""

    slug, title, status = "too-slow", "The body came too slowly", 408
