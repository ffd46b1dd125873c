-- The runs of numbers that will be missing once some partitions are dropped, those that were missing
-- before included, each with the hash of its last entry.
with newest as (
    select
        a.number,
        a.hash
    from audit as a
    order by a.number desc
    limit 1
),

kept as (
    select
        a.number,
        a.previous_hash
    from audit as a
    where a.tableoid <> all(%(dropped)s::oid[])
    union all
    -- The entry that comes next.
    select
        n.number + 1 as number,
        n.hash as previous_hash
    from newest as n
),

followed as (
    select
        k.number,
        k.previous_hash,
        lag(k.number, 1, 0::bigint) over (order by k.number) as number_before
    from kept as k
)

select
    f.previous_hash,
    f.number_before + 1 as first_number,
    f.number - 1 as last_number
from followed as f
where f.number > f.number_before + 1
order by f.number
