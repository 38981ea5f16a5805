# syntax=docker/dockerfile:1
# The tag is pinned to one patch release, the one line of Python the tests run on. No digest is written here because a
# digest that nobody has looked up is worth nothing: look it up for your registry and add @sha256:… to both FROM lines.

FROM python:3.11.13-slim-bookworm AS build
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
RUN python3 -m venv /opt/build \
 && /opt/build/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements-build.lock \
 && python3 -m venv --without-pip /opt/modbot \
 && /opt/build/bin/pip --python /opt/modbot/bin/python install --no-cache-dir --disable-pip-version-check \
      --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY commands ./commands
COPY modbot ./modbot
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /tmp/wheel . \
 && /opt/build/bin/pip --python /opt/modbot/bin/python install --no-index --no-deps --no-cache-dir /tmp/wheel/*.whl

FROM python:3.11.13-slim-bookworm
# Only /data is written, so the root file system can be mounted read-only. /data holds the store and the keys: back it up.
RUN groupadd --gid 10001 modbot \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin modbot \
 && install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=build /opt/modbot /opt/modbot
ENV PATH=/opt/modbot/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MODBOT_HOST=0.0.0.0 \
    MODBOT_DATA_DIR=/data
WORKDIR /data
USER 10001:10001
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('MODBOT_PORT', '3000')), timeout=4); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["modbot"]
CMD ["serve"]
