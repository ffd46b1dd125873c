delete from fence_state as s
where s.hour_at < now() - make_interval(days => %(days)s)
