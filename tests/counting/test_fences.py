"""Each of the two fences holds alone what an actor may not count."""

import itertools
from dataclasses import astuple

import httpx
import psycopg
import pytest
from psycopg import sql

from gis_gov.counting import question, whole_cell_queries
from gis_gov.counting.cell_queries import count_by_cell
from gis_gov.counting.cells import gather, tell_cells
from gis_gov.counting.threshold import Threshold
from gis_gov.counting.whole_cell_queries import read_whole_cells
from gis_gov.geo.bbox import BBox
from gis_gov.geo.cells import to_hex
from gis_gov.statistics import breakdown_queries
from gis_gov.statistics.parts import Question, Scope
from gis_gov.statistics.queries import read_statistics
from gis_gov.statistics.service import tabulate
from tests.counting.granted import BOX, COUNTED, EXACT, LEVELS, STREET, Grant, ask, cells_at
from tests.counting.village import Village


@pytest.mark.parametrize("grant", EXACT, ids=str)
async def test_the_second_fence_stands_where_the_first_does(
    asking: httpx.AsyncClient, village: Village, grant: Grant
) -> None:
    """Plain SQL without any condition, under the application's role and the actor's scope."""
    headers = grant.key(village.url)
    found = await ask(asking, "/statistics", headers, measures=",".join(COUNTED))
    pool = asking._transport.app.state.gis_gov  # type: ignore[attr-defined]
    actor = await pool.actors.of_key(headers["authorization"].removeprefix("Bearer "))
    async with pool.pool.connection(actor.scope) as conn:
        kept = dict(
            await (
                await conn.execute("select layer, sum(count)::int from tally group by layer")
            ).fetchall()
        )
        for layer, table in (("persons", "person"), ("events", "event")):
            cursor = await conn.execute(
                sql.SQL("select count(*) from {}").format(sql.Identifier(table))
            )
            assert await cursor.fetchone() == (found["total"][layer],)
    for layer in COUNTED:
        limited = (layer == "persons" and grant.classes) or (layer == "events" and grant.department)
        assert kept.get(layer, 0) == (0 if limited else found["total"][layer])


@pytest.mark.parametrize("grant", EXACT, ids=str)
async def test_the_first_fence_stands_without_the_second(
    asking: httpx.AsyncClient, village: Village, grant: Grant
) -> None:
    """The same queries as the owner, for whom no row policy holds."""
    headers = grant.key(village.url)
    state = asking._transport.app.state.gis_gov  # type: ignore[attr-defined]
    actor = await state.actors.of_key(headers["authorization"].removeprefix("Bearer "))
    threshold = Threshold(b"", 10)
    measures = (*COUNTED, "households")
    async with await psycopg.AsyncConnection.connect(village.url, autocommit=True) as conn:
        for level in LEVELS:
            asked = Question(actor, measures, level, Scope(), None)
            table = tabulate(await read_statistics(conn, asked), measures, threshold)
            told = await ask(
                asking,
                "/statistics",
                headers,
                level=level,
                measures=",".join(measures),
            )
            assert told == {"at": told["at"], "rows": table.rows, "total": table.total}
        for layer in ("persons", "events"):
            split = breakdown_queries.Question(actor, layer, [], "grid", Scope())
            found = await breakdown_queries.read_breakdown(conn, split)
            own = grant.counted(village.things[village.things["layer"] == layer])
            assert found
            assert sum(part.count for part in found.parts) == len(own)
        for layer, box in itertools.product(COUNTED, (None, BBox(*BOX))):
            heat = question.Question(actor, layer, 9, box, None, 10_000)
            counts = await count_by_cell(conn, heat)
            sums = await read_whole_cells(conn, heat)
            own = grant.counted(village.things[village.things["layer"] == layer])
            own = own[own["lon"].notna()]
            wanted = cells_at(own[["lat", "lon"]].to_numpy().tolist(), 9)
            assert sums is not None
            assert counts is not None
            for cells in (tell_cells(sums, layer, None, threshold), gather(counts, 9)):
                named = dict(zip(to_hex(cells), cells.values(), strict=True))
                assert all(wanted[cell] >= (count or 0) for cell, count in named.items())
                assert box is not None or named == wanted


@pytest.mark.parametrize(
    "grant", [Grant("analyst"), Grant("analyst", STREET), Grant("commander")], ids=str
)
async def test_coarse_counts_are_told_as_the_fine_ones_that_they_are_made_of(
    asking: httpx.AsyncClient,
    village: Village,
    grant: Grant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the same fingerprints, so that nobody is told two numbers of the same people."""
    state = asking._transport.app.state.gis_gov  # type: ignore[attr-defined]
    token = grant.key(village.url)["authorization"].removeprefix("Bearer ")
    actor = await state.actors.of_key(token)
    async with state.pool.connection(actor.scope) as conn:
        for layer, resolution in itertools.product(("persons", "houses", "addresses"), (9, 7)):
            heat = question.Question(actor, layer, resolution, None, None, 10_000)
            coarse = await read_whole_cells(conn, heat)
            with monkeypatch.context() as patched:
                patched.setattr(whole_cell_queries, "COARSE_RESOLUTION", -1)
                fine = await read_whole_cells(conn, heat)
            assert coarse
            assert fine
            assert sorted(map(astuple, coarse)) == sorted(map(astuple, fine))
            told = {each.content for each in coarse if each.inexact}
            assert bool(told) == (grant.role == "analyst")
