-- How much there is to search.
select
    (select count(*) from grid) as grids,
    (select count(*) from address) as addresses,
    (select count(*) from person) as persons,
    (select count(*) from house) as houses,
    (select count(*) from enterprise) as enterprises,
    (select count(*) from resource) as resources,
    (select count(*) from event) as events,
    (select count(*) from position) as positions
