-- Every entry in the order of the chain, with the text that its hash is made of. The functions that
-- the database has for that are left alone: they could have been changed along with the entries.
select
    a.number,
    a.at,
    a.previous_hash,
    a.hash,
    convert_to(
        coalesce(octet_length(a.number::text)::text || ':' || a.number::text, '-') || E'\n'
        || coalesce(
            octet_length((extract(epoch from a.at) * 1000000)::bigint::text)::text
            || ':' || (extract(epoch from a.at) * 1000000)::bigint::text, '-'
        ) || E'\n'
        || coalesce(octet_length(a.actor)::text || ':' || a.actor, '-') || E'\n'
        || coalesce(octet_length(text(a.client))::text || ':' || text(a.client), '-') || E'\n'
        || coalesce(octet_length(a.action)::text || ':' || a.action, '-') || E'\n'
        || coalesce(octet_length(a.object_kind)::text || ':' || a.object_kind, '-') || E'\n'
        || coalesce(octet_length(a.object_code)::text || ':' || a.object_code, '-') || E'\n'
        || coalesce(octet_length(a.result)::text || ':' || a.result, '-') || E'\n'
        || coalesce(octet_length(a.reason)::text || ':' || a.reason, '-') || E'\n'
        || coalesce(octet_length(a.detail::text)::text || ':' || a.detail::text, '-') || E'\n'
        || coalesce(
            octet_length(encode(a.previous_hash, 'hex'))::text
            || ':' || encode(a.previous_hash, 'hex'), '-'
        ) || E'\n',
        'UTF8'
    ) as told
from audit as a
order by a.number
