"""Arrow's functions over columns. They are made at import, so that no type checker knows them."""

from typing import Any

import pyarrow.compute

pc: Any = pyarrow.compute
