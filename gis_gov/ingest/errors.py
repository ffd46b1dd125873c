"""Why a load is refused."""


class LoadError(Exception):
    """A file that can't be loaded; nothing was written.

    The message is one line: what is wrong, where, and how to mend it.
    """
