// As Harness.swift, for C and C++.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

static unsigned long allocations_so_far(void) {
  unsigned long (*count)(void) = (unsigned long (*)(void))dlsym(RTLD_DEFAULT, "allocation_count");
  return count ? count() : 0;
}

static unsigned char *read_payload(const char *folder, const char *name, size_t *size) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s.bin", folder, name);
  FILE *file = fopen(path, "rb");
  if (!file) { perror(path); exit(1); }
  unsigned char *bytes = (unsigned char *)malloc(1 << 20);
  *size = fread(bytes, 1, 1 << 20, file);
  fclose(file);
  return bytes;
}

#define MEASURE(message, operation, statement)                                        \
  do {                                                                                \
    for (int i = 0; i < 50; i++) { statement; }                                       \
    unsigned long before = allocations_so_far();                                      \
    { statement; }                                                                    \
    unsigned long allocations = allocations_so_far() - before;                        \
    long iterations = 1;                                                              \
    double best;                                                                      \
    for (;; iterations *= 2) {                                                        \
      double start = now();                                                           \
      for (long i = 0; i < iterations; i++) { statement; }                            \
      best = now() - start;                                                           \
      if (best > 8e6) break;                                                          \
    }                                                                                 \
    best /= iterations;                                                               \
    for (int round = 0; round < 25; round++) {                                        \
      double start = now();                                                           \
      for (long i = 0; i < iterations; i++) { statement; }                            \
      double each = (now() - start) / iterations;                                     \
      if (each < best) best = each;                                                   \
    }                                                                                 \
    printf("%s\t%s\t%.1f\t%lu\n", message, operation, best, allocations);             \
  } while (0)
