/* form_call.h: what the form's pages share: one open request, its fields, and the frame of a page.
 *
 * Owner: a call owns its arena and frees itself with hs_form_end, which every path ends in exactly once.
 * Threads: the loop's. Only the form_*.c files use this.
 */
#ifndef HS_GATE_FORM_CALL_H
#define HS_GATE_FORM_CALL_H

#include "hub/base/buf.h"
#include "hub/gate/gate.h"
#include "hub/gate/order.h"
#include "hub/gate/refusal.h"

#define HS_FORM_PAGE_MAX_BYTES (16u << 20)

struct hs_form_call {
	struct hs_gate *gate;
	hs_http_id id;
	struct hs_session session;
	const struct hs_principal *principal;
	struct hs_arena *arena;
	const char *body; /* form fields or query of the request */
	size_t body_len_bytes;
	struct hs_port_call port_call;
	struct hs_intake_call intake;
	void (*then)(
		struct hs_form_call *call); /* goes on when the hub has said what is in force */
	enum hs_err hub_err;		    /* HS_OK: standing is known */
	struct hs_order_standing standing;
	struct hs_order_choice choice;
	struct hs_order_plan plan;
	const char *headline;
	struct hs_buf xml;
	bool changed; /* what is in force changed since the person looked, or the text did */
	const char *submission_id;
	const hs_alarm_reply
		*alarms;     /* while the home page is made; NULL: not asked, or no answer */
	bool alarms_unknown; /* no answer */
};

/* Who is signed in. false: nobody, and the sign-in page was sent. */
bool hs_form_session(struct hs_gate *gate, const struct hs_http_request *request,
	struct hs_session *session, const struct hs_principal **principal);
/* A call for a signed-in request with its fields copied; for a POST the token is checked. NULL: the answer
 * was sent. */
struct hs_form_call *hs_form_begin(struct hs_gate *gate, const struct hs_http_request *request);
void hs_form_end(struct hs_form_call *call);
/* Asks the hub what is in force, then goes on with call->then, also when the hub cannot say. */
void hs_form_ask_standing(struct hs_form_call *call, void (*then)(struct hs_form_call *call));
/* Asks the hub for alarms, then goes on with `then`, also when the hub cannot say. */
void hs_form_ask_alarms(struct hs_form_call *call, void (*then)(struct hs_form_call *call));
/* What is missing or forgotten in the places of the principal, and what to do about it; nothing when all is well. */
void hs_form_put_alarms(struct hs_form_call *call, struct hs_buf *out);
/* The value of a field in the call's arena; "" when absent or empty. */
const char *hs_form_field(struct hs_form_call *call, const char *name);

/* ---- pages ---- */

struct hs_form_page {
	const char *title_ja, *title_en;
	int64_t refresh_s;		      /* 0: the page does not load itself again */
	const struct hs_principal *principal; /* NULL: nobody is signed in */
	const char *token; /* of the sign-out button; "" when nobody is signed in */
};

void hs_form_page_begin(struct hs_gate *gate, const struct hs_form_page *page, struct hs_buf *out);
/* Sends it and frees `out`. cookie: Set-Cookie, or NULL. */
void hs_form_page_send(
	struct hs_gate *gate, hs_http_id id, int status, const char *cookie, struct hs_buf *out);
/* The same for a page with a script. */
void hs_form_scripted_send(struct hs_gate *gate, hs_http_id id, int status, struct hs_buf *out);
/* The same for a call's own page (title, who is signed in). */
void hs_form_call_begin_page(struct hs_form_call *call, const char *title_ja, const char *title_en,
	int64_t refresh_s, struct hs_buf *out);
void hs_form_redirect(
	struct hs_gate *gate, hs_http_id id, const char *location, const char *cookie);
/* Japanese with the English beneath, both escaped. */
void hs_form_both(struct hs_buf *out, const char *ja, const char *en);
/* A box that a screen reader announces: what is wrong and how to mend it. */
void hs_form_problem(struct hs_buf *out, const char *ja, const char *en);
/* A level as number and word on its official colour; a bare term when it has none. */
void hs_form_level(struct hs_buf *out, uint32_t level, const char *term);
void hs_form_hidden(struct hs_buf *out, const char *name, const char *value);
void hs_form_token_field(struct hs_form_call *call, struct hs_buf *out);
/* "7月1日 18時55分" in Japan's time. */
void hs_form_time(struct hs_buf *out, int64_t unix_us);
/* "7月1日 18時55分09秒". */
void hs_form_moment(struct hs_buf *out, int64_t unix_us);

/* How an outlet stands; a table for the eye, its words and what to do are in form_outlets.c. */
enum hs_outlet_standing {
	HS_OUTLET_WAITS,
	HS_OUTLET_HAS_IT,
	HS_OUTLET_TROUBLE,
	HS_OUTLET_SILENT,
	HS_OUTLET_NOT_MEANT,
	HS_OUTLET_PASSES, /* an adapter as a whole, whose outlets speak for themselves; guests, on whom nobody counts */
	HS_OUTLET_STANDINGS
};
enum hs_outlet_standing hs_outlet_standing(const hs_status_reply *reply, const hs_receipt *receipt);
/* A table of the outlets of a submission. */
void hs_form_outlets(const struct hs_gate *gate, const hs_status_reply *reply, struct hs_buf *out);
/* The home page with what was entered kept. problem may be HS_ORDER_FINE. */
void hs_form_show_home(struct hs_form_call *call, enum hs_order_problem problem);
void hs_form_show_check(struct hs_form_call *call, const struct hs_intake_result *result);
/* Every field of the choice as hidden inputs, headline excepted. */
void hs_form_hidden_choice(struct hs_form_call *call, struct hs_buf *out);

#endif
