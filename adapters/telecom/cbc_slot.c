#include "adapters/telecom/cbc_slot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"

/* POST 409, DELETE, POST: more than this is no progress. */
#define REQUESTS_MAX	  5
/* What may not be there is sometimes never answered (cbc_rest.h). */
#define DELETE_UNKNOWN_MS 5000
#define US_PER_SECOND	  1000000
#define PERIOD_MAX_S	  65535

void
hs_cbc_posted_free(struct hs_cbc_posted *posted)
{
	free(posted->text);
	*posted = (struct hs_cbc_posted){ 0 };
}

static bool
is_same(const struct hs_cbc_posted *a, const struct hs_cbc_posted *b)
{
	return a->any && b->any && a->etws == b->etws && a->serial_nr == b->serial_nr &&
	       a->warning_type == b->warning_type && strcmp(a->text, b->text) == 0;
}

static void
finish(struct hs_cbc_slot *slot, enum hs_cbc_outcome outcome, const char *detail)
{
	slot->busy = false;
	free(slot->body);
	slot->body = NULL;
	hs_cbc_posted_free(&slot->wanted);
	slot->done(slot, outcome, detail);
}

/* What was wanted stands. */
static void
take_over(struct hs_cbc_slot *slot)
{
	hs_cbc_posted_free(&slot->posted);
	slot->posted = slot->wanted;
	slot->wanted = (struct hs_cbc_posted){ 0 };
	slot->stands = HS_CBC_STANDS;
}

static bool go(struct hs_cbc_slot *slot);

/* After an answer: further, or the end. */
static void
go_on(struct hs_cbc_slot *slot)
{
	if (slot->requests > REQUESTS_MAX)
		finish(slot, HS_CBC_TRY_AGAIN,
			"the centre goes back and forth between 409 and 404");
	else if (!go(slot))
		finish(slot, HS_CBC_AS_WANTED, "nothing stands there any more");
}

static void
told(char out[HS_CBC_DETAIL], const char *what, long status, const char *error, const char *reply)
{
	if (status == 0)
		snprintf(out, HS_CBC_DETAIL, "%s: %.100s", what, error);
	else
		snprintf(out, HS_CBC_DETAIL, "%s: HTTP %ld %.100s", what, status, reply);
}

static void
on_deleted(struct hs_post *post, long status, const char *error, const char *reply)
{
	struct hs_cbc_slot *slot = HS_CONTAINER_OF(post, struct hs_cbc_slot, post);
	enum hs_cbc_answer answer = hs_cbc_rest_deleted(status);
	char detail[HS_CBC_DETAIL];
	told(detail, "DELETE", status, error, reply);
	if (answer == HS_CBC_GONE) {
		slot->stands = HS_CBC_EMPTY;
		slot->unreached = false;
		hs_cbc_posted_free(&slot->posted);
		go_on(slot);
		return;
	}
	slot->stands = HS_CBC_UNKNOWN;
	finish(slot, answer == HS_CBC_REFUSED ? HS_CBC_WAS_REFUSED : HS_CBC_TRY_AGAIN, detail);
}

static void
on_posted(struct hs_post *post, long status, const char *error, const char *reply)
{
	struct hs_cbc_slot *slot = HS_CONTAINER_OF(post, struct hs_cbc_slot, post);
	enum hs_cbc_answer answer = hs_cbc_rest_posted(status);
	char detail[HS_CBC_DETAIL];
	told(detail, "POST", status, error, reply);
	slot->stands = HS_CBC_UNKNOWN;
	switch (answer) {
	case HS_CBC_CREATED:
		slot->unreached = false;
		take_over(slot);
		finish(slot, HS_CBC_AS_WANTED, detail);
		break;
	case HS_CBC_NOBODY:
		take_over(slot);
		slot->stands = HS_CBC_UNKNOWN;
		slot->unreached = true;
		finish(slot, HS_CBC_REACHED_NOBODY,
			"nobody reached: no BSC or MME is connected to the centre");
		break;
	case HS_CBC_TAKEN:
		if (slot->purpose == HS_CBC_ENSURE) {
			take_over(slot);
			finish(slot, HS_CBC_AS_WANTED, detail);
		} else {
			go_on(slot);
		}
		break;
	case HS_CBC_REFUSED:
		slot->stands = HS_CBC_EMPTY;
		finish(slot, HS_CBC_WAS_REFUSED, detail);
		break;
	default:
		finish(slot, HS_CBC_TRY_AGAIN, detail);
	}
}

static void
request_start(struct hs_cbc_slot *slot)
{
	enum hs_err err = hs_post_start(slot->link->client, &slot->post);
	slot->requests++;
	if (err != HS_OK)
		finish(slot, err == HS_ERR_NOMEM ? HS_CBC_TRY_AGAIN : HS_CBC_WAS_REFUSED,
			err == HS_ERR_NOMEM ? "out of memory"
					    : "the address of the centre is not a usable http or "
					      "https address");
}

static void
delete_start(struct hs_cbc_slot *slot)
{
	int64_t timeout_ms = slot->link->cbc->times.delete_timeout_ms;
	if (slot->stands == HS_CBC_UNKNOWN && !slot->unreached && timeout_ms > DELETE_UNKNOWN_MS)
		timeout_ms = DELETE_UNKNOWN_MS;
	hs_cbc_rest_delete_url(slot->url, slot->link->base, slot->message_id);
	slot->post = (struct hs_post){
		.url = slot->url,
		.method = "DELETE",
		.timeout_ms = timeout_ms,
		.done = on_deleted,
	};
	request_start(slot);
}

