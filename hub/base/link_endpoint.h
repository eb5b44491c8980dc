/* link_endpoint.h: nng's stream listeners and dialers with the options of a link. Internal to link.c. */
#ifndef HS_LINK_ENDPOINT_H
#define HS_LINK_ENDPOINT_H

#include <nng/nng.h>

#include "hub/base/link.h"

/* Return 0 or nng's error. What was made so far is in *out even then; the caller frees it. */
int hs_link_listen(const struct hs_link_options *options, nng_stream_listener **out);
int hs_link_dialer(const struct hs_link_options *options, nng_stream_dialer **out);

#endif
