"""What the house writes down of its own running: one JSON line an event, to stderr.

Never members' words, never addresses, never the text of a request. A message of another
library is told by its wording, with numbers filled in and nothing else; an exception by its
class and the places it passed. Both may carry what someone wrote: a database repeats the
row it refused.
"""

from __future__ import annotations

import json
import logging
import random
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_OURS = ("chat", "community", "home", "programs")
# Loggers that put the very exception, or what a function was called with, into their wording.
_TALKATIVE = {
    "asyncio": "asyncio_fault",
    "celery.app.trace": "task_failed",
    "celery.redirected": "something_was_printed",
    "django.security": "request_refused",
    "py.warnings": "warning",
}
_WITH_HANDLERS = ("django", "django.server", "uvicorn", "uvicorn.error", "celery")
_FILL_IN = re.compile(r"%(?:\((\w+)\))?[-#0 +]*\d*(?:\.\d+)?([a-zA-Z%])")
_MOST_FRAMES = 30

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def configuration(level: str) -> dict[str, Any]:
    """Django's LOGGING: our own lines from `level` on, others' from their warnings on.

    Every other way to stderr is closed by `guard`.
    """
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_ON_EVERY_LINE,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    line = {
        "()": structlog.stdlib.ProcessorFormatter,
        "use_get_message": False,
        "pass_foreign_args": True,
        "foreign_pre_chain": [*_ON_EVERY_LINE, only_the_wording],
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            only_the_places,
            structlog.processors.JSONRenderer(serializer=_as_json),
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            **{app: {"level": level} for app in _OURS},
            # Others bring handlers of their own, which would tell more.
            **{name: {"handlers": [], "propagate": True} for name in _WITH_HANDLERS},
            # Told by our own line for each request.
            "django.request": {"level": "ERROR"},
            "uvicorn.access": {"handlers": [], "propagate": False},
        },
    }


def guard() -> None:
    """What Python itself would print of a fault in a thread goes the same way as all else."""
    threading.excepthook = _fault_in_thread
    sys.unraisablehook = _fault_nobody_hears
    sys.excepthook = _fault_that_ends_all
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # a line that can't be written would be printed, whole
    # No line tells them, and to find them out costs as much as the rest of it.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.logAsyncioTasks = False  # type: ignore[attr-defined]


def only_the_wording(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """A library's message without what was filled into it, numbers apart."""
    record: logging.LogRecord = event["_record"]
    filled_in = event.pop("positional_args", None)
    talkative = next((name for name in _TALKATIVE if _is_under(record.name, name)), None)
    if talkative:
        event["event"] = _TALKATIVE[talkative]
        told = getattr(record, "data", None)
        if isinstance(told, dict) and "name" in told:
            event["task"] = str(told["name"])
    elif record.name.partition(".")[0] in _OURS:
        event["event"] = _formatted(record.msg, filled_in)
    else:
        event["event"] = _worded(record.msg, filled_in)
    return event


def only_the_places(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """An exception as the classes of it and its causes, and the frames it passed."""
    info = event.pop("exc_info", None)
    event.pop("stack_info", None)
    event.pop("exception", None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if isinstance(info, tuple) and info[0] is not None:
        event["fault"] = " < ".join(_classes(info[1]))
        event["at"] = _frames(info[2])
    return event


# Made once: `json.dumps` with options makes one for each line.
_encode = json.JSONEncoder(default=lambda what: type(what).__name__).encode


def _as_json(event: dict[str, Any], **_: object) -> str:
    return _encode(event)


def _is_under(name: str, parent: str) -> bool:
    return name == parent or name.startswith(f"{parent}.")


def _formatted(wording: Any, filled_in: Any) -> str:
    try:
        return str(wording) % filled_in if filled_in else str(wording)
    except (TypeError, ValueError, KeyError):
        return str(wording)


def _worded(wording: Any, filled_in: Any) -> str:
    if not isinstance(wording, str):
        return type(wording).__name__  # an exception, logged as if it were a message
    values = list(filled_in) if isinstance(filled_in, tuple) else [filled_in]
    named = filled_in if isinstance(filled_in, dict) else {}

    def fill(match: re.Match[str]) -> str:
        name, kind = match.groups()
        if kind == "%":
            return "%"
        value = named.get(name) if name else (values.pop(0) if values else None)
        return str(value) if isinstance(value, (int, float)) else "…"

    return _FILL_IN.sub(fill, wording) if filled_in else wording


def _classes(fault: BaseException | None) -> list[str]:
    names: list[str] = []
    while fault is not None and len(names) < 5:
        names.append(f"{type(fault).__module__}.{type(fault).__qualname__}")
        fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    return names


def _frames(trace: TracebackType | None) -> list[str]:
    """Not through `traceback`'s own formatting: that repeats source lines and messages."""
    walked = [(frame.f_code, line) for frame, line in traceback.walk_tb(trace)]
    return [f"{_short(code.co_filename)}:{line} {code.co_name}" for code, line in walked][
        -_MOST_FRAMES:
    ]


def _short(path: str) -> str:
    return "/".join(path.replace("\\", "/").split("/")[-3:])


def _fault_in_thread(args: threading.ExceptHookArgs) -> None:
    structlog.get_logger(__name__).error("thread_failed", exc_info=args.exc_value)


def _fault_that_ends_all(
    kind: type[BaseException], fault: BaseException, trace: TracebackType | None
) -> None:
    structlog.get_logger(__name__).critical("process_failed", exc_info=fault)


def _fault_nobody_hears(args: Any) -> None:
    structlog.get_logger(__name__).error("fault_nobody_hears", exc_info=args.exc_value)


_ON_EVERY_LINE: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


_requests = structlog.get_logger("community.requests")


def request_id() -> str:
    """A name for a request, which its lines and its answer carry."""
    # No secret: what is asked of the system lets go of the interpreter, and waits to have it back.
    return f"{random.getrandbits(48):012x}"


def tell_request(method: str | None, path: str, status: int, *, since: float, **more: str) -> None:
    """The one line of a request that was answered; `since` is when it came, by `monotonic`."""
    say = _requests.error if status >= 500 else _requests.info
    ms = round((time.monotonic() - since) * 1000)
    say("request", method=method, path=path, status=status, ms=ms, **more)


class RequestLogMiddleware:
    """One line for each request: what was asked for, by its path alone, and how it ended."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        request.id = request_id()  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request=request.id):  # type: ignore[attr-defined]
            response = self.get_response(request)
            response.headers["X-Request-Id"] = request.id  # type: ignore[attr-defined]
            if request.path.startswith("/healthz/"):
                return response  # asked every second, by machines
            tell_request(request.method, request.path, response.status_code, since=began)
        return response
