"""What trackers and other platforms say to us over TCP, and what we say to other platforms."""
