-- As whoever writes versions does, and before any row: whoever looks at fixes by them shares it.
select pg_advisory_xact_lock(7405010)
