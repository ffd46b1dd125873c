"""The second factor: codes by time (RFC 6238), as authenticator apps show them."""

from datetime import datetime
from io import BytesIO
from typing import Final

import pyotp
import segno
from pyotp.totp import TOTP
from pyotp.utils import strings_equal

from gis_gov.access.sealing import Sealer

ISSUER: Final = "gis_gov"
_CONTEXT: Final = "account.totp"
# A clock may go wrong by one step, which is half a minute.
_STEPS_ASIDE: Final = (0, -1, 1)


def new_secret() -> str:
    """Make a secret, 160 bits at random."""
    return pyotp.random_base32()


def uri_of(secret: str, name: str) -> str:
    """Return what an authenticator reads from the picture."""
    return TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def picture_of(uri: str) -> str:
    """Draw the QR code of a URI as SVG."""
    drawn = BytesIO()
    segno.make(uri, error="m").save(drawn, kind="svg", scale=4, xmldecl=False, nl=False)
    return drawn.getvalue().decode()


def step_of(secret: str, code: str, now: datetime, last_step: int | None) -> int | None:
    """Return the step to which a code belongs, None for a wrong code and one used before."""
    totp = TOTP(secret)
    current = totp.timecode(now)
    for step in (current + aside for aside in _STEPS_ASIDE):
        fits = strings_equal(totp.generate_otp(step), code)
        if fits and (last_step is None or step > last_step):
            return step
    return None


def sealed(sealer: Sealer, secret: str) -> bytes:
    """Seal a secret for the database."""
    return sealer.seal(secret, _CONTEXT)


def opened(sealer: Sealer, kept: bytes) -> str:
    """Return the secret that was sealed."""
    return sealer.open(kept, _CONTEXT)
