#include "hub/core/answer.h"

#include <string.h>

#include "hub/base/check.h"
#include "hub/base/wire.h"
#include "schemas/tables.h"

#define ANSWER_MAX_BYTES  HS_FRAME_MAX_BYTES
#define REPLY_ARENA_BYTES ((size_t)1 << 20)
/* A set for one area is small; this only bounds what a query without an area can ask for. */
#define ACTIVE_MAX_BYTES  (HS_FRAME_MAX_BYTES / 2)

/* Of a notice in a list. */
#define LISTED_NOTICE_MAX_BYTES	  ((size_t)32 << 10)
#define LISTED_RECEIPTS_MAX_BYTES ((size_t)128 << 10)

/* Field numbers of schemas/link.proto. */
enum {
	FRAME_STATUS_REPLY = 13,
	FRAME_FETCH_REPLY = 15,
	FRAME_ACTIVE_REPLY = 18,
	FRAME_LIST_REPLY = 22
};
enum { DELIVER_SEQ = 1, DELIVER_NOTICE = 3, DELIVER_ID = 5 };
enum {
	STATUS_REQUEST = 1,
	STATUS_FOUND = 2,
	STATUS_ID = 3,
	STATUS_SEQ = 4,
	STATUS_PRINCIPAL = 5,
	STATUS_OUTCOME = 6,
	STATUS_ACCEPTED = 7,
	STATUS_RECEIPTS = 8,
	STATUS_VERSION = 9,
	STATUS_NOTICE = 10,
	STATUS_SHORTENED = 11,
	STATUS_RECEIPTS_CUT = 12
};
enum {
	LIST_REQUEST = 1,
	LIST_FOUND = 2,
	LIST_SUBMISSIONS = 3,
	LIST_MORE = 4,
	LIST_VERSION = 5,
	LIST_BUSY = 6
};
enum { ACTIVE_REQUEST = 1, ACTIVE_SEQ = 2, ACTIVE_NOTICES = 3 };
enum { FETCH_REQUEST = 1, FETCH_NOTICES = 2, FETCH_ORIGINALS = 3, FETCH_END = 4 };

static void
copy_text(char *out, size_t size, const char *text)
{
	size_t len = strlen(text);

	HS_CHECK(len < size);
	memcpy(out, text, len + 1);
}

void
hs_answer_hello(struct hs_effects *effects, uint32_t peer, const struct hs_answer_hello *hello)
{
	Hansho__V1__Hello message;
	hs_link_frame frame;
	char name[] = "hub";
	char epoch[64];
	char version[64];

	hansho__v1__hello__init(&message);
	hansho__v1__link_frame__init(&frame);
	copy_text(epoch, sizeof(epoch), hello->epoch);
	copy_text(version, sizeof(version), hello->version);
	message.name = name;
	message.mode = (Hansho__V1__Mode)hello->mode;
	message.epoch = epoch;
	message.version = version;
	message.newest_seq = hello->newest_seq;
	message.oldest_seq = hello->newest_seq > 0 ? 1 : 0;
	message.heartbeat_ms = (uint32_t)hello->heartbeat_ms;
	message.window = (uint32_t)hello->window;
	message.unix_us = hello->unix_us;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_HELLO;
	frame.hello = &message;
	hs_effects_frame(effects, peer, &frame);
}

void
hs_answer_heartbeat(struct hs_effects *effects, uint32_t peer, uint64_t newest_seq,
	const char *digest, int64_t unix_us)
{
	Hansho__V1__Heartbeat message;
	hs_link_frame frame;
	char text[HS_DIGEST_SIZE];

	hansho__v1__heartbeat__init(&message);
	hansho__v1__link_frame__init(&frame);
	copy_text(text, sizeof(text), digest);
	message.newest_seq = newest_seq;
	message.digest = text;
	message.unix_us = unix_us;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_HEARTBEAT;
	frame.heartbeat = &message;
	hs_effects_frame(effects, peer, &frame);
}

void
hs_answer_goodbye(struct hs_effects *effects, uint32_t peer, const char *reason)
{
	Hansho__V1__Goodbye message;
	hs_link_frame frame;
	char text[64];

	hansho__v1__goodbye__init(&message);
	hansho__v1__link_frame__init(&frame);
	copy_text(text, sizeof(text), reason);
	message.reason = text;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_GOODBYE;
	frame.goodbye = &message;
	hs_effects_frame(effects, peer, &frame);
}

