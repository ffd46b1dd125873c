-- One process at a time looks for alarms; 7405011 keeps off other locks of ours.
select pg_try_advisory_xact_lock(7405011)
