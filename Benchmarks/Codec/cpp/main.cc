// libprotobuf, a fresh message each time.
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>

#include "../measure.h"
#include "benchmark_message1_proto3.pb.h"
#include "benchmark_message2.pb.h"
#include "codec.pb.h"

template <class M>
static void measure(const char *folder, const char *name) {
  size_t size;
  unsigned char *bytes = read_payload(folder, name, &size);
  M message;
  if (!message.ParseFromArray(bytes, size)) exit(1);
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json).ok()) exit(1);
  MEASURE(name, "decode", { M fresh; if (!fresh.ParseFromArray(bytes, size)) exit(1); });
  MEASURE(name, "encode", { std::string out; message.SerializeToString(&out); });
  // This version leaves groups out of its JSON: what does less is not compared.
  M again;
  if (!google::protobuf::util::JsonStringToMessage(json, &again).ok()) exit(1);
  if (!google::protobuf::util::MessageDifferencer::Equals(again, message)) return;
  MEASURE(name, "json decode", { M fresh; if (!google::protobuf::util::JsonStringToMessage(json, &fresh).ok()) exit(1); });
  MEASURE(name, "json encode", { std::string out; google::protobuf::util::MessageToJsonString(message, &out).ok(); });
}

int main(int, char **arguments) {
  measure<codec::AccrueRequest>(arguments[1], "accrue");
  measure<benchmarks::proto3::GoogleMessage1>(arguments[1], "google1");
  measure<benchmarks::proto2::GoogleMessage2>(arguments[1], "google2");
  measure<codec::Deep>(arguments[1], "deep");
  measure<codec::Wide>(arguments[1], "wide");
}
