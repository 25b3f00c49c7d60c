#!/bin/sh
# Regenerates the committed Swift code in Sources/ShrikeControl/Generated from the .proto files.
#
# Not part of a build: run it by hand after a change to Sources/ShrikeControl/Protos.
# Needs protoc (Debian: protobuf-compiler) and protoc-gen-swift of the swift-protobuf version that
# Package.resolved names. If the plugin is not in PATH, name it:
#
#   PROTOC_GEN_SWIFT=path/to/protoc-gen-swift scripts/generate-protobuf.sh
#
# To build the plugin, in a checkout of swift-protobuf: swift build --product protoc-gen-swift.
#
# Stubs of the gRPC services are generated too when PROTOC_GEN_GRPC_SWIFT names a
# protoc-gen-grpc-swift-2 and GRPC_OUT a folder to put them into.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
protos=$root/Sources/ShrikeControl/Protos
generated=$root/Sources/ShrikeControl/Generated
plugin=${PROTOC_GEN_SWIFT:-$(command -v protoc-gen-swift || true)}

if ! command -v protoc >/dev/null; then
    echo "generate-protobuf: protoc is not installed (Debian: protobuf-compiler)" >&2
    exit 1
fi
if [ -z "$plugin" ]; then
    echo "generate-protobuf: no protoc-gen-swift in PATH; name one with PROTOC_GEN_SWIFT" >&2
    exit 1
fi

rm -f "$generated"/*.pb.swift
mkdir -p "$generated"
protoc --proto_path="$protos" \
    --plugin=protoc-gen-swift="$plugin" \
    --swift_out="$generated" \
    --swift_opt=Visibility=Public \
    --swift_opt=UseAccessLevelOnImports=true \
    --swift_opt=FileNaming=DropPath \
    "$protos"/tetragon/*.proto

if [ -n "${PROTOC_GEN_GRPC_SWIFT:-}" ]; then
    mkdir -p "${GRPC_OUT:?GRPC_OUT names the folder for the gRPC stubs}"
    protoc --proto_path="$protos" \
        --plugin=protoc-gen-grpc-swift="$PROTOC_GEN_GRPC_SWIFT" \
        --grpc-swift_out="$GRPC_OUT" \
        --grpc-swift_opt=Visibility=Public \
        --grpc-swift_opt=UseAccessLevelOnImports=true \
        --grpc-swift_opt=FileNaming=DropPath \
        "$protos"/tetragon/sensors.proto "$protos"/tetragon/eventlogservice.proto
fi
