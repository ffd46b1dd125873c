"""The words of JT/T 809, between two platforms: bytes to messages, and back."""
