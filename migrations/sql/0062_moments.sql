-- A column is found by an index under a policy if it is compared with a bare value of another row. It is not, if that is made of
-- a value by a function, such as `to_timestamp(u.time_s)`: that might tell of what the policy hides.
create function moments(seconds double precision[]) returns timestamptz[]
language sql immutable strict parallel safe
return array(
    select to_timestamp(u.second)
    from unnest(seconds) with ordinality as u (second, nth)
    order by u.nth
);