void
hs_answer_submit(struct hs_effects *effects, const char *epoch,
	const struct hs_waiting_reply *reply, const char *detail,
	const struct hs_in_force *in_force)
{
	struct hs_arena *arena = hs_arena_create(REPLY_ARENA_BYTES);
	hs_submit_reply message;
	hs_link_frame frame;
	char epoch_text[64];
	char id[HS_ID_HEX];

	HS_CHECK(arena != NULL);
	hansho__v1__submit_reply__init(&message);
	hansho__v1__link_frame__init(&frame);
	copy_text(epoch_text, sizeof(epoch_text), epoch);
	copy_text(id, sizeof(id), reply->id);
	message.request = reply->request;
	message.outcome = (Hansho__V1__Outcome)reply->outcome;
	message.id = id;
	message.epoch = epoch_text;
	message.seq = reply->seq;
	if (in_force != NULL && in_force->known) {
		message.in_force_known = true;
		message.n_in_force = in_force->count;
		message.in_force = in_force->items;
		message.in_force_count = (uint32_t)in_force->total;
	}
	hs_hub_findings_add(arena, reply->findings, detail, &message);
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_SUBMIT_REPLY;
	frame.submit_reply = &message;
	hs_effects_frame(effects, reply->peer, &frame);
	hs_arena_destroy(arena);
}

/* Sends `inner` as the body `number` of a LinkFrame and frees it. */
static void
send_body(struct hs_effects *effects, uint32_t peer, uint32_t number, struct hs_buf *inner)
{
	HS_CHECK(!inner->failed);
	hs_wire_put_message(hs_effects_send_begin(effects, peer), number, inner);
	hs_effects_send_end(effects);
	hs_buf_free(inner);
}

struct add_receipts {
	struct hs_buf *out;
	const struct hs_unheard_view *view;
	size_t max_bytes; /* of `out` */
	bool cut;
};

/* What an adapter did not get yet is told when it is silence. */
static void
add_receipt(void *owner, const struct hs_unheard_entry *entry)
{
	struct add_receipts *add = owner;

	if (entry->receipt->state == (int)HS_RECEIPT(UNSPECIFIED) &&
		entry->begins_unix_us > add->view->unix_us)
		return;
	if (add->out->len_bytes >= add->max_bytes)
		add->cut = true;
	else
		hs_receipt_write(add->out, STATUS_RECEIPTS, entry->receipt);
}

/* The fields of a StatusReply but request. */
static void
put_status(struct hs_buf *body, const struct hs_answer_status *status, size_t receipts_max_bytes)
{
	const struct hs_known_submission *known = status->known;
	struct add_receipts add = { body, &status->view, receipts_max_bytes, false };

	hs_wire_put_text(body, STATUS_ID, status->id);
	if (known == NULL)
		return;
	hs_wire_put_uint(body, STATUS_FOUND, 1);
	hs_wire_put_uint(body, STATUS_SEQ, known->seq);
	hs_wire_put_text(body, STATUS_PRINCIPAL, known->principal);
	hs_wire_put_uint(body, STATUS_OUTCOME, (uint64_t)known->outcome);
	hs_wire_put_uint(body, STATUS_ACCEPTED, (uint64_t)known->unix_us);
	hs_unheard_each(&status->view, known->seq, known->unix_us, add_receipt, &add);
	hs_wire_put_uint(
		body, STATUS_VERSION, hs_receipts_version(status->view.receipts, known->seq));
	hs_wire_put_uint(body, STATUS_RECEIPTS_CUT,
		add.cut || hs_receipts_cut(status->view.receipts, known->seq));
}

void
hs_answer_status(struct hs_effects *effects, uint32_t peer, const struct hs_answer_status *status)
{
	struct hs_buf body;

	hs_buf_init(&body, (size_t)4 * ANSWER_MAX_BYTES);
	hs_wire_put_uint(&body, STATUS_REQUEST, status->request);
	put_status(&body, status, SIZE_MAX);
	hs_wire_put_bytes(&body, STATUS_NOTICE, status->notice.bytes, status->notice.len_bytes);
	send_body(effects, peer, FRAME_STATUS_REPLY, &body);
}

