# Two stages: what it takes to build stays in the first. The database is elsewhere.
# This Python is the one that .ci/run installs and runs every test with.
FROM python:3.11-slim AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements/production.txt requirements/
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/production.txt
COPY . .
# Collecting files needs no secret, but the production settings insist on one.
RUN SECRET_KEY="$(head -c 48 /dev/urandom | base64 -w 0)" ALLOWED_HOSTS=build.invalid \
    CONGOCART_ENVIRONMENT=production CONGOCART_STATIC_ROOT=/app/staticfiles \
    /venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home congocart \
    && install --directory --owner congocart /media
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 \
    CONGOCART_ENVIRONMENT=production \
    CONGOCART_STATIC_ROOT=/app/staticfiles \
    CONGOCART_MEDIA_ROOT=/media \
    PROMETHEUS_MULTIPROC_DIR=/tmp/metrics \
    HOST=0.0.0.0 \
    PORT=8000
USER congocart
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD \
  ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/readyz', timeout=4)"]
CMD ["python", "-m", "congocart.server"]
