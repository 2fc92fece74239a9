# syntax=docker/dockerfile:1
FROM rust:1-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo build --release --locked && strip target/release/columnist

FROM debian:stable-slim
# GitLab's runners call git before the job's script.
RUN apt-get update && apt-get install -y --no-install-recommends git ca-certificates && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/target/release/columnist /usr/local/bin/columnist
WORKDIR /work
ENTRYPOINT []
CMD ["columnist", "--help"]