/* The fields of a notice that stand first, as far as there is room: who, what, where; the details come last. */
static void
put_begin_of_notice(struct hs_buf *body, struct hs_span notice)
{
	struct hs_wire wire = hs_wire_of(notice.bytes, notice.len_bytes);
	struct hs_wire_field field;
	const uint8_t *begin = wire.at;
	struct hs_buf kept;
	bool shortened = false;

	hs_buf_init(&kept, LISTED_NOTICE_MAX_BYTES);
	while (hs_wire_next(&wire, &field)) {
		if (kept.len_bytes + (size_t)(wire.at - begin) <= LISTED_NOTICE_MAX_BYTES)
			hs_wire_copy(&wire, begin, &kept);
		else
			shortened = true;
		begin = wire.at;
	}
	hs_wire_put_bytes(body, STATUS_NOTICE, kept.bytes, kept.len_bytes);
	hs_wire_put_uint(body, STATUS_SHORTENED, shortened);
	hs_buf_free(&kept);
}

void
hs_answer_listed(struct hs_buf *list, const struct hs_answer_status *status)
{
	struct hs_buf body;

	hs_buf_init(&body, (size_t)4 * ANSWER_MAX_BYTES);
	put_status(&body, status, LISTED_RECEIPTS_MAX_BYTES);
	if (status->notice.len_bytes > 0)
		put_begin_of_notice(&body, status->notice);
	else if (status->known->seq > 0)
		hs_wire_put_uint(&body, STATUS_SHORTENED, 1);
	HS_CHECK(!body.failed);
	hs_wire_put_message(list, LIST_SUBMISSIONS, &body);
	hs_buf_free(&body);
}

void
hs_answer_list(struct hs_effects *effects, uint32_t peer, const struct hs_answer_list *list,
	const struct hs_buf *listed)
{
	struct hs_buf body;

	hs_buf_init(&body, listed->len_bytes + 64);
	hs_wire_put_uint(&body, LIST_REQUEST, list->request);
	hs_wire_put_uint(&body, LIST_FOUND, list->found);
	hs_wire_put_uint(&body, LIST_MORE, list->more);
	hs_wire_put_uint(&body, LIST_VERSION, list->version);
	hs_wire_put_uint(&body, LIST_BUSY, list->busy);
	if (listed->len_bytes > 0)
		hs_buf_add(&body, listed->bytes, listed->len_bytes);
	send_body(effects, peer, FRAME_LIST_REPLY, &body);
}

static void
put_deliver(
	struct hs_buf *out, uint32_t number, uint64_t seq, struct hs_span notice, struct hs_span id)
{
	struct hs_buf deliver;

	hs_buf_init(&deliver, ANSWER_MAX_BYTES);
	hs_wire_put_uint(&deliver, DELIVER_SEQ, seq);
	hs_wire_put_bytes(&deliver, DELIVER_NOTICE, notice.bytes, notice.len_bytes);
	hs_wire_put_bytes(&deliver, DELIVER_ID, id.bytes, id.len_bytes);
	HS_CHECK(!deliver.failed);
	hs_wire_put_message(out, number, &deliver);
	hs_buf_free(&deliver);
}

struct active_search {
	struct hs_buf body;
	const char *area_code;
	bool found;
};

static bool
area_is_within(void *owner, struct hs_span code)
{
	struct active_search *search = owner;
	char text[32];

	if (code.len_bytes >= sizeof(text))
		return true;
	memcpy(text, code.bytes, code.len_bytes);
	text[code.len_bytes] = '\0';
	search->found = hs_area_within(text, search->area_code);
	return !search->found;
}

static void
add_active(void *owner, uint64_t seq, const void *bytes, size_t len_bytes)
{
	struct active_search *search = owner;
	struct hs_span notice = { bytes, len_bytes };

	search->found = search->area_code[0] == '\0';
	if (!search->found)
		hs_notice_each_area(notice, area_is_within, search);
	if (search->found && search->body.len_bytes + len_bytes < ACTIVE_MAX_BYTES)
		put_deliver(&search->body, ACTIVE_NOTICES, seq, notice, (struct hs_span){ "", 0 });
}

