"""Response headers that keep browsers from doing more than they should."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}
# The documentation page loads Swagger UI from elsewhere, which is why only development has it.
DOCUMENTATION = {
    "Content-Security-Policy": "default-src 'none'; connect-src 'self'; frame-ancestors 'none'; "
    "img-src data: https://fastapi.tiangolo.com; script-src 'unsafe-inline' https://cdn.jsdelivr.net; "
    "style-src 'unsafe-inline' https://cdn.jsdelivr.net"
}


class SecurityHeaders:
    """Adds the headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = DOCUMENTATION if scope["path"] == "/docs" else {}
                MutableHeaders(scope=message).update(HEADERS | own)
            await send(message)

        await self.app(scope, receive, send_with_headers)
