"""The words of JT/T 808, between terminals and a platform: bytes to messages, and back."""
