"""The size of requests: nobody fills the memory with one."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Bytes. The longest texts that a record may hold fit, each of their characters escaped.
MAX_BODY_SIZE = 1 * 1024 * 1024


class BodyLimit:
    """Reads no more of a body than the limit, whatever its headers say of it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        received = 0

        async def receive_some() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY_SIZE:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        await self.app(scope, receive_some, send)
