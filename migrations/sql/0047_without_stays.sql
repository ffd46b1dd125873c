alter table patrol_rule add column without_stays boolean not null default false;
comment on column patrol_rule.without_stays is 'The time of stays does not count to min_minutes.';
