"""The types of messages that are spoken (JT/T 808-2013 annex A; the same in 2019)."""

from enum import IntEnum


class Type(IntEnum):
    """Number the messages of terminals (0x0…), and of the platform (0x8…)."""

    TERMINAL_ANSWER = 0x0001
    HEARTBEAT = 0x0002
    LOG_OUT = 0x0003
    REGISTRATION = 0x0100
    AUTHENTICATION = 0x0102
    POSITION = 0x0200
    ASKED_POSITION = 0x0201
    BATCH = 0x0704
    GENERAL_ANSWER = 0x8001
    REGISTRATION_ANSWER = 0x8100
