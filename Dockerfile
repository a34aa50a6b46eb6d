# The API is the last target, which is the default. `docker compose up` also uses `local`, which exists only to run on one
# machine, and `proxy`. Build steps run on the platform of the building machine, because no file that they add to the API's
# image depends on a platform.

# What the images are built from. The deployment sets the first to its digest in base-images.env.
ARG NODE_IMAGE=node:24-trixie-slim
ARG DEBIAN_IMAGE=debian:trixie-slim

# The root's package.json names the packages of the API; local/package.json, the further ones of the scripts and of a run on
# one machine. The API's packages are installed without the latter file: with it, npm would also install those of its
# packages that a development package could use.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc ./

# `on` adds the optional packages that trace requests (docs/operations.md), without the embedded engine.
ARG TRACING=off

# No install scripts of the packages, no development packages, no embedded engine; and no types or source maps, which
# no program reads.
FROM manifests AS api-packages
RUN --mount=type=cache,target=/root/.npm \
  npm ci --workspaces=false --omit=dev $([ "$TRACING" = on ] || echo --omit=optional) --ignore-scripts --no-audit --no-update-notifier \
  && rm -rf node_modules/@dynoxide \
  && find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.cts' -o -name '*.mts' \) -delete

FROM manifests AS local-packages
COPY local/package.json local/
RUN --mount=type=cache,target=/root/.npm \
  npm ci --omit=dev $([ "$TRACING" = on ] || echo --omit=optional) --ignore-scripts --no-audit --no-update-notifier \
  && rm -rf node_modules/@dynoxide \
  && find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.cts' -o -name '*.mts' \) -delete

FROM manifests AS screens
COPY local/package.json local/
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-update-notifier
COPY tsconfig.json ./
COPY schema schema
COPY client client
COPY web web
RUN npm run build:web

FROM ${DEBIAN_IMAGE} AS proxy
RUN apt-get update \
  && apt-get install --yes --no-install-recommends haproxy \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
COPY local/proxy/haproxy.cfg /etc/haproxy/haproxy.cfg
USER haproxy
EXPOSE 4567
# Requests that are under way are answered.
STOPSIGNAL SIGUSR1
HEALTHCHECK --interval=10s --timeout=3s \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/4567 && printf 'GET /api/health-check HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q '\"success\":true' <&3"]
CMD ["haproxy", "-W", "-db", "-f", "/etc/haproxy/haproxy.cfg"]

FROM ${NODE_IMAGE} AS local
WORKDIR /app
# A new volume takes its owner from here.
RUN mkdir /data && chown node:node /data
COPY --from=local-packages /app/node_modules node_modules
COPY package.json ./
COPY schema schema
COPY backend backend
COPY lambdas lambdas
COPY cli cli
COPY local local
COPY bin bin
ENV NODE_ENV=development DATA_DIR=/data
USER node

FROM ${NODE_IMAGE} AS api
ENV NODE_ENV=production
WORKDIR /app
COPY --from=api-packages /app/node_modules node_modules
COPY --from=screens /app/dist/web dist/web
COPY package.json ./
COPY schema schema
COPY backend backend
USER node
EXPOSE 4567
# Without a process of Node's, which would cost more than the requests of a quiet day.
HEALTHCHECK --interval=10s --timeout=3s \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${PORT:-4567} && printf 'GET /api/health-check HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q '\"success\":true' <&3"]
# Node 24 runs TypeScript as it is.
CMD ["node", "backend/main.ts"]
