// Generated from grpc/testing/test.proto: this file is here because a target needs one that is not.