/* Seconds that are left to it, 0: no end of its own. */
static int64_t
period_s(const struct hs_cbc_posted *wanted, int64_t now_unix_us)
{
	if (wanted->until_unix_us == INT64_MAX)
		return 0;
	int64_t left_s = (wanted->until_unix_us - now_unix_us) / US_PER_SECOND;
	if (left_s < 1)
		return 1;
	return left_s > PERIOD_MAX_S ? 0 : left_s;
}

enum hs_err
hs_cbc_slot_document(const struct hs_cbc_slot *slot, const struct hs_cbc_posted *wanted,
	int64_t now_unix_us, char **out)
{
	struct hs_cb_pages pages = { 0 };
	const struct hs_cbc_message message = {
		.cbc = slot->link->cbc,
		.message_id = slot->message_id,
		.serial_nr = wanted->serial_nr,
		.pages = wanted->etws ? NULL : &pages,
		.warning_type = wanted->warning_type,
		.warning_period_s = period_s(wanted, now_unix_us),
	};
	*out = NULL;
	if (message.pages && hs_cb_encode(wanted->text, &pages, NULL) != HS_OK)
		return HS_ERR_TOO_LARGE;
	*out = hs_cbc_rest_message(&message);
	return *out ? HS_OK : HS_ERR_NOMEM;
}

const char *
hs_cbc_document_why(enum hs_err err)
{
	return err == HS_ERR_NOMEM ? "out of memory"
				   : "the text does not fit into 15 pages of UCS-2";
}

static void
post_start(struct hs_cbc_slot *slot)
{
	free(slot->body);
	enum hs_err err =
		hs_cbc_slot_document(slot, &slot->wanted, hs_clock_unix_us(), &slot->body);
	if (err != HS_OK) {
		finish(slot, err == HS_ERR_NOMEM ? HS_CBC_TRY_AGAIN : HS_CBC_WAS_REFUSED,
			hs_cbc_document_why(err));
		return;
	}
	hs_cbc_rest_post_url(slot->url, slot->link->base);
	slot->post = (struct hs_post){
		.url = slot->url,
		.body = slot->body,
		.body_len_bytes = strlen(slot->body),
		.timeout_ms = slot->link->cbc->times.post_timeout_ms,
		.done = on_posted,
	};
	request_start(slot);
}

static enum hs_cbc_next
next_of(const struct hs_cbc_slot *slot, enum hs_cbc_purpose purpose,
	const struct hs_cbc_posted *wanted)
{
	enum hs_cbc_wanted change = HS_CBC_OTHER_TEXT;
	if (!wanted->any)
		change = HS_CBC_NOTHING;
	else if (is_same(wanted, &slot->posted))
		change = HS_CBC_SAME;
	return hs_cbc_rest_next(slot->stands, change, purpose);
}

/* false: nothing is to be done. */
static bool
go(struct hs_cbc_slot *slot)
{
	enum hs_cbc_next next = next_of(slot, slot->purpose, &slot->wanted);
	if (next == HS_CBC_DELETE)
		delete_start(slot);
	else if (next == HS_CBC_POST)
		post_start(slot);
	return next != HS_CBC_DONE;
}

bool
hs_cbc_slot_run(struct hs_cbc_slot *slot, enum hs_cbc_purpose purpose, struct hs_cbc_posted *wanted)
{
	HS_CHECK(!slot->busy);
	slot->busy = true;
	slot->purpose = purpose;
	slot->wanted = *wanted;
	slot->requests = 0;
	*wanted = (struct hs_cbc_posted){ 0 };
	if (go(slot))
		return true;
	slot->busy = false;
	hs_cbc_posted_free(&slot->wanted);
	return false;
}

void
hs_cbc_slot_assume(struct hs_cbc_slot *slot, struct hs_cbc_posted *posted)
{
	HS_CHECK(!slot->busy);
	hs_cbc_posted_free(&slot->posted);
	slot->posted = *posted;
	slot->stands = posted->any ? HS_CBC_STANDS : HS_CBC_EMPTY;
	*posted = (struct hs_cbc_posted){ 0 };
}

bool
hs_cbc_slot_deletes(const struct hs_cbc_slot *slot, const struct hs_cbc_posted *wanted)
{
	return next_of(slot, HS_CBC_CHANGE, wanted) == HS_CBC_DELETE;
}

bool
hs_cbc_slot_is(const struct hs_cbc_slot *slot, const struct hs_cbc_posted *wanted)
{
	return next_of(slot, HS_CBC_CHANGE, wanted) == HS_CBC_DONE;
}

void
hs_cbc_slot_abort(struct hs_cbc_slot *slot)
{
	if (!slot->busy)
		return;
	hs_post_cancel(&slot->post);
	slot->stands = HS_CBC_UNKNOWN;
	slot->busy = false;
	free(slot->body);
	slot->body = NULL;
	hs_cbc_posted_free(&slot->wanted);
}

void
hs_cbc_slot_free(struct hs_cbc_slot *slot)
{
	hs_cbc_slot_abort(slot);
	hs_cbc_posted_free(&slot->posted);
}
