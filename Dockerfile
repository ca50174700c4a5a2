# One image; web, worker, beat and prepare differ in their command (docker-compose.yml).
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 \
    REWEAVE_NO_BOOTSTRAP=1 \
    REWEAVE_VAR=/var/lib/reweave

RUN useradd --system --uid 10001 --user-group --home-dir /srv/reweave house \
    && install --directory --owner house --group house --mode 0700 /var/lib/reweave

WORKDIR /srv/reweave
COPY requirements.lock ./
RUN python -m pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock
COPY . ./
RUN python -m compileall -q chat community home programs

USER house
VOLUME /var/lib/reweave
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["python", "-m", "uvicorn", "community.asgi:application", \
     "--host", "0.0.0.0", "--port", "8000", \
     "--lifespan", "off", "--http", "httptools", "--loop", "uvloop", \
     "--ws", "chat.hub.direct:DirectSocket", \
     "--ws-max-size", "262144", "--ws-per-message-deflate", "false", \
     "--no-server-header", "--no-access-log", "--log-level", "warning", \
     "--forwarded-allow-ips", "*", "--timeout-graceful-shutdown", "5"]
