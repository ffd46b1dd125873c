"""People who look at the page: accounts as `gis-gov account add` makes them, and their sessions."""

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import httpx
from playwright.sync_api import Page

from tests.plain_http import UNTRUSTING

PASSWORD = "Lantern-Quay-47"
COOKIE = "gis_gov_session"
# Passwords are slow to hash, and other tests share the processors.
WAIT_S = 60


@dataclass(frozen=True)
class Seat:
    """A session on a site: what a browser keeps of it, and what its page sends along."""

    site: str
    token: str
    csrf: str

    def take(self, window: Page) -> None:
        """Let a window go on in this session."""
        window.context.add_cookies(
            [
                {
                    "name": COOKIE,
                    "value": self.token,
                    "url": self.site,
                    "httpOnly": True,
                    "sameSite": "Strict",
                }
            ]
        )

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send a request as the page does."""
        headers = {"cookie": f"{COOKIE}={self.token}", "x-csrf-token": self.csrf}
        answer = httpx.request(
            method,
            f"{self.site}{path}",
            headers=headers,
            timeout=WAIT_S,
            verify=UNTRUSTING,
            **more,
        )
        return answer.raise_for_status()


def add_account(url: str, name: str, *roles: str, display_name: str = "王芳") -> str:
    """Add an account with roles everywhere, and return its one-time password."""
    given = [part for role in roles for part in ("--role", role)]
    command = [sys.executable, "-m", "gis_gov", "account", "add", name]
    done = subprocess.run(
        [*command, "--display-name", display_name, *given],
        env={**os.environ, "GIS_GOV_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def join(url: str, site: str, name: str, *roles: str) -> Seat:
    """Add an account with roles, and sign in to it; its password is PASSWORD from then on."""
    one_time = add_account(url, name, *roles)
    with httpx.Client(base_url=site, timeout=WAIT_S, verify=UNTRUSTING) as browser:
        told = browser.post("/session", json={"name": name, "password": one_time})
        changed = browser.put(
            "/session/password",
            json={"password": one_time, "new_password": PASSWORD},
            headers={"x-csrf-token": told.raise_for_status().json()["csrf_token"]},
        )
        csrf = changed.raise_for_status().json()["csrf_token"]
        return Seat(site, browser.cookies[COOKIE], csrf)
