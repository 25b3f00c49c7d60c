# SPDX-License-Identifier: Apache-2.0
# The image of both programs: built with the Swift toolchain, then put into an empty root with the C library alone.
#
#   buildah build --timestamp "$(git log -1 --format=%ct)" -t shrike:0.1.0 .
#
# --timestamp makes the image reproducible. The default user is nobody in particular, which is enough for `shrike`;
# `shriked` is run as root with four capabilities, see charts/shrike.
ARG BUILDER=swift:6.3-bookworm

FROM ${BUILDER} AS build
WORKDIR /source
COPY . .
RUN apt-get update && apt-get install -y --no-install-recommends make git && make build
ARG SOURCE_DATE_EPOCH=0
RUN SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH} scripts/image-root dist /image-root

FROM scratch
LABEL org.opencontainers.image.title="Shrike" \
      org.opencontainers.image.description="Runtime security for Linux and Kubernetes: watches processes, refuses what a policy forbids" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0 AND (GPL-2.0-only OR BSD-2-Clause)"
COPY --from=build /image-root /
ENV PATH=/usr/bin
USER 65532:65532
ENTRYPOINT ["shrike"]
CMD ["--help"]
