-- One process at a time; 7405012 keeps off other locks of ours.
select pg_advisory_xact_lock(7405012)
