"""What the fixes of a mover tell: how far it went, where it stayed, what it missed."""
