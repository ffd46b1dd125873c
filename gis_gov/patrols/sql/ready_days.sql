select ready_position_days(%(days)s::date[])
