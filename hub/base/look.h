/* look.h: the second look at a configuration: what the rows of its table cannot say one by one.
 *
 * Flow:    hs_proc_init reads the file and calls the look of the process (struct hs_proc_settings). --check ends
 *          there, a start goes on: both refuse the same, in the same words and with the same exit status.
 * Rules:   a look reads and compares. It makes and changes nothing and opens no port. What only running can
 *          tell stays with the start: a port or a journal that another process has, a damaged record.
 *          An outlet's folder that is missing refuses nothing: the other outlets must go on.
 * Errors:  HS_ERR_CONFIG; `why` names the key, what is wrong with it, and how to mend it.
 * Threads: any; no state.
 */
#ifndef HS_LOOK_H
#define HS_LOOK_H

#include <stdbool.h>

#include "hub/base/config.h"

/* Writes `why`, returns HS_ERR_CONFIG. */
enum hs_err hs_look_refuse(char why[HS_CONFIG_WHY], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

struct hs_look_listen {
	const char *key; /* "listen" */
	const char *listen;
	bool optional; /* "" is right */
};
/* Addresses and ports that can be listened on, none of them twice. */
enum hs_err hs_look_listens(
	const struct hs_look_listen *rows, size_t count, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;

/* A link to or from another process of ours. */
struct hs_look_link {
	const char *place; /* "peer feed-1: " or "" */
	const char *key;   /* "url" */
	const char *url;
	bool listens;	    /* it makes the socket */
	bool local_only;    /* it has no keys for TLS */
	const char *prefix; /* of the two keys below: "hub_" or "" */
	const char *tls_ca, *tls_cert_key;
};
enum hs_err hs_look_link(const struct hs_look_link *link, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* Whether two urls name the same place, which only one of two links can have. */
bool hs_look_same_place(const char *url_a, const char *url_b);

/* Whether what listens there ("127.0.0.1:80", "[::1]:80") can be reached from this machine only. */
bool hs_look_is_loopback(const char *listen);

/* A limit on what an outlet may take, 0: none. Below a second nothing would ever be taken. place: "carrier good: ". */
enum hs_err hs_look_deadline(const char *place, const char *name, const char *key,
	int64_t deadline_ms, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;

/* A file that is made when it is missing: its folder must be there, and can be written into. */
enum hs_err hs_look_made_file(
	const char *key, const char *path, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;

/* ---- http_tls.c ---- */
/* tls_cert and tls_key of a server: both or neither, readable, and of each other. */
enum hs_err hs_look_server_tls(
	const char *cert_path, const char *key_path, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* Certificates of an authority in PEM. */
enum hs_err hs_look_authority(
	const char *key, const char *path, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* tls_ca and tls_cert_key of a link. */
enum hs_err hs_look_link_tls(
	const struct hs_look_link *link, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;

#endif
