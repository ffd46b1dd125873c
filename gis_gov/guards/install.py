"""Put the guards before an application, in their order."""

from fastapi import FastAPI
from starlette.middleware import Middleware

from gis_gov.access.refusals import RecordRefusals
from gis_gov.guards.bodies import LimitBodies
from gis_gov.guards.headers import SecurityHeaders
from gis_gov.guards.leaving import FollowClient
from gis_gov.guards.proxies import BehindProxy
from gis_gov.guards.rates import LimitRates
from gis_gov.guards.shape import RefuseMisshapen
from gis_gov.guards.stalled import EndStalled
from gis_gov.guards.unexpected import AnswerUnexpected
from gis_gov.methods import AnswerHead
from gis_gov.observe import Observe
from gis_gov.settings import Settings


def install(app: FastAPI, settings: Settings) -> None:
    """Let every request of `app` pass all guards; what they refuse is counted and has headers."""
    app.user_middleware = [
        Middleware(SecurityHeaders),
        Middleware(BehindProxy, settings.trusted_proxies),
        Middleware(Observe),
        Middleware(RecordRefusals),
        Middleware(RefuseMisshapen, settings.hosts),
        Middleware(LimitRates, settings),
        Middleware(LimitBodies, settings),
        Middleware(EndStalled, settings.send_timeout_s),
        Middleware(FollowClient, settings.request_timeout_s),
        Middleware(AnswerHead),
        *app.user_middleware,
        Middleware(AnswerUnexpected),
    ]
