// A client that makes connections and nothing else, the same for every server: handshakes in a row, full or resumed, and
// many that lie idle. TLS 1.3, ALPN h2, and HTTP/2's first exchange (preface and SETTINGS both ways).
//
//   connections handshakes PORT COUNT full|resumed [CERTIFICATE KEY]   one after another; prints how many a second
//   connections idle PORT COUNT [CERTIFICATE KEY]                      holds COUNT open until its input ends
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const unsigned char hello[] =
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    "\x00\x00\x00\x04\x00\x00\x00\x00\x00"; // an empty SETTINGS frame
static const unsigned char settings_ack[] = "\x00\x00\x00\x04\x01\x00\x00\x00\x00";

static SSL_SESSION *latest; // of the connection before

static int keep_session(SSL *ssl, SSL_SESSION *session) {
  (void)ssl;
  if (latest) SSL_SESSION_free(latest);
  latest = session;
  return 1;
}

static void fail(const char *what, int number) {
  fprintf(stderr, "connections: %s at connection %d\n", what, number);
  ERR_print_errors_fp(stderr);
  exit(1);
}

static int dial(int port, int number) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (fd < 0) fail("no socket", number);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  struct timeval patience = {.tv_sec = 30};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) fail("not connected", number);
  return fd;
}

// The handshake and HTTP/2's beginning. The server's tickets come before its SETTINGS, so they have been read by then.
static SSL *begin(SSL_CTX *context, int fd, SSL_SESSION *session, int number) {
  SSL *ssl = SSL_new(context);
  if (!ssl || !SSL_set_fd(ssl, fd)) fail("no session", number);
  SSL_set_tlsext_host_name(ssl, "localhost");
  if (session) SSL_set_session(ssl, session);
  if (SSL_connect(ssl) != 1) fail("handshake failed", number);
  if (SSL_write(ssl, hello, sizeof hello - 1) <= 0) fail("preface not sent", number);
  unsigned char frame[16384];
  int have = 0;
  while (have < 9 || have < 9 + (frame[0] << 16 | frame[1] << 8 | frame[2])) {
    int count = SSL_read(ssl, frame + have, sizeof frame - have);
    if (count <= 0) fail("no SETTINGS came", number);
    have += count;
  }
  if (SSL_write(ssl, settings_ack, sizeof settings_ack - 1) <= 0) fail("SETTINGS not acknowledged", number);
  return ssl;
}

int main(int count, char **arguments) {
  int is_idle = count >= 4 && strcmp(arguments[1], "idle") == 0, first_file = is_idle ? 4 : 5;
  if (count < 4 || (!is_idle && (count < 5 || strcmp(arguments[1], "handshakes") != 0)) ||
      (count != first_file && count != first_file + 2)) {
    fprintf(stderr, "usage: connections handshakes PORT COUNT full|resumed [CERTIFICATE KEY]\n"
                    "       connections idle PORT COUNT [CERTIFICATE KEY]\n");
    return 2;
  }
  int port = atoi(arguments[2]), wanted = atoi(arguments[3]), resumes = !is_idle && strcmp(arguments[4], "resumed") == 0;
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_alpn_protos(context, (const unsigned char *)"\x02h2", 3);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  if (resumes) SSL_CTX_sess_set_new_cb(context, keep_session);
  if (count == first_file + 2 && (SSL_CTX_use_certificate_chain_file(context, arguments[first_file]) != 1 ||
                                  SSL_CTX_use_PrivateKey_file(context, arguments[first_file + 1], SSL_FILETYPE_PEM) != 1))
    fail("certificate or key does not load", 0);

  if (is_idle) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    for (int number = 0; number < wanted; number++) {
      SSL *ssl = begin(context, dial(port, number), NULL, number);
      // The descriptor stays open: ten thousand connections cost this side no memory.
      SSL_set_quiet_shutdown(ssl, 1);
      BIO_set_close(SSL_get_rbio(ssl), BIO_NOCLOSE);
      SSL_free(ssl);
    }
    printf("open %d\n", wanted);
    fflush(stdout);
    while (getchar() != EOF) continue;
    return 0;
  }

  struct timespec from, to;
  int reused = 0;
  if (resumes) { // one full handshake, for its ticket
    int fd = dial(port, 0);
    SSL *ssl = begin(context, fd, NULL, 0);
    SSL_shutdown(ssl);
    SSL_free(ssl);
    close(fd);
    if (!latest) fail("no ticket came", 0);
  }
  clock_gettime(CLOCK_MONOTONIC, &from);
  for (int number = 1; number <= wanted; number++) {
    int fd = dial(port, number);
    SSL *ssl = begin(context, fd, resumes ? latest : NULL, number);
    reused += SSL_session_reused(ssl);
    SSL_shutdown(ssl);
    SSL_free(ssl);
    close(fd);
  }
  clock_gettime(CLOCK_MONOTONIC, &to);
  double seconds = to.tv_sec - from.tv_sec + (to.tv_nsec - from.tv_nsec) / 1e9;
  printf("%.0f handshakes/s, %d of %d resumed\n", wanted / seconds, reused, wanted);
  return resumes && reused != wanted;
}
