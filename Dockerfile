# One image for web, workers and housekeeping; docker-compose.yml gives each its command.
#   docker build -t guidang:0.1.0 .          another registry: --build-arg REGISTRY=mirror.example.org/library/
ARG REGISTRY=""
FROM ${REGISTRY}python:3.11.13-slim-bookworm AS libraries
COPY requirements.lock /
# Wheels only, each with the hash of the lock: nothing is compiled, so that no compiler is ever in an image. The OCR models
# and the Chinese fonts are inside wheels; nothing is downloaded when it runs.
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r requirements.lock \
 && /venv/bin/pip uninstall --yes --quiet pip setuptools

FROM ${REGISTRY}python:3.11.13-slim-bookworm
# Only for ocr_engine = "tesseract": docker build --build-arg TESSERACT=yes
ARG TESSERACT=no
RUN if [ "$TESSERACT" = yes ]; then apt-get update \
 && apt-get install -y --no-install-recommends tesseract-ocr tesseract-ocr-chi-sim tesseract-ocr-eng \
 && rm -rf /var/lib/apt/lists/*; fi
RUN groupadd --gid 10001 guidang && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/guidang guidang \
 && install -d -o guidang -g guidang -m 0700 /var/lib/guidang /etc/guidang/keys
COPY --from=libraries /venv /venv
# What .dockerignore lets through: the packages, without the generator of specimens, which draws the demonstration and feeds tests.
COPY --chown=root:root . /opt/guidang
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 ORT_DISABLE_TELEMETRY=1 \
    GUIDANG_DATA=/var/lib/guidang GUIDANG_KEYS_URL=keyfile:///etc/guidang/keys/archive.keys
WORKDIR /opt/guidang
USER 10001:10001
EXPOSE 8765
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "dms"]
CMD ["serve"]
