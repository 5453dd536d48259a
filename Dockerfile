# One image for all pipelines: GitHub runs the entrypoint that action.yml names, GitLab and Jenkins
# need a shell and run their own commands.
FROM --platform=$BUILDPLATFORM golang:1.26.8-bookworm AS build
WORKDIR /src
# The modules are a layer of their own, which is kept until go.mod or go.sum changes.
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS=linux
ARG TARGETARCH=amd64
ARG VERSION=0.0.0-dev
ARG COMMIT=unknown
# Nothing of the machine, the time or the checkout gets into the binary: the same source gives the
# same bytes.
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -buildvcs=false \
    -ldflags "-s -w -buildid= -X main.version=$VERSION -X main.commit=$COMMIT" -o /ecrgate ./cmd/ecrgate

# Only the binary, for `docker build --target binary --output`: a release gets its files from here.
FROM scratch AS binary
COPY --from=build /ecrgate /ecrgate

# Busybox provides sh, cat, nohup, cp, touch, sleep and mv, which CI systems run inside an image.
# Nothing is run in this stage, so that it is built for every platform on any machine.
FROM busybox:1.37.0-musl
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /ecrgate /usr/local/bin/ecrgate
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LABEL org.opencontainers.image.title=ecrgate \
      org.opencontainers.image.source=https://github.com/ecrgate/ecrgate \
      org.opencontainers.image.licenses=MIT
# No USER: GitHub's runner owns the workspace and the command files and expects root in a container
# action. No ENTRYPOINT: GitLab and Jenkins start a shell, or cat, of their own.
CMD ["ecrgate"]
