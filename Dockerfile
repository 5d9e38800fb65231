# One image for the dashboard, its workers and the command line. Build: docker build -t mammo .
FROM python:3.11-slim AS build
ARG EXTRAS=""
WORKDIR /app
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir uv && \
    /venv/bin/uv pip install --no-cache --compile-bytecode --python /venv/bin/python -r requirements.txt ${EXTRAS}

FROM python:3.11-slim
RUN useradd --create-home mammo && mkdir /data && chown mammo /data
COPY --from=build /venv /venv
WORKDIR /app
COPY --chown=mammo app.py ./
COPY --chown=mammo pages pages
COPY --chown=mammo mammo mammo
COPY --chown=mammo db db
COPY --chown=mammo static static
COPY --chown=mammo .streamlit .streamlit
USER mammo
ENV PATH=/venv/bin:$PATH MAMMO_HOME=/data PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --start-period=60s CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://localhost:8501/_stcore/health', timeout=5)"]
ENTRYPOINT ["python", "-m", "mammo"]
CMD ["serve"]
