-- One process at a time looks for crossings; 7405009 keeps off other locks of ours.
select pg_try_advisory_xact_lock(7405009)
