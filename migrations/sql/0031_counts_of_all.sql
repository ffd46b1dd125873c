-- Whether somebody may see each kept count, of whatever and wherever: all that their policies ask for. A
-- right that is added to these policies is to be added here, too.
create function reach_all_counts() returns boolean
language sql stable parallel safe
return
    reach_everywhere('count')
    and reach_everywhere('face_camera')
    and reach_everywhere('count_person')
    and reach_everywhere('count_event')
    and reach_everywhere('person');

-- The rule stays what it was; for him it is decided once a query, not once a row.
do $$
declare
    counts text;
begin
    foreach counts in array array['tally', 'coarse_tally'] loop
        execute format(
            'alter policy %I on %I using ((select reach_all_counts()) or (%s))',
            counts || '_reach',
            counts,
            (
                select pg_get_expr(p.polqual, p.polrelid) from pg_policy as p
                where p.polrelid = counts::regclass and p.polname = counts || '_reach'
            )
        );
    end loop;
end
$$;

create index coarse_tally_layer_west_idx on coarse_tally (layer, west, south);
