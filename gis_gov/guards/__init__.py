"""What stands before the routes: the shape, size, rate and time of requests, and their leaving."""
