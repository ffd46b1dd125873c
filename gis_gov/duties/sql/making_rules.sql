-- Rules whose tasks may be due to be made; one that has ended is looked at until its last day is over.
select
    r.id,
    r.cadence,
    r.working_days,
    r.valid_from,
    r.valid_to,
    r.made_on
from patrol_rule as r
where
    (%(code)s::text is null or r.code = %(code)s)
    and (
        r.made_on is null
        or r.valid_to is null
        or r.valid_to >= r.made_on
        or r.valid_to >= local_today() - 1
        or %(code)s::text is not null
    )
order by r.id
