"""What can be seen of the running service: a log line, a metric and a span for each request.

None of them carries a body, a query or any other value that a person sent.
"""

import logging
import sys
import time
import traceback
import uuid
from http import HTTPStatus

import structlog
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clinic.problems import document
from clinic.settings import Settings

# Whatever else a caller makes up counts as one, so that metrics cannot be made to grow.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
REGISTRY = CollectorRegistry()
REQUESTS = Histogram(
    "http_request_duration_seconds", "Time to answer a request.", ["method", "route", "status"], registry=REGISTRY
)

log: structlog.stdlib.BoundLogger = structlog.get_logger()
tracer = trace.get_tracer("clinic")


def configure_logging(level: str) -> None:
    """Log JSON lines on standard output, those of libraries included."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    logging.getLogger("aiosqlite").setLevel(logging.INFO)  # at DEBUG it logs bound values
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.getLogger("uvicorn").handlers.clear()  # its lines are JSON, too
    logging.getLogger("uvicorn").propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # it would log the query


def configure_tracing(settings: Settings) -> TracerProvider | None:
    """Send spans to the collector of the settings, if there is one.

    One that does not answer holds up the end of the service for two requests at most: all that waits goes in one.
    """
    if not settings.otel_exporter_otlp_endpoint:
        return None
    provider = TracerProvider(resource=Resource.create({"service.name": "clinic"}))
    exporter = OTLPSpanExporter(endpoint=f"{settings.otel_exporter_otlp_endpoint.rstrip('/')}/v1/traces", timeout=2)
    provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=2048, max_export_batch_size=2048))
    trace.set_tracer_provider(provider)
    return provider


class ObserveRequests:
    """Gives each request an id, measures it, and turns a crash into a problem document."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = HTTPStatus.INTERNAL_SERVER_ERROR.value
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        request_id = uuid.uuid4().hex
        started = time.perf_counter()

        async def observed_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        with (
            structlog.contextvars.bound_contextvars(request_id=request_id),
            tracer.start_as_current_span(
                method, context=propagate.extract(Headers(scope=scope)), kind=trace.SpanKind.SERVER
            ) as span,
        ):
            try:
                await self.app(scope, receive, observed_send)
            except Exception as error:
                log_crash(error)
                answer = document(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side.")
                await answer(scope, receive, observed_send)
            route = getattr(scope.get("route"), "path", "unmatched")
            span.update_name(f"{method} {route}")
            span.set_attributes({"http.route": route, "http.response.status_code": status})
            if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                span.set_status(trace.StatusCode.ERROR)
            seconds = time.perf_counter() - started
            REQUESTS.labels(method, route, str(status)).observe(seconds)
            log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


def log_crash(error: Exception) -> None:
    """Say where it happened. The message stays out: it may hold values that a person sent."""
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    log.error("crash", error=type(error).__name__, frames=frames)


def install(app: FastAPI) -> None:
    """Observe every request and offer the metrics at `/metrics`."""
    app.add_middleware(ObserveRequests)

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> PlainTextResponse:
        return PlainTextResponse(generate_latest(REGISTRY), media_type="text/plain; version=0.0.4")
