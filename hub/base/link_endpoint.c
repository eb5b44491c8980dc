#include "hub/base/link_endpoint.h"
#include "hub/base/link_carrier.h"

#include <nng/supplemental/tls/tls.h>
#include <stdbool.h>
#include <string.h>

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* *out stays NULL for a url that needs no TLS. */
static int
tls_config(const struct hs_link_options *options, nng_tls_config **out)
{
	*out = NULL;
	if (!options->tls_ca_path || !begins(options->url, "tls+"))
		return 0;
	int rv = nng_tls_config_alloc(
		out, options->listen ? NNG_TLS_MODE_SERVER : NNG_TLS_MODE_CLIENT);
	if (rv == 0)
		rv = nng_tls_config_ca_file(*out, options->tls_ca_path);
	if (rv == 0)
		rv = nng_tls_config_cert_key_file(*out, options->tls_cert_key_path, NULL);
	if (rv == 0)
		rv = nng_tls_config_auth_mode(*out, NNG_TLS_AUTH_MODE_REQUIRED);
	return rv;
}

/* The endpoint holds its own reference. */
static void
tls_release(nng_tls_config *tls)
{
	if (tls)
		nng_tls_config_free(tls);
}

int
hs_link_listen(const struct hs_link_options *options, nng_stream_listener **out)
{
	nng_tls_config *tls;
	int rv = tls_config(options, &tls);
	if (rv == 0)
		rv = nng_stream_listener_alloc(out, options->url);
	if (rv == 0 && tls)
		rv = nng_stream_listener_set_ptr(*out, NNG_OPT_TLS_CONFIG, tls);
	if (rv == 0 && begins(options->url, "ipc://"))
		rv = nng_stream_listener_set_int(
			*out, NNG_OPT_IPC_PERMISSIONS, HS_CARRIER_SOCKET_MODE);
	if (rv == 0)
		rv = nng_stream_listener_listen(*out);
	tls_release(tls);
	return rv;
}

int
hs_link_dialer(const struct hs_link_options *options, nng_stream_dialer **out)
{
	nng_tls_config *tls;
	int rv = tls_config(options, &tls);
	if (rv == 0)
		rv = nng_stream_dialer_alloc(out, options->url);
	if (rv == 0 && tls)
		rv = nng_stream_dialer_set_ptr(*out, NNG_OPT_TLS_CONFIG, tls);
	tls_release(tls);
	return rv;
}
