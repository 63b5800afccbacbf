# PAT's serving image for a GPU. Build it from the repository's root:
#   docker build -f infra/endpoint/gpu.Dockerfile -t pat-gpu .
FROM tensorflow/tensorflow:2.20.0-gpu

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/srv TF_CPP_MIN_LOG_LEVEL=2
# Vertex overrides these; they are here so that `docker run` alone answers too.
ENV AIP_HTTP_PORT=8080 AIP_HEALTH_ROUTE=/health AIP_PREDICT_ROUTE=/predict

WORKDIR /srv
COPY infra/endpoint/requirements-gpu.txt .
RUN pip install --no-cache-dir -r requirements-gpu.txt
COPY shared/clarity/__init__.py clarity/
COPY shared/clarity/domain clarity/domain
# With the package data: the trained weights, their scaler and their manifest.
COPY shared/clarity/pat clarity/pat
COPY infra/__init__.py infra/
COPY infra/endpoint infra/endpoint

RUN useradd --no-create-home --shell /usr/sbin/nologin pat
USER pat
EXPOSE 8080

HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD \
    python3 -c "from urllib.request import urlopen; urlopen('http://127.0.0.1:${AIP_HTTP_PORT}${AIP_HEALTH_ROUTE}', timeout=4)"

ENTRYPOINT ["python3", "-m", "infra.endpoint.main", "--host", "0.0.0.0", "--runtime", "tensorflow"]
