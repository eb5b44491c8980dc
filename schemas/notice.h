/* notice.h: the only door to the generated messages of notice.proto and link.proto.
 *
 * Flow:    bytes → hs_notice_unpack (into an arena) → read, build → hs_notice_pack → bytes.
 * Owner:   an unpacked message lives in the arena it was unpacked into and dies with it. A message that
 *          code builds takes all its parts from one arena too; nothing is freed singly.
 * Names:   hs_notice is Hansho__V1__Notice and so on; the typedefs below are the names to use.
 *          <type>__init of the generated code is reached by HS_NEW(arena, type).
 * Errors:  HS_ERR_PARSE not such a message, HS_ERR_TOO_LARGE beyond the arena's capacity or the limit.
 * Strings: proto strings are checked to be UTF-8 without NUL when unpacked (protobuf-c does not).
 */
#ifndef HS_NOTICE_H
#define HS_NOTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "build/gen/schemas/link.pb-c.h"
#include "build/gen/schemas/notice.pb-c.h"

#include "hub/base/arena.h"
#include "hub/base/buf.h"
#include "hub/base/err.h"

struct json_t;

typedef Hansho__V1__Notice hs_notice;
typedef Hansho__V1__Document hs_document;
typedef Hansho__V1__Source hs_source;
typedef Hansho__V1__Times hs_times;
typedef Hansho__V1__Time hs_time;
typedef Hansho__V1__Level hs_level;
typedef Hansho__V1__Area hs_area;
typedef Hansho__V1__Geometry hs_geometry;
typedef Hansho__V1__Circle hs_circle;
typedef Hansho__V1__Polygon hs_polygon;
typedef Hansho__V1__Point hs_point;
typedef Hansho__V1__Text hs_text;
typedef Hansho__V1__CapValues hs_cap_values;
typedef Hansho__V1__CapInfo hs_cap_info;
typedef Hansho__V1__CapArea hs_cap_area;
typedef Hansho__V1__CapPair hs_cap_pair;
typedef Hansho__V1__CapResource hs_cap_resource;
typedef Hansho__V1__Count hs_count;
typedef Hansho__V1__Original hs_original;
typedef Hansho__V1__Evacuation hs_evacuation;
typedef Hansho__V1__Evacuation__Detail hs_evacuation_detail;
typedef Hansho__V1__Evacuation__Place hs_evacuation_place;
typedef Hansho__V1__Hazard hs_hazard;
typedef Hansho__V1__Reading hs_reading;
typedef Hansho__V1__Intensity hs_intensity;
typedef Hansho__V1__Earthquake hs_earthquake;
typedef Hansho__V1__TsunamiArea hs_tsunami_area;
typedef Hansho__V1__Finding hs_pb_finding;
typedef Hansho__V1__Hop hs_hop;
typedef Hansho__V1__Receipt hs_receipt;
typedef Hansho__V1__Deliver hs_deliver;
typedef Hansho__V1__Submit hs_submit;
typedef Hansho__V1__SubmitReply hs_submit_reply;
typedef Hansho__V1__StatusQuery hs_status_query;
typedef Hansho__V1__StatusReply hs_status_reply;
typedef Hansho__V1__ListQuery hs_list_query;
typedef Hansho__V1__ListReply hs_list_reply;
typedef Hansho__V1__ActiveQuery hs_active_query;
typedef Hansho__V1__ActiveReply hs_active_reply;
typedef Hansho__V1__AlarmQuery hs_alarm_query;
typedef Hansho__V1__AlarmReply hs_alarm_reply;
typedef Hansho__V1__Fetch hs_fetch;
typedef Hansho__V1__FetchReply hs_fetch_reply;
typedef Hansho__V1__OutletProof hs_outlet_proof;
typedef Hansho__V1__AdapterState hs_outlets_report;
typedef Hansho__V1__LinkFrame hs_link_frame;
typedef Hansho__V1__JournalRecord hs_journal_record;
typedef Hansho__V1__FeedFrame hs_feed_frame;

#define HS_MODE(name)	 HANSHO__V1__MODE__MODE_##name
#define HS_KIND(name)	 HANSHO__V1__KIND__KIND_##name
#define HS_ACTION(name)	 HANSHO__V1__ACTION__ACTION_##name
#define HS_RECEIPT(name) HANSHO__V1__RECEIPT_STATE__RECEIPT_STATE_##name
#define HS_PROOF(name)	 HANSHO__V1__PROOF_STATE__PROOF_STATE_##name
#define HS_OUTCOME(name) HANSHO__V1__OUTCOME__OUTCOME_##name
#define HS_EVAC(name)	 HANSHO__V1__EVACUATION__STATE__STATE_##name
#define HS_PEER(name)	 HANSHO__V1__PEER_KIND__PEER_KIND_##name
#define HS_ALARM(name)	 HANSHO__V1__ALARM_KIND__ALARM_KIND_##name
#define HS_RECORD(name)	 HANSHO__V1__JOURNAL_RECORD__TYPE__TYPE_##name

