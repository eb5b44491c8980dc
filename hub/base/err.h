/* err.h: the one list of errors.
 *
 * Every function that can fail returns enum hs_err and gives its result by an out-parameter.
 * The class of an error decides between "tell the caller", "try again" and "stop"; nobody else does.
 * Findings about a sender's document are not here: see hub/gate/finding.h.
 */
#ifndef HS_ERR_H
#define HS_ERR_H

enum hs_err_class {
	HS_CLASS_NONE,
	HS_CLASS_CALLER, /* what was asked is wrong: asking again gives the same answer */
	HS_CLASS_POLICY, /* well-formed, but not allowed or not in order */
	HS_CLASS_RETRY,	 /* may succeed later, unchanged */
	HS_CLASS_FATAL	 /* this process must stop and recover from the journal */
};

/*     name            text                                          class   HTTP */
#define HS_ERR_LIST(X)                                                \
	X(OK, "ok", NONE, 200)                                        \
	X(INVALID, "invalid argument or value", CALLER, 400)          \
	X(USAGE, "wrong command line", CALLER, 400)                   \
	X(CONFIG, "configuration not usable", CALLER, 500)            \
	X(PARSE, "not well-formed", CALLER, 400)                      \
	X(TOO_LARGE, "larger than the configured limit", CALLER, 413) \
	X(NOT_FOUND, "not found", CALLER, 404)                        \
	X(AUTH, "not signed in, or wrong credentials", POLICY, 401)   \
	X(FORBIDDEN, "not allowed for this principal", POLICY, 403)   \
	X(REFUSED, "refused by a rule", POLICY, 422)                  \
	X(STALE, "older than what is already known", POLICY, 409)     \
	X(CONFLICT, "same key, other content", POLICY, 409)           \
	X(EXISTS, "already exists", POLICY, 409)                      \
	X(AGAIN, "busy now, try again", RETRY, 503)                   \
	X(CLOSED, "the other side is gone", RETRY, 503)               \
	X(TIMEOUT, "no answer in time", RETRY, 504)                   \
	X(AWAY, "the hub cannot be reached", RETRY, 503)              \
	X(FULL, "no room: memory, disk or queue limit", RETRY, 503)   \
	X(IO, "input/output failed", RETRY, 503)                      \
	X(NOMEM, "out of memory", RETRY, 503)                         \
	X(SYNC, "a write to disk failed: state unknown", FATAL, 503)  \
	X(CORRUPT, "stored data is damaged", FATAL, 500)              \
	X(EPOCH, "unknown epoch: history was lost", CALLER, 409)

enum hs_err {
#define HS_ERR_ENUM(name, text, class, http) HS_ERR_##name,
	HS_ERR_LIST(HS_ERR_ENUM)
#undef HS_ERR_ENUM
		HS_ERR_COUNT
};
#define HS_OK HS_ERR_OK

#define HS_MUST_CHECK __attribute__((warn_unused_result))

/* "OK", "TOO_LARGE" …: stable, for logs and JSON. Never NULL. */
const char *hs_err_name(enum hs_err err);
/* One English clause for people. Never NULL. */
const char *hs_err_text(enum hs_err err);
enum hs_err_class hs_err_class(enum hs_err err);
/* HTTP status that fits this error, 200–504. */
int hs_err_http(enum hs_err err);

#endif
