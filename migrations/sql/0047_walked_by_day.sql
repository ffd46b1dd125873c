create index walked_day_day_idx on walked_day (day);
