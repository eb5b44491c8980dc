/* receiver.h: the bridge of a J-Alert receiver: `hansho-jalert --receive` hands national messages to the gate.
 *
 * Flow:    the receiver puts a file into spool_dir (written under another name or beginning with ".", then renamed), or POSTs
 *          it to http://LISTEN/v1/telegrams → the spool, synced → 202
 *          → NAME.xml: the telegram as it is (JMA disaster XML, CAP, L-Alert)
 *          → NAME.json: kind and areas, as a J-Alert message has them, where no XML form is public (civil protection)
 *            → CAP 1.2 (receiver_message.h)
 *          → POST to gate_url as a principal of role relayer → accepted or duplicate: done/NAME; refused: refused/NAME with
 *          NAME.why; gate or hub away: again after a pause, until it is taken. Nothing is thrown away.
 * Order:   each file on its own, the newest of its kind does not wait for an older one; what belongs together carries its
 *          own moment (Document.moments). A file that is tried again is byte for byte the same: the hub knows it.
 * Age:     an old file is submitted all the same: it is state. What is too old to sound is for the adapters (max_age_ms,
 *          instant_max_age_ms of the moment of issue) and for the gate's clock checks.
 * Proof:   receiver_canary.h.
 * Owner:   a process of its own, with one loop and `threads` workers; nothing is shared with the adapter.
 * Form:    the protocol between receiver and starter is not public; a vendor's converter writes files or POSTs.
 */
#ifndef HS_JALERT_RECEIVER_H
#define HS_JALERT_RECEIVER_H

#include <curl/curl.h>
#include <stdbool.h>
#include <uv.h>

#include "hub/base/buf.h"
#include "hub/base/config.h"
#include "hub/base/err.h"

/* receiver_canary.h */
struct hs_receiver_canary_settings {
	int64_t period_ms; /* 0: none */
	int64_t timeout_ms;
	const char *alarm_command; /* "" = none */
	int64_t alarm_timeout_ms;
};

struct hs_receiver_settings {
	const char *gate_url; /* https://HOST/v1/submissions */
	const char *gate_ca;
	const char *token_file; /* of the principal: its bearer token, one line */
	const char *spool_dir;
	const char *listen; /* "" = files only */
	const char *listen_token_file;
	const char *listen_url; /* where the receiver was told to POST */
	const char *ops_listen;
	const char *sender; /* of the CAP alerts that are made here */
	int64_t poll_ms, timeout_ms, retry_first_ms, retry_max_ms, threads;
	int64_t file_max_bytes;
	struct hs_receiver_canary_settings canary;
};

extern const struct hs_config_record hs_receiver_record;
enum hs_err hs_receiver_look(
	const void *owner, const void *settings, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* One line of a file into out; HS_ERR_IO, HS_ERR_INVALID (empty). */
enum hs_err hs_receiver_token(const char *path, char *out, size_t size) HS_MUST_CHECK;

/* The whole process. argv without "--receive". Returns the exit status. */
int hs_receiver_main(int argc, char **argv);

/* One submission, on a worker (receiver_post.c). */
struct hs_receiver_post {
	const struct hs_receiver_settings *settings;
	const char *url;
	const char *token;
	CURL *curl; /* of its telegram: kept from one try to the next */
	const char *body;
	size_t body_len_bytes;
	const char *content_type;
	const char *key; /* Idempotency-Key */
	long status;	 /* 0: not reached */
	struct hs_buf reply;
	char why[CURL_ERROR_SIZE];
};
void hs_receiver_post(struct hs_receiver_post *post);

#endif
