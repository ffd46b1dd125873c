"""The keys under which all databases of a test run are sealed."""

import base64

from gis_gov.access.keyring import keys_of_text
from gis_gov.access.sealing import Sealer

SECRETS = base64.b64encode(bytes(range(32))).decode()
SEALER = Sealer(keys_of_text(SECRETS))
