-- The last moment of which there may be a fix that counts: now, unless somebody wrote one of later on.
select greatest(
    now(),
    (
        select max(p.time)
        from position as p
        where p.time > now() and p.worker_id is not null and p.rejected_for is null
    )
)
