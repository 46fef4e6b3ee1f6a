// libprotobuf-c as the second opinion: reads messages in hexadecimal, one a line, and writes each anew behind the number of
// fields that it did not know. A line "refused" stands for what it cannot read.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testing/plain.pb-c.h"

int main(void) {
  static char line[1 << 20];
  while (fgets(line, sizeof line, stdin)) {
    size_t count = strspn(line, "0123456789abcdef") / 2;
    unsigned char *bytes = malloc(count + 1);
    for (size_t i = 0; i < count; i++) {
      unsigned int byte;
      sscanf(line + 2 * i, "%2x", &byte);
      bytes[i] = byte;
    }
    Testing__Plain *message = testing__plain__unpack(NULL, count, bytes);
    if (message) {
      size_t size = testing__plain__get_packed_size(message);
      unsigned char *packed = malloc(size + 1);
      testing__plain__pack(message, packed);
      printf("%u ", message->base.n_unknown_fields);
      for (size_t i = 0; i < size; i++) printf("%02x", packed[i]);
      puts("");
      free(packed);
      testing__plain__free_unpacked(message, NULL);
    } else {
      puts("refused");
    }
    free(bytes);
  }
}