void
hs_answer_active(struct hs_effects *effects, uint32_t peer, uint64_t request, const char *area_code,
	const struct hs_active *active, uint64_t newest_seq)
{
	struct active_search search = { .area_code = area_code };

	hs_buf_init(&search.body, ANSWER_MAX_BYTES);
	hs_wire_put_uint(&search.body, ACTIVE_REQUEST, request);
	hs_wire_put_uint(&search.body, ACTIVE_SEQ, newest_seq);
	hs_active_each_document(active, add_active, &search);
	send_body(effects, peer, FRAME_ACTIVE_REPLY, &search.body);
}

static Hansho__V1__Alarm *
alarm_message(struct hs_arena *arena, const struct hs_alarm *alarm)
{
	Hansho__V1__Alarm *message = hs_message_new(arena, &hansho__v1__alarm__descriptor);

	HS_CHECK(message != NULL);
	message->kind = (Hansho__V1__AlarmKind)alarm->kind;
	message->area_code = hs_arena_strdup(arena, alarm->area_code);
	message->since_unix_us = alarm->since_unix_us;
	message->cause_unix_us = alarm->cause_unix_us;
	message->cause_seq = alarm->cause_seq;
	message->cause_kind = (Hansho__V1__Kind)alarm->cause_kind;
	message->cause_level = alarm->cause_level;
	message->cause_term = hs_arena_strdup(arena, alarm->term);
	HS_CHECK(message->area_code != NULL && message->cause_term != NULL);
	return message;
}

void
hs_answer_alarms(struct hs_effects *effects, uint32_t peer, uint64_t request,
	const struct hs_watch *watch, const struct hs_watch_options *options, uint64_t newest_seq)
{
	struct hs_arena *arena = hs_arena_create(ACTIVE_MAX_BYTES);
	hs_alarm_reply message;
	hs_link_frame frame;
	size_t count;
	const struct hs_alarm *alarms = hs_watch_alarms(watch, &count);

	HS_CHECK(arena != NULL);
	hansho__v1__alarm_reply__init(&message);
	hansho__v1__link_frame__init(&frame);
	message.request = request;
	message.seq = newest_seq;
	message.looked_unix_us = hs_watch_looked_unix_us(watch);
	message.no_order_watched = options->no_order_us > 0;
	message.no_update_watched = options->no_update_us > 0;
	for (size_t i = 0; i < count; i++)
		HS_CHECK(hs_repeat(arena, &message.n_alarms, &message.alarms,
			alarm_message(arena, &alarms[i])));
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_ALARM_REPLY;
	frame.alarm_reply = &message;
	hs_effects_frame(effects, peer, &frame);
	hs_arena_destroy(arena);
}

/* An empty original keeps its place: originals stand in the order of notices. */
static void
put_original(struct hs_buf *out, struct hs_span original)
{
	struct hs_buf bytes;

	hs_buf_init(&bytes, ANSWER_MAX_BYTES);
	hs_buf_add(&bytes, original.bytes, original.len_bytes);
	HS_CHECK(!bytes.failed);
	hs_wire_put_message(out, FETCH_ORIGINALS, &bytes);
	hs_buf_free(&bytes);
}

void
hs_answer_fetch(struct hs_effects *effects, uint32_t peer, const struct hs_answer_fetch *fetch,
	bool (*entitled)(void *owner, uint32_t peer, uint64_t seq), void *owner)
{
	struct hs_buf body;
	uint64_t last_seq = fetch->newest_seq;

	hs_buf_init(&body, (size_t)4 * ANSWER_MAX_BYTES);
	hs_wire_put_uint(&body, FETCH_REQUEST, fetch->request);
	for (size_t i = 0; i < fetch->row_count; i++) {
		const struct hs_row *row = &fetch->rows[i];
		struct hs_record_look look;

		last_seq = row->seq;
		if (!entitled(owner, peer, row->seq))
			continue;
		HS_CHECK(hs_record_look(row->body, &look) == HS_OK);
		put_deliver(&body, FETCH_NOTICES, row->seq, look.notice, look.id);
		if (fetch->originals)
			put_original(&body, row->original);
	}
	hs_wire_put_uint(&body, FETCH_END, last_seq >= fetch->newest_seq);
	send_body(effects, peer, FRAME_FETCH_REPLY, &body);
}
