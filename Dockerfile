# The server's image: the wheel, with the page built, and the locked packages.
FROM docker.io/library/python:3.13-slim-bookworm AS build
WORKDIR /src
COPY requirements-build.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements-build.lock
COPY . .
RUN cd gis_gov/dashboard && npm ci --no-audit --no-fund && npm run build
RUN python -m hatchling build -t wheel -d /wheels

FROM docker.io/library/python:3.13-slim-bookworm
# The font draws the text of charts that are asked for as PNG.
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-noto-cjk postgresql-client \
    && rm -rf /var/lib/apt/lists/*
COPY requirements.lock /
RUN pip install --no-cache-dir --require-hashes -r /requirements.lock
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir --no-deps /wheels/*.whl && useradd --system --create-home gis_gov
USER gis_gov
# A volume put here takes over its owner.
RUN mkdir --mode=700 /home/gis_gov/home
WORKDIR /home/gis_gov
EXPOSE 8000
CMD ["gis-gov", "serve", "--host", "0.0.0.0"]
