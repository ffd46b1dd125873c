delete from patrol_judgement as j
where
    j.patrol_id = any(%(judged)s::bigint[])
    and (j.patrol_id, j.rule_id, j.object_id) not in (
        select
            k.patrol_id,
            k.rule_id,
            k.object_id
        from unnest(%(patrol_ids)s::bigint[], %(rule_ids)s::bigint[], %(object_ids)s::bigint[])
        as k (patrol_id, rule_id, object_id)
    )
