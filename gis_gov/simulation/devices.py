"""The made-up phones, entered as devices: how each travels limits its speed."""

from collections.abc import Sequence

import psycopg

from gis_gov.db.run import sql_file
from gis_gov.simulation.phone import Phone


def enter_devices(conn: psycopg.Connection, phones: Sequence[Phone]) -> None:
    """Enter the devices of phones, unless they are there."""
    values = {
        "device": [phone.device for phone in phones],
        "name": ["模拟" for _ in phones],
        "kind": ["phone" if phone.mode == "walk" else "vehicle" for phone in phones],
        "mode": [phone.mode for phone in phones],
        "worker": [phone.worker for phone in phones],
    }
    conn.execute(sql_file(__package__ or "", "enter_devices"), values)
