"""The forms in which a worker's positions may be sent, one file each: bytes to positions."""
