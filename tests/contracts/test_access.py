"""Every route and every tile layer, as everybody who may come.

Anonymous, with a key that has expired or was revoked, with that of a closed account, without the
right, from another area, and with every right. A route that is not in requests.py fails here, and
one that declares no permission is not served at all.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import mapbox_vector_tile
import psycopg
import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from psycopg import sql

from gis_gov import app as application
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import declared, is_open, refuse_undeclared
from gis_gov.access.roles import ROLES
from gis_gov.access.tokens import csrf_token, new_key_token, new_session_token, token_hash
from gis_gov.app import create_app
from gis_gov.geo.tile import Tile, tile_at
from gis_gov.tiles.layers import LAYERS
from tests.accounts.people import PASSWORD, hashed
from tests.conftest import TestServer
from tests.contracts.requests import REQUESTS, TILE
from tests.contracts.walked_world import write_walked_world
from tests.counting.tiling import SIDE, SOUTH, WEST, World
from tests.signed_in import (
    EVERY_RIGHT,
    bearer,
    client_of,
    every_point_has_its_cell,
    make_key,
    unhurried,
)

ROUTES = {
    (method, route.path): route
    for router in application.ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in route.methods or ()
}
CLOSED = [key for key, route in ROUTES.items() if not is_open(route)]
GUARDED = [key for key in CLOSED if declared(ROUTES[key])]
OPEN_LAYERS = ("areas", "grids", "area_labels", "grid_labels")


_PERSON = """
    with person as (
        insert into account (name, password_hash, password_set_at) values (%s, %s, now())
        returning id
    ), granted as (
        insert into role_grant (account_id, role) select id, r from person, unnest(%s::text[]) as r
    )
    insert into session (token_hash, account_id, ends_at)
    select %s, id, now() + interval '1 hour' from person
