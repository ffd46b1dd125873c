-- A position has no code of its own: lists, pages and single items go by that of its number.
alter table position add column code text collate "C" not null generated always as (id::text) stored;
create index position_code_idx on position (code);
-- For the newest ones, and those of some minutes; of each day all come by it in their order.
create index position_time_idx on position (time);

-- As before, with columns that are generated.
create or replace function position_days(days date[]) returns void
language plpgsql
as $$
declare
    written constant text := (
        select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
        from pg_attribute as a
        where
            a.attrelid = 'position'::regclass
            and a.attnum > 0
            and not a.attisdropped
            and a.attgenerated = ''
    );
    day date;
    part text;
    since timestamptz;
    until timestamptz;
begin
    for day in select distinct d.day from unnest(days) as d (day) order by 1 loop
        part := 'position_' || to_char(day, 'YYYYMMDD');
        if to_regclass(part) is not null then
            continue;
        end if;
        perform pg_advisory_xact_lock(7405003);
        if to_regclass(part) is not null then
            continue;
        end if;
        since := day::timestamp at time zone 'Asia/Shanghai';
        until := (day + 1)::timestamp at time zone 'Asia/Shanghai';
        execute format(
            'create table %I (like position including defaults including constraints including generated)', part
        );
        execute format(
            'with strayed as (delete from position_default where time >= %L and time < %L returning *)'
            ' insert into %I (%s) select %s from strayed', since, until, part, written, written
        );
        execute format(
            'alter table position attach partition %I for values from (%L) to (%L)',
            part, since, until
        );
    end loop;
end
$$;
