select s.number
from boundary_state as s
