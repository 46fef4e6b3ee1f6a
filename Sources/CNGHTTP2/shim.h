// nghttp2 as the distribution ships it. The header needs ssize_t before it; nothing else is missing in Swift.
#pragma once

#include <sys/types.h>
#include <nghttp2/nghttp2.h>
