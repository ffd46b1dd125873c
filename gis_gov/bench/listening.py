"""Run the servers that are compared."""

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from gis_gov.bench import peer
from gis_gov.bench.key import bench_key
from gis_gov.bench.servers import our_server


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the servers listen on 127.0.0.1; the peer's is None where it is not there.

    `anew` is that of our server that keeps no answers; `key` is what our servers want to be shown.
    """

    ours: int
    anew: int
    peer: int | None
    key: str


@contextmanager
def listening(
    url: str, home: Path, processes: int, progress: Callable[[str, float | None], None]
) -> Generator[tuple[Ports, dict[str, str]]]:
    """Run ours and the peer on a database; yield where they listen, and why a peer does not.

    Logs, and the packages of the peer, are in the folder `bench` of the home, which is made.
    """
    folder = home / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    skipped: dict[str, str] = {}
    peer_port = None
    with ExitStack() as stack:
        try:
            progress("installing tipg", None)
            python = peer.install(folder / peer.NAME, peer.LOCK)
            log = folder / f"{peer.NAME}.log"
            peer_port = stack.enter_context(peer.peer_server(python, url, log, processes))
        except peer.NoPeer as error:
            skipped[peer.NAME] = str(error)
        log = folder / "gis_gov.log"
        ours = stack.enter_context(our_server(url, home, log, processes=processes))
        anew = stack.enter_context(
            our_server(url, home, log, keeps_answers=False, processes=processes)
        )
        yield Ports(ours, anew, peer_port, stack.enter_context(bench_key(url))), skipped