/* Put by the hub: another source told the same event already, as strong and for the same areas (hub/core/same_event.h):
 * shown and kept, never sounded or sent again. */
#define HS_FLAG_SAME_EVENT "same_event"

/* Lanes: smaller goes first. */
enum hs_priority {
	HS_PRIORITY_INSTANT = 0, /* civil protection, earthquake early warning */
	HS_PRIORITY_TSUNAMI = 1,
	HS_PRIORITY_LEVEL5 = 2,
	HS_PRIORITY_LEVEL4 = 3,
	HS_PRIORITY_NORMAL = 4,
	HS_PRIORITY_BULK = 5,
	HS_PRIORITY_DRILL = 6,
	HS_PRIORITY_COUNT
};

/* Lanes that everything else makes room for. */
static inline bool
hs_priority_is_urgent(uint32_t lane)
{
	return lane <= HS_PRIORITY_LEVEL4;
}

/* The place of a lane in a table: a number of a newer sender counts as the last one. */
static inline uint32_t
hs_priority_row(uint32_t lane)
{
	return lane < HS_PRIORITY_COUNT ? lane : (uint32_t)HS_PRIORITY_COUNT - 1;
}

/* StatusQuery.version of one who waits for the next change, whatever was before it. */
#define HS_VERSION_NOW UINT32_MAX

/* Limits of one packed message and of the arena that it unpacks into. */
#define HS_NOTICE_MAX_BYTES   (2u << 20)
#define HS_FRAME_MAX_BYTES    (12u << 20) /* the largest original (8 MiB), its notice, findings */
#define HS_UNPACK_ARENA_BYTES (64u << 20)

/* A new message of a generated type in `arena`, with its defaults; NULL when the arena is full.
 * HS_NEW(arena, &hansho__v1__notice__descriptor) */
void *hs_message_new(struct hs_arena *arena, const ProtobufCMessageDescriptor *type);
#define HS_NEW(arena, type) hs_message_new((arena), (type))
/* The same source and id; NULL is no document. */
bool hs_same_document(const hs_document *one, const hs_document *other);
/* Adds `item` to a repeated field of messages or strings held as (count, array): grows the array in the
 * arena by doubling. The array is empty, unpacked, or was grown by this function and nothing else: one that
 * code filled by itself must not be handed in. false when the arena is full. */
bool hs_repeat(struct hs_arena *arena, size_t *count, void *array_address, void *item);
/* Room for so many items at once, where it is known how many come; nothing when the field has an array already. */
bool hs_repeat_room(struct hs_arena *arena, size_t *count, void *array_address, size_t room);

/* Any message. HS_ERR_TOO_LARGE above max_bytes. */
enum hs_err hs_message_unpack(struct hs_arena *arena, const ProtobufCMessageDescriptor *type,
	const void *bytes, size_t len_bytes, size_t max_bytes, void *out_message) HS_MUST_CHECK;
/* Bytes that it takes when packed. */
size_t hs_message_packed_bytes(const void *message);
/* Makes a text of outside fit for a message, in place: each byte that belongs to no UTF-8 character becomes '?'. A
 * frame with one such byte would not be readable as a whole. */
void hs_text_mend(char *text);
/* Appends the packed message. Failure shows in out->failed. */
void hs_message_pack(const void *message, struct hs_buf *out);

/* A notice in two, which borrow from it and whose packed bytes are the notice when one stands behind the other. Bulk: areas, texts, CAP
 * and details, which are many and large, and nothing that the hub changes. */
hs_notice hs_notice_bulk(const hs_notice *notice);
hs_notice hs_notice_rest(const hs_notice *notice);

/* Shorthands for the two most used. *out is set on HS_OK only. */
enum hs_err hs_notice_unpack(
	struct hs_arena *arena, const void *bytes, size_t len_bytes, hs_notice **out) HS_MUST_CHECK;
enum hs_err hs_link_frame_unpack(struct hs_arena *arena, const void *bytes, size_t len_bytes,
	hs_link_frame **out) HS_MUST_CHECK;

