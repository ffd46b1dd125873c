"""A real provider of OpenID Connect for tests: its process, its keys, and a person in front of it.

It is panva's oidc-provider, which `npm ci` installs beside its script at first need.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
from joserfc.jwk import KeySet, generate_key

from gis_gov.db.cluster_port import is_free
from tests.node_packages import install, program
from tests.plain_http import UNTRUSTING, get
from tests.ports import unused_port

FOLDER = Path(__file__).parent / "oidc_provider"
CALLBACK = "/session/oidc/callback"
SECRET = "a secret of the server: with + and %"
PUBLIC = "https://gov.test"
START_S = 60
STOP_S = 30
ALGORITHMS = {
    "RS256": ("RSA", 2048),
    "PS256": ("RSA", 2048),
    "ES256": ("EC", "P-256"),
    "EdDSA": ("OKP", "Ed25519"),
}
_FORM = re.compile(r'<form[^>]* action="([^"]+)"')


def new_keys(generation: int = 1) -> KeySet:
    """Make a key for each algorithm, as a provider has them."""
    return KeySet(
        [
            generate_key(
                kind,  # type: ignore[call-overload]
                size,
                {"kid": f"{name}-{generation}", "alg": name, "use": "sig"},
            )
            for name, (kind, size) in ALGORITHMS.items()
        ]
    )


def client(client_id: str, algorithm: str, public_url: str, **more: Any) -> dict[str, Any]:
    """Describe a client, as it is registered at the provider."""
    return {
        "client_id": client_id,
        "client_secret": SECRET,
        "redirect_uris": [f"{public_url}{CALLBACK}"],
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "id_token_signed_response_alg": algorithm,
        **more,
    }


@dataclass
class ProviderProcess:
    """The process of a provider, on a port that it keeps when it is started anew."""

    host: str = "127.0.0.1"
    port: int = field(default_factory=unused_port)
    keys: KeySet = field(default_factory=new_keys)
    clients: list[dict[str, Any]] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    @property
    def issuer(self) -> str:
        return f"http://{self.host}:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        assert is_free("127.0.0.1", self.port)
        told = {
            "issuer": self.issuer,
            "port": self.port,
            "jwks": self.keys.as_dict(private=True),
            "clients": self.clients,
        }
        node = program("node")
        assert node
        self.process = subprocess.Popen(
            [node, "server.mjs"],
            cwd=FOLDER,
            env={**os.environ, "OIDC_TOLD": json.dumps(told)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "the provider ended by itself"
            with contextlib.suppress(httpx.TransportError):
                if get(f"{self.issuer}/jwks").status_code == httpx.codes.OK:
                    return
            time.sleep(0.05)
        raise AssertionError("the provider was not ready in time")

    def stop(self) -> None:
        """End it; what it knew is forgotten."""
        if self.process is not None:
            # The whole group: what is called node may be a script that runs it.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=STOP_S)
            self.process = None
            deadline = time.monotonic() + STOP_S
            while not is_free("127.0.0.1", self.port):
                assert time.monotonic() < deadline, "the provider's port is still taken"
                time.sleep(0.05)

    def answer_next(self, id_token: str) -> None:
        """Have it answer this ID token in place of the next true one."""
        get(f"{self.issuer}/next-id-token", params={"token": id_token}).raise_for_status()


@contextlib.contextmanager
def provider_process(**described: Any) -> Iterator[ProviderProcess]:
    install(FOLDER)
    started = ProviderProcess(**described)
    try:
        started.start()
        yield started
    finally:
        started.stop()


async def sign_in_there(url: str, login: str) -> str:
    """Sign in at the provider as a person does, and return the address it sends the browser to."""
    async with httpx.AsyncClient(verify=UNTRUSTING) as person:
        answer = await person.get(url)
        for _ in range(12):
            if answer.is_redirect:
                target = urljoin(str(answer.url), answer.headers["location"])
                if CALLBACK in target:
                    return target
                answer = await person.get(target)
                continue
            form = _FORM.search(answer.text)
            assert form, answer.text
            filled = {"prompt": "consent"}
            if 'name="login"' in answer.text:
                filled = {"prompt": "login", "login": login, "password": "any"}
            target = urljoin(str(answer.url), unescape(form[1]))
            answer = await person.post(target, data=filled)
    raise AssertionError("the provider never sent the browser back")
