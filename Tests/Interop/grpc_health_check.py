"""Asks a server's health as a probe does: without a certificate."""


def check(server):
    from grpc.health.v1 import health_pb2, health_pb2_grpc

    with server.channel(None) as channel:
        answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
        return answer.status == health_pb2.HealthCheckResponse.SERVING
