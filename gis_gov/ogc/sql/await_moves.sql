-- Whoever writes what an address places, shares the lock that a move of addresses takes alone.
select pg_advisory_xact_lock_shared(7405005)
