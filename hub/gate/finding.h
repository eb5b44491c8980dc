/* finding.h: what is wrong (or worth knowing) about a sender's document, in the sender's words.
 *
 * Flow:   a stage adds findings → the submission collects them → SOAP result, JSON body, link
 *         message.
 * List:   finding_list.h holds every finding once: code, HTTP status, SOAP code (0 when
 *         it is no error), severity, and text and way to mend in Japanese and English. The code is
 *         stable; texts may change.
 * Owner:  findings live in the submission's arena. Threads: one at a time.
 * Bounds: at most `limit` findings are kept, the rest is counted; an error is never lost from
 *         the count.
 * Source: L-Alert result codes 401 (identity or URI), 402 (content not valid), 901 (system).
 */
#ifndef HS_GATE_FINDING_H
#define HS_GATE_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/arena.h"
#include "hub/base/buf.h"
#include "hub/base/err.h"
#include "hub/gate/finding_list.h"
#include "schemas/notice.h"

/* A recommendation is accepted like a warning; it says what the standard or a profile would rather see. */
enum hs_severity { HS_SEVERITY_RECOMMENDATION, HS_SEVERITY_WARNING, HS_SEVERITY_ERROR };

enum hs_finding_code {
#define HS_FINDING_ENUM(name, code, http, soap, severity, ja, en, mend_ja, mend_en) \
	HS_FINDING_##name,
	HS_FINDING_LIST(HS_FINDING_ENUM)
#undef HS_FINDING_ENUM
		HS_FINDING_COUNT
};

struct hs_finding_row {
	const char *code;
	int http;
	int soap;
	enum hs_severity severity;
	const char *text_ja, *text_en, *mend_ja, *mend_en;
};
/* The row of the list. */
const struct hs_finding_row *hs_finding_row(enum hs_finding_code code);

/* Where in the sender's document. path "" and line 0: the document as a whole. */
struct hs_place {
	const char *path; /* /EDXLDistribution/contentObject/documentID */
	uint32_t line;
};

struct hs_finding {
	enum hs_finding_code code;
	struct hs_place place;
	const char *expected; /* "" when the way to mend says it */
	const char *detail;   /* the value that was found, or "" */
};

struct hs_findings {
	struct hs_arena *arena;
	struct hs_finding *items;
	size_t count;
	size_t room; /* of items; grows up to the limit */
	size_t limit;
	size_t dropped; /* more than limit */
	size_t errors;	/* of all severities ERROR, dropped ones included */
	uint32_t
		line_base; /* added to every line: a document inside a SOAP envelope starts further down */
};

/* limit: 1… */
void hs_findings_init(struct hs_findings *findings, struct hs_arena *arena, size_t limit);
/* Texts are copied into the arena, expected and detail cut at 200 bytes (whole characters); NULL
 * is "". */
void hs_finding_add(struct hs_findings *findings, enum hs_finding_code code, struct hs_place place,
	const char *expected, const char *detail);
/* The first error, or NULL. Its row decides the HTTP status and the SOAP code. */
const struct hs_finding *hs_findings_first_error(const struct hs_findings *findings);
bool hs_findings_has(const struct hs_findings *findings, enum hs_finding_code code);
/* HTTP status (200 without error) and SOAP code (0 without error) of the first error. */
int hs_findings_http(const struct hs_findings *findings);
int hs_findings_soap(const struct hs_findings *findings);

/* One finding as the message that crosses links, in `arena`; NULL when the arena is full. */
hs_pb_finding *hs_finding_to_pb(struct hs_arena *arena, const struct hs_finding *finding);
/* All of them (errors first), and one last row that says how many more there were. *count rows;
 * NULL with *count 0 when there are none or the arena is full. */
hs_pb_finding **hs_findings_to_pb(
	const struct hs_findings *findings, struct hs_arena *arena, size_t *count);

/* {"code","severity","path","line","expected","message":{"ja","en"}}: a new reference, NULL
 * without memory. */
struct json_t *hs_pb_finding_to_json(const hs_pb_finding *finding);
/* Array of the above. */
struct json_t *hs_pb_findings_to_json(hs_pb_finding *const *findings, size_t count);
/* The body of a 4xx answer: {"error","code","path","line","expected","message","findings":[…]}
 * of the first error; `err` gives "error" its name. With no finding only error and message stand
 * in it. */
struct json_t *hs_pb_findings_to_error_json(
	enum hs_err err, hs_pb_finding *const *findings, size_t count);
/* Appends <h:finding code severity>path line expected message</h:finding> children of a SOAP
 * result. */
void hs_pb_findings_to_soap(hs_pb_finding *const *findings, size_t count, struct hs_buf *out);

#endif