"""


@pytest.fixture(scope="module")
def world(postgis: TestServer) -> Iterator[World]:
    with postgis.database() as url:
        yield write_walked_world(url)


@pytest.fixture(scope="module")
async def site(world: World) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(unhurried().with_database(world.url))
    async with app.router.lifespan_context(app), client_of(httpx.ASGITransport(app)) as opened:
        # What is gathered by cell changes while the server still gives cells to what psql wrote.
        await every_point_has_its_cell(world.url)
        yield opened


@pytest.fixture(scope="module")
def shown_by_role(world: World) -> dict[str, dict[str, str]]:
    """What a key of each role shows, for reading only: no test ends these keys."""
    return {name: bearer(make_key(world.url, role.name)) for name, role in ROLES.items()}


async def ask(
    site: httpx.AsyncClient, route: tuple[str, str], headers: dict[str, str] | None = None
) -> httpx.Response:
    method, path = route
    asked = REQUESTS[route]
    return await site.request(
        method,
        path.format(**asked.path),
        params={name: str(value) for name, value in asked.query.items()},
        json=asked.json,
        headers=headers,
    )


def person_with_every_right(url: str) -> dict[str, str]:
    """Sign somebody in who holds every role, and return what the page sends."""
    token = new_session_token()
    with psycopg.connect(url) as conn:
        conn.execute(
            _PERSON, [token[:20].strip("-_"), hashed(PASSWORD), list(ROLES), token_hash(token)]
        )
    return {"cookie": f"gis_gov_session={token}", "x-csrf-token": csrf_token(token)}


def lame_key(url: str, **changes: object) -> str:
    """Make a key with every right that does not hold any more."""
    token = make_key(url, *EVERY_RIGHT)
    with psycopg.connect(url) as conn:
        for name, value in changes.items():
            conn.execute(
                sql.SQL("update api_key set {} = %s where token_hash = %s").format(
                    sql.Identifier(name)
                ),
                [value, token_hash(token)],
            )
    return token


def test_every_route_has_a_request() -> None:
    assert set(REQUESTS) == set(ROUTES)


def test_a_route_that_declares_nothing_is_not_served() -> None:
    router = APIRouter()
    router.get("/forgotten")(lambda: None)
    with pytest.raises(ValueError, match="/forgotten declares no permission"):
        refuse_undeclared([router])


def test_only_these_routes_are_open() -> None:
    assert {key for key, route in ROUTES.items() if is_open(route)} == {
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/api"),
        ("GET", "/conformance"),
        ("GET", "/functions"),
        ("GET", "/tileMatrixSets"),
        ("GET", "/tileMatrixSets/{tileMatrixSetId}"),
        # Phones show the secret of their device there.
        ("GET", "/osmand"),
        ("POST", "/osmand"),
        ("POST", "/session"),
        ("GET", "/session/methods"),
        ("GET", "/session/oidc"),
        ("GET", "/session/oidc/callback"),
    }


@pytest.mark.parametrize("route", CLOSED, ids=" ".join)
async def test_nobody_gets_in_without_a_sign_in(
    site: httpx.AsyncClient, world: World, route: tuple[str, str]
) -> None:
    past = datetime.now(UTC) - timedelta(days=1)
    shown: dict[str, dict[str, str]] = {
        "nothing": {},
        "an unknown key": bearer(new_key_token()),
        "no key": {"authorization": "Basic YWRtaW46YWRtaW4="},
        "an expired key": bearer(
            lame_key(world.url, created_at=past - timedelta(days=1), expires_at=past)
        ),
        "a revoked key": bearer(lame_key(world.url, revoked_at=past)),
        "a key of a closed account": bearer(closed_accounts_key(world.url)),
        "an unknown session": {"cookie": f"gis_gov_session={new_key_token()}"},
    }
    for what, headers in shown.items():
        answer = await ask(site, route, headers)
        assert answer.status_code == 401, what
        assert answer.json()["type"] == "urn:gis-gov:problem:sign-in-needed", what
        assert answer.headers["www-authenticate"].startswith("Bearer")


def closed_accounts_key(url: str) -> str:
    token = make_key(url, *EVERY_RIGHT)
    with psycopg.connect(url) as conn:
        conn.execute(
            "with closed as (insert into account (name, disabled_at) values (%s, now())"
            " returning id), granted as (insert into role_grant (account_id, role)"
            " select id, r from closed, unnest(%s::text[]) as r)"
            " update api_key set account_id = closed.id from closed where token_hash = %s",
            [token[:20], list(EVERY_RIGHT), token_hash(token)],
        )
    return token


@pytest.mark.parametrize("route", GUARDED, ids=" ".join)
async def test_each_right_is_needed(
    site: httpx.AsyncClient, world: World, route: tuple[str, str]
) -> None:
    rights = set(declared(ROUTES[route]) or [])
    lacking = [role.name for role in ROLES.values() if not rights <= role.permissions]
    if rights == {Permission.MAP_READ}:
        lacking = []  # which every role has
    for role in lacking:
        answer = await ask(site, route, bearer(make_key(world.url, role)))
        assert answer.status_code == 403, role
        assert answer.json()["type"] == "urn:gis-gov:problem:not-allowed", role
    no_role = await ask(site, route, bearer(make_key(world.url)))
    assert no_role.status_code == 403


@pytest.mark.parametrize("route", sorted(ROUTES), ids=" ".join)
async def test_whoever_has_every_right_is_let_in(
    site: httpx.AsyncClient, world: World, route: tuple[str, str]
) -> None:
    if REQUESTS[route].person:
        headers = person_with_every_right(world.url)
    else:
        headers = bearer(make_key(world.url, *EVERY_RIGHT))
    answer = await ask(site, route, headers)
    assert answer.status_code in REQUESTS[route].answers, answer.text


@pytest.mark.parametrize("layer", LAYERS)
async def test_each_layer_needs_its_right(
    site: httpx.AsyncClient, shown_by_role: dict[str, dict[str, str]], layer: str
) -> None:
    z, x, y = TILE["z"], TILE["x"], TILE["y"]
    for path in (
        f"/tiles/{layer}.json",
        f"/tiles/{layer}/{z}/{x}/{y}.mvt",
        f"/tiles/WebMercatorQuad?collections={layer}",
        f"/tiles/WebMercatorQuad/{z}/{y}/{x}?collections={layer}",
        f"/tiles/CGCS2000Quad/{z}/{y // 2}/{x}?collections=areas,{layer}",
    ):
        assert (await site.get(path)).status_code == 401
        for name, role in ROLES.items():
            answer = await site.get(path, headers=shown_by_role[name])
            allowed = LAYERS[layer].right in role.permissions
            assert (answer.status_code != 403) == allowed, (path, role.name)
            assert answer.status_code < 500


@pytest.mark.parametrize("zoom", [10, 13, 15])
@pytest.mark.parametrize("layer", sorted(set(LAYERS) - set(OPEN_LAYERS)))
async def test_a_layer_shows_nothing_of_another_area(
    site: httpx.AsyncClient, world: World, layer: str, zoom: int
) -> None:
    """What each street sees is part of the whole, and no two of them see the same thing."""
    whole = await things(site, layer, zoom, bearer(make_key(world.url, "commander")))
    assert whole or zoom < LAYERS[layer].zoom_min, "the layer must not be empty"
    parts: Counter[tuple[str, object]] = Counter()
    for street in ("440199001", "440199002", "440199003"):
        key = make_key(world.url, "commander", area=street)
        parts += await things(site, layer, zoom, bearer(key))
    assert parts <= whole
    # The workers of this world belong to no street, so nobody of a street may know them.
    assert parts or not whole or layer in {"workers", "tracks"}, "the streets must have some of it"


async def things(
    site: httpx.AsyncClient, layer: str, zoom: int, headers: dict[str, str]
) -> Counter[tuple[str, object]]:
    """Count what the tiles of a zoom show: single things by id, gathered ones by cell."""
    found: Counter[tuple[str, object]] = Counter()
    for tile in tiles_over_the_world(zoom):
        answer = await site.get(f"/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt", headers=headers)
        assert answer.status_code in {200, 204}
        decoded = mapbox_vector_tile.decode(answer.content) if answer.content else {}
        for each in decoded.values():
            for feature in each["features"]:
                told = feature["properties"]
                if "cell" in told:
                    found["cell", told["cell"]] += told["count"]
                else:
                    found["id", feature["id"]] = 1
    return found


def tiles_over_the_world(zoom: int) -> list[Tile]:
    """Return the tiles over the tiling and the margin that its points lie in."""
    first = tile_at(WEST - SIDE / 8, SOUTH + SIDE * 9 / 8, zoom)
    last = tile_at(WEST + SIDE * 9 / 8, SOUTH - SIDE / 8, zoom)
    columns, rows = range(first.x, last.x + 1), range(first.y, last.y + 1)
    return [Tile(zoom, x, y) for x in columns for y in rows]
