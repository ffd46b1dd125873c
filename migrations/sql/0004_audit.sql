-- The audit: a partition a month (UTC+8), every entry chained to the one before it, by whomever it
-- is written. docs/operations.md tells how the hash is made.

create function audit_field(value text) returns text
language sql immutable parallel safe
return coalesce(octet_length(value)::text || ':' || value, '-') || E'\n';

create function audit_hash(entry audit) returns bytea
language sql stable parallel safe
return sha256(convert_to(
    audit_field((entry).number::text)
    || audit_field((extract(epoch from (entry).at) * 1000000)::bigint::text)
    || audit_field((entry).actor)
    || audit_field(text((entry).client))
    || audit_field((entry).action)
    || audit_field((entry).object_kind)
    || audit_field((entry).object_code)
    || audit_field((entry).result)
    || audit_field((entry).reason)
    || audit_field((entry).detail::text)
    || audit_field(encode((entry).previous_hash, 'hex')),
    'UTF8'
));

-- Make the partition of a month, where it is missing. Entries that strayed into the default
-- partition, since no server was there to make theirs, move to it as they are.
create function audit_month(month date) returns void
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    part text := 'audit_' || to_char(month, 'YYYYMM');
    since timestamptz := date_trunc('month', month::timestamp) at time zone 'Asia/Shanghai';
    until timestamptz;
begin
    if to_regclass(part) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(7405004);
    if to_regclass(part) is not null then
        return;
    end if;
    until := (date_trunc('month', month::timestamp) + interval '1 month')
        at time zone 'Asia/Shanghai';
    -- Before the head, as a writer takes them.
    lock table audit_default in access exclusive mode;
    perform from audit_head for update;
    execute format('create table %I (like audit including defaults including constraints)', part);
    alter table audit_default disable trigger user;
    execute format(
        'with strayed as (delete from audit_default where at >= %L and at < %L returning *)'
        ' insert into %I select * from strayed', since, until, part
    );
    alter table audit_default enable trigger user;
    execute format(
        'create trigger audit_append_only before update or delete or truncate on %I'
        ' for each statement execute function audit_append_only()', part
    );
    execute format(
        'alter table audit attach partition %I for values from (%L) to (%L)', part, since, until
    );
    update audit_head set part = coalesce((
        select c.relname from audit as a inner join pg_class as c on a.tableoid = c.oid
        order by a.number desc limit 1
    ), 'audit_default');
end
$$;

-- Make the partitions of this month and of those that follow. Nobody can while entries are written,
-- hence ahead.
create function audit_months(ahead integer) returns void
language sql security definer set search_path = public, pg_temp
as $$
    select audit_month((date_trunc('month', now() at time zone 'Asia/Shanghai')
        + make_interval(months => n))::date)
    from generate_series(0, ahead) as n
$$;

-- The row of audit_head is only locked: were it written with each entry, its dead versions would
-- pile up behind every long transaction.
create function audit_chain() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    instant timestamptz;
    newest text;
    last_number bigint;
    last_hash bytea;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        -- It would not see the entry that was written while it waited for the lock.
        raise invalid_transaction_state using
            message = 'the audit is written in transactions that are READ COMMITTED';
    end if;
    select h.part into newest from audit_head as h for update;
    instant := clock_timestamp();
    if
        date_trunc('month', new.at, 'Asia/Shanghai')
        = date_trunc('month', instant, 'Asia/Shanghai')
    then
        new.at := instant;
    elsif new.at not between instant - interval '5 minutes' and instant then
        -- The partition is chosen by now, so that a time can't be put right across the month's end.
        raise check_violation using
            message = 'the time of an audit entry is the database''s to tell',
            constraint = 'audit_at_now';
    end if;
    execute format('select number, hash from %I order by number desc limit 1', newest)
    into last_number, last_hash;
    if last_number is null then
        select a.number, a.hash into last_number, last_hash
        from audit as a order by a.number desc limit 1;
    end if;
    if newest <> tg_table_name or last_number is null then
        update audit_head set part = tg_table_name, chain = coalesce(chain, gen_random_uuid());
    end if;
    new.number := coalesce(last_number, 0) + 1;
    new.previous_hash := coalesce(last_hash, sha256(''));
    new.hash := audit_hash(new);
    return new;
end
$$;
