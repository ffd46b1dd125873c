-- One at a time makes a worker's patrols anew; 7405008 keeps off other locks of ours.
select pg_advisory_xact_lock((7405008::bigint << 40) + %(worker_id)s)
