-- Points to locate, in a table of their own as one would load them by hand.
create temporary table bulk_point (
    number integer not null,
    lon double precision not null,
    lat double precision not null
) on commit drop