/* What stands before and behind a Submit that is packed with request 0, so that all three are its LinkFrame with this request. */
#define HS_SUBMIT_EDGE_MAX 16
struct hs_submit_edges {
	uint8_t before[HS_SUBMIT_EDGE_MAX], behind[HS_SUBMIT_EDGE_MAX];
	size_t before_bytes, behind_bytes;
};
void hs_submit_edges(uint64_t request, size_t packed_bytes, struct hs_submit_edges *out);
/* A LinkFrame{Deliver} around a notice that is already packed: no second encoding. What stands before the notice, and what behind. */
struct hs_deliver_edges {
	uint64_t seq, prev_seq;
	const char *submission_id; /* NULL or "": none */
	const hs_hop *const *hops;
	size_t hop_count;
};
void hs_deliver_pack_before(
	struct hs_buf *out, const struct hs_deliver_edges *edges, size_t notice_len_bytes);
void hs_deliver_pack_behind(struct hs_buf *out, const struct hs_deliver_edges *edges);

/* JSON by the rules on top of notice.proto: a new reference for the caller (json_decref), or NULL when
 * out of memory. Unknown enum numbers become numbers; unknown fields are left out. */
struct json_t *hs_message_to_json(const void *message);
/* The other direction, strict: HS_ERR_PARSE with `why` (size bytes) naming the member. An enum word that
 * is not known becomes the UNSPECIFIED value and is named in `why` with HS_OK still returned. */
enum hs_err hs_message_from_json(struct hs_arena *arena, const ProtobufCMessageDescriptor *type,
	const struct json_t *json, void *out_message, char *why, size_t why_size) HS_MUST_CHECK;
/* "evacuation" for KIND_EVACUATION; NULL for an unknown number. */
const char *hs_enum_word(const ProtobufCEnumDescriptor *type, int value, char out[64]);
/* The number for a word, or -1. */
int hs_enum_value(const ProtobufCEnumDescriptor *type, const char *word);

/* Helpers that everybody would otherwise write again. */
hs_time *hs_time_new(struct hs_arena *arena, int64_t unix_us, int offset_min);
/* Appends a flag once. */
bool hs_notice_flag(struct hs_arena *arena, hs_notice *notice, const char *flag);
bool hs_notice_has_flag(const hs_notice *notice, const char *flag);
/* The word for HS_MODE_* in L-Alert (EDXL-DE distributionStatus) and CAP 1.2 (3.2.1 status). A mode that is not known is "System":
 * for no public. */
const char *hs_mode_status(int mode);
/* Calls `visit` for every Area in the notice, in whatever detail it stands, so that no kind of message has areas that
 * nobody looks at. */
void hs_notice_visit_areas(
	hs_notice *notice, void (*visit)(void *owner, hs_area *area), void *owner);
/* The details of an evacuation order; NULL for every other kind: the details share one place, so that
 * notice->evacuation of another kind is that kind's detail and never to be looked at. */
const hs_evacuation *hs_notice_evacuation(const hs_notice *notice);
/* The text in that language, or NULL. */
const hs_text *hs_notice_text(const hs_notice *notice, const char *language);
/* "drill|bosai.kakuu.example|74ee…": the key of a document (mode, source, id). */
bool hs_document_key(const hs_notice *notice, struct hs_buf *out);
/* The same of the document that its event was first told in (Document.first): two routes of one event have one key. */
bool hs_first_document_key(const hs_notice *notice, struct hs_buf *out);
/* What its event was first told in: Document.first, else the document itself. Borrowed. */
struct hs_first {
	const char *source, *id, *event;
};
struct hs_first hs_first_of(const hs_document *document);
/* The id of the document that entry i of supersedes replaces, or NULL when it replaces none: a document replaces
 * other documents of its own source only, so that nobody ends what somebody else ordered. */
const char *hs_superseded_id(const hs_document *document, size_t i);
/* The key of the document with that id, of the notice's mode and source. */
bool hs_document_key_of(const hs_notice *notice, const char *id, struct hs_buf *out);

/* 訓練 first and last in every headline, body and instruction of every text, in that text's language
 * ("【訓練】", "[DRILL]", "【くんれん】"); texts that already begin or end so are not marked twice.
 * Only for modes other than LIVE; LIVE is left alone. false when the arena is full. */
bool hs_notice_mark(struct hs_arena *arena, hs_notice *notice);
/* The mark of a mode in a language: "" for LIVE. Never NULL; unknown languages get the Japanese mark
 * (the mark is never lost for want of a translation). */
const char *hs_mode_mark(int mode, const char *language);

#endif
