// libprotobuf-c: unpacking with the freeing of what was unpacked. Its compiler cannot do the groups of google_message2.
#include "../measure.h"
#include "benchmark_message1_proto3.pb-c.h"
#include "codec.pb-c.h"

static void measure(const char *folder, const char *name, const ProtobufCMessageDescriptor *type) {
  size_t size;
  unsigned char *bytes = read_payload(folder, name, &size);
  ProtobufCMessage *message = protobuf_c_message_unpack(type, NULL, size, bytes);
  if (!message) exit(1);
  MEASURE(name, "decode", protobuf_c_message_free_unpacked(protobuf_c_message_unpack(type, NULL, size, bytes), NULL));
  MEASURE(name, "encode", {
    unsigned char *out = (unsigned char *)malloc(protobuf_c_message_get_packed_size(message));
    protobuf_c_message_pack(message, out);
    free(out);
  });
}

int main(int count, char **arguments) {
  (void)count;
  measure(arguments[1], "accrue", &codec__accrue_request__descriptor);
  measure(arguments[1], "google1", &benchmarks__proto3__google_message1__descriptor);
  measure(arguments[1], "deep", &codec__deep__descriptor);
  measure(arguments[1], "wide", &codec__wide__descriptor);
}
