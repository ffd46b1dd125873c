"""Features as files: each format one file, written piece by piece in flat memory."""
