"""Sign in with an identity provider on another site, in a real browser, until the map is there."""

import contextlib
import os
from collections.abc import Iterator
from unittest.mock import patch

import psycopg
import pytest
from playwright.sync_api import Page, Request

from tests.accounts.provider import SECRET, ProviderProcess, client, provider_process
from tests.dashboard.conftest import serving
from tests.ports import unused_port
