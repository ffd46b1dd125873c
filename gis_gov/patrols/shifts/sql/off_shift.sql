select o.worker_id
from off_shift as o
