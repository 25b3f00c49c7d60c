#!/bin/sh
# Regenerates the committed Swift code from the .proto files in Sources/ShrikeControl/Protos: messages into
# Sources/ShrikeControl/Generated, stubs of the gRPC services into Sources/ShrikeRPC/Generated.
#
# Not part of a build: run it by hand after a change to the .proto files. Needs protoc (Debian:
# protobuf-compiler) and two plugins of the versions that Package.resolved names. If they are not in PATH,
# name them:
#
#   PROTOC_GEN_SWIFT=…/protoc-gen-swift PROTOC_GEN_GRPC_SWIFT=…/protoc-gen-grpc-swift-2 scripts/generate-protobuf.sh
#
# To build them: swift build --product protoc-gen-swift in a checkout of swift-protobuf, swift build
# --product protoc-gen-grpc-swift-2 in one of grpc-swift-protobuf.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
protos=$root/Sources/ShrikeControl/Protos
messages=$root/Sources/ShrikeControl/Generated
stubs=$root/Sources/ShrikeRPC/Generated

plugin() {
    path=${2:-$(command -v "$1" || true)}
    if [ -z "$path" ]; then
        echo "generate-protobuf: no $1 in PATH; name one with $3" >&2
        exit 1
    fi
    echo "$path"
}

if ! command -v protoc >/dev/null; then
    echo "generate-protobuf: protoc is not installed (Debian: protobuf-compiler)" >&2
    exit 1
fi
swift=$(plugin protoc-gen-swift "${PROTOC_GEN_SWIFT:-}" PROTOC_GEN_SWIFT)
grpc=$(plugin protoc-gen-grpc-swift-2 "${PROTOC_GEN_GRPC_SWIFT:-}" PROTOC_GEN_GRPC_SWIFT)

rm -f "$messages"/*.pb.swift "$stubs"/*.grpc.swift
mkdir -p "$messages" "$stubs"
protoc --proto_path="$protos" \
    --plugin=protoc-gen-swift="$swift" \
    --swift_out="$messages" \
    --swift_opt=Visibility=Public \
    --swift_opt=UseAccessLevelOnImports=true \
    --swift_opt=FileNaming=DropPath \
    "$protos"/tetragon/*.proto "$protos"/grpc/health/v1/*.proto

protoc --proto_path="$protos" \
    --plugin=protoc-gen-grpc-swift="$grpc" \
    --grpc-swift_out="$stubs" \
    --grpc-swift_opt=Visibility=Public \
    --grpc-swift_opt=UseAccessLevelOnImports=true \
    --grpc-swift_opt=FileNaming=DropPath \
    "$protos"/tetragon/sensors.proto "$protos"/tetragon/eventlogservice.proto "$protos"/grpc/health/v1/health.proto
# The messages are a module of their own: who reads events from a pipe needs no gRPC.
sed -i 's/^public import GRPCCore$/public import GRPCCore\npublic import ShrikeControl/' "$stubs"/*.grpc.swift
