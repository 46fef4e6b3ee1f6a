// The disk by itself: 8 kB writes into a zero-filled file, each with fdatasync, for some seconds, at full speed or at a
// pace. Prints syncs a second, and the median and 99th percentile of write and sync together.
//
//   sync FILE SECONDS [PER_SECOND]

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { block = 8192, file_length = 32 << 20, most = 1 << 20 };

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static int ascending(const void *first, const void *second) {
  uint64_t a = *(const uint64_t *)first, b = *(const uint64_t *)second;
  return (a > b) - (a < b);
}

static void check(int holds, const char *what) {
  if (holds) return;
  perror(what);
  exit(1);
}

int main(int count, char **arguments) {
  if (count < 3) return fprintf(stderr, "usage: sync FILE SECONDS [PER_SECOND]\n"), 2;
  double pace = count > 3 ? atof(arguments[3]) : 0;
  int file = open(arguments[1], O_RDWR | O_CREAT | O_TRUNC, 0600);
  check(file >= 0, arguments[1]);
  static char bytes[block];
  static uint64_t times[most];
  for (off_t at = 0; at < file_length; at += block) check(pwrite(file, bytes, block, at) == block, "write");
  check(fsync(file) == 0, "fsync");
  memset(bytes, 0x5a, block);
  uint64_t begin = now(), end = begin + (uint64_t)(atof(arguments[2]) * 1e9), due = begin;
  int syncs = 0;
  while (now() < end && syncs < most) {
    if (pace > 0) {
      due += (uint64_t)(1e9 / pace);
      while (now() < due) usleep(50);
    }
    uint64_t start = now();
    check(pwrite(file, bytes, block, (off_t)syncs * block % file_length) == block, "write");
    check(fdatasync(file) == 0, "fdatasync");
    times[syncs++] = now() - start;
  }
  double seconds = (double)(now() - begin) / 1e9;
  qsort(times, (size_t)syncs, sizeof *times, ascending);
  printf("%.0f %.0f %.0f\n", syncs / seconds, times[syncs / 2] / 1e3, times[syncs * 99 / 100] / 1e3);
  return close(file);
}
