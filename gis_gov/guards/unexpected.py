"""Answer a defect of ours where the other guards still see the answer."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gis_gov.problems import answer


class AnswerUnexpected:
    """Answer an exception that nobody expected as a problem, then let the server have it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except Exception as error:
            if scope["type"] == "http" and not begun:
                response = await answer(Request(scope), error)
                await response(scope, receive, send)
            raise
