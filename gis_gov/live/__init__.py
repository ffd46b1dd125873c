"""What is changed, told as it happens to those who may know of it."""
