/* The floor: what TLS, HTTP/2 and the kernel cost when nothing else is done. One thread, epoll, libssl on the socket,
 * nghttp2; every request is answered with the same 45 bytes as soon as it has ended.
 *
 *   c-limit PORT CERTIFICATE KEY [CLIENT-CA]
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { OUTPUT_SIZE = 256 << 10, REPLY_SIZE = 45, EVENTS = 128, TLS_RECORD = 16 << 10 };

struct connection {
  int socket;
  SSL *tls;
  nghttp2_session *http2;
  bool established;
  bool waits_for_output;
  size_t pending_from, pending_to;
  uint8_t pending[OUTPUT_SIZE];
};

static int poller;
static uint8_t reply[REPLY_SIZE] = {0, 0, 0, 0, REPLY_SIZE - 5};

#define HEADER(name, value)                                                                        \
  {(uint8_t *)name, (uint8_t *)value, sizeof(name) - 1, sizeof(value) - 1,                         \
   NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE}

static ssize_t read_reply(nghttp2_session *session, int32_t stream, uint8_t *buffer, size_t size, uint32_t *flags,
                          nghttp2_data_source *source, void *context) {
  (void)size, (void)source, (void)context;
  static nghttp2_nv trailers[] = {HEADER("grpc-status", "0")};
  memcpy(buffer, reply, REPLY_SIZE);
  *flags = NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
  nghttp2_submit_trailer(session, stream, trailers, 1);
  return REPLY_SIZE;
}

static int frame_received(nghttp2_session *session, const nghttp2_frame *frame, void *context) {
  (void)context;
  static nghttp2_nv headers[] = {HEADER(":status", "200"), HEADER("content-type", "application/grpc")};
  bool carries_request = frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS;
  if (carries_request && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM)) {
    nghttp2_data_provider body = {.read_callback = read_reply};
    nghttp2_submit_response(session, frame->hd.stream_id, headers, 2, &body);
  }
  return 0;
}

static int choose_h2(SSL *tls, const unsigned char **out, unsigned char *out_size, const unsigned char *in,
                     unsigned in_size, void *context) {
  (void)tls, (void)context;
  static const unsigned char h2[] = "\x02h2";
  return SSL_select_next_proto((unsigned char **)out, out_size, h2, 3, in, in_size) == OPENSSL_NPN_NEGOTIATED
             ? SSL_TLSEXT_ERR_OK
             : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static void close_connection(struct connection *c) {
  if (c->http2) nghttp2_session_del(c->http2);
  SSL_free(c->tls);
  close(c->socket);
  free(c);
}

static void watch(struct connection *c, bool output) {
  if (c->waits_for_output == output) return;
  c->waits_for_output = output;
  struct epoll_event event = {.events = EPOLLIN | (output ? EPOLLOUT : 0), .data.ptr = c};
  epoll_ctl(poller, EPOLL_CTL_MOD, c->socket, &event);
}

/* Sends what nghttp2 has, as many frames as fit into one TLS record at a time. */
static bool send_pending(struct connection *c) {
  for (;;) {
    if (c->pending_from == c->pending_to) {
      c->pending_from = c->pending_to = 0;
      const uint8_t *frame;
      ssize_t size;
      while (c->pending_to + (64 << 10) < OUTPUT_SIZE && (size = nghttp2_session_mem_send(c->http2, &frame)) > 0) {
        memcpy(c->pending + c->pending_to, frame, (size_t)size);
        c->pending_to += (size_t)size;
      }
      if (c->pending_to == 0) {
        watch(c, false);
        return true;
      }
    }
    size_t rest = c->pending_to - c->pending_from;
    int written = SSL_write(c->tls, c->pending + c->pending_from, (int)(rest < TLS_RECORD ? rest : TLS_RECORD));
    if (written <= 0) {
      int reason = SSL_get_error(c->tls, written);
      if (reason != SSL_ERROR_WANT_WRITE && reason != SSL_ERROR_WANT_READ) return false;
      watch(c, true);
      return true;
    }
    c->pending_from += (size_t)written;
  }
}

static bool establish(struct connection *c, nghttp2_session_callbacks *callbacks) {
  int result = SSL_do_handshake(c->tls);
  if (result != 1) {
    int reason = SSL_get_error(c->tls, result);
    ERR_clear_error();
    return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE;
  }
  c->established = true;
  nghttp2_session_server_new(&c->http2, callbacks, c);
  nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 1000}};
  return nghttp2_submit_settings(c->http2, NGHTTP2_FLAG_NONE, settings, 1) == 0;
}

static bool serve(struct connection *c, nghttp2_session_callbacks *callbacks) {
  static uint8_t input[128 << 10];
  if (!c->established && !establish(c, callbacks)) return false;
  if (!c->established) return true;
  for (;;) {
    int size = SSL_read(c->tls, input, sizeof input);
    if (size <= 0) {
      if (SSL_get_error(c->tls, size) != SSL_ERROR_WANT_READ) return false;
      break;
    }
    if (nghttp2_session_mem_recv(c->http2, input, (size_t)size) < 0) return false;
  }
  return send_pending(c);
}

static void accept_all(int listener, SSL_CTX *context) {
  int socket;
  while ((socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
    int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *c = calloc(1, sizeof *c);
    c->socket = socket;
    c->tls = SSL_new(context);
    SSL_set_fd(c->tls, socket);
    SSL_set_accept_state(c->tls);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_ADD, socket, &event);
  }
}

int main(int count, char **arguments) {
  if (count != 4 && count != 5) {
    fprintf(stderr, "usage: c-limit PORT CERTIFICATE KEY [CLIENT-CA]\n");
    return 2;
  }
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  if (SSL_CTX_use_certificate_chain_file(context, arguments[2]) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, arguments[3], SSL_FILETYPE_PEM) != 1) {
    ERR_print_errors_fp(stderr);
    return 1;
  }
  if (count == 5) {
    if (SSL_CTX_load_verify_locations(context, arguments[4], NULL) != 1) {
      ERR_print_errors_fp(stderr);
      return 1;
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_session_id_context(context, (const unsigned char *)"c-limit", 7);
  }
  SSL_CTX_set_alpn_select_cb(context, choose_h2, NULL);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);

  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 1024) != 0) {
    perror("c-limit: cannot listen");
    return 1;
  }

  nghttp2_session_callbacks *callbacks;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, frame_received);

  poller = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event accepts = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &accepts);
  struct epoll_event events[EVENTS];
  for (;;) {
    int ready = epoll_wait(poller, events, EVENTS, -1);
    for (int i = 0; i < ready; i++) {
      struct connection *c = events[i].data.ptr;
      if (c == NULL)
        accept_all(listener, context);
      else if (!serve(c, callbacks))
        close_connection(c);
    }
  }
}
