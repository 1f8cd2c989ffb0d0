# One image for every process: migrate, the web, workers. See docs/deployment.md.
FROM python:3.11-slim AS built
RUN useradd --create-home --uid 10001 discovery
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY --chown=discovery . .
RUN chown discovery /app && install -d -o discovery -m 700 /data
USER discovery
ENV DISCOVERY_DATA_DIR=/data \
    REFLEX_TELEMETRY_ENABLED=false \
    REFLEX_CHECK_LATEST_VERSION=false \
    CREWAI_DISABLE_TELEMETRY=true \
    OTEL_SDK_DISABLED=true
# The address people use is built into the pages; another one builds them at the start.
ARG DISCOVERY_PUBLIC_URL=http://localhost:3000
ENV DISCOVERY_PUBLIC_URL=$DISCOVERY_PUBLIC_URL
RUN python -c "from discovery_app.cli.bundle import build_pages; build_pages()"
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "discovery_app"]
CMD ["serve"]
