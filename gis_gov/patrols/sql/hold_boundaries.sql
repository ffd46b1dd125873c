select boundary_lock_shared()
