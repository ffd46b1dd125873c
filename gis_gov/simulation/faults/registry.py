"""All faults."""

from typing import Final

from gis_gov.simulation.faults import (
    duplicated,
    frozen,
    lying_still,
    mock_provider,
    no_signal,
    offline,
    reordered,
    replayed,
    two_phones,
    wrong_clock,
)
from gis_gov.simulation.faults.fault import Fault

FAULTS: Final = (
    Fault("lying_still", lying_still.befall, gone=0.0, is_lie=True),
    Fault("mock_provider", mock_provider.befall, gone=0.0, is_lie=True),
    Fault("frozen", frozen.befall, gone=0.0, is_lie=True),
    Fault("two_phones", two_phones.befall, is_lie=True),
    Fault("replayed", replayed.befall, gone=0.5, is_lie=True),
    Fault("offline", offline.befall, is_late=True),
    Fault("reordered", reordered.befall, is_late=True),
    Fault("duplicated", duplicated.befall, is_late=True),
    Fault("no_signal", no_signal.befall),
    Fault("wrong_clock", wrong_clock.befall),
)
BY_NAME: Final = {fault.name: fault for fault in FAULTS}
