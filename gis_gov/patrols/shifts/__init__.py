"""When workers are on shift: nothing is stored of them at other times."""
