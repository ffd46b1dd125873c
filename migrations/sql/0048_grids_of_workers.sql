-- Whose a grid is decides on who may know where he is, and on whether he is outside.
create trigger grid_worker_announce after insert or update or delete or truncate on grid_worker
for each statement execute function announce_movers();
