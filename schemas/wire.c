/* wire.c: bytes ↔ generated messages.
 *
 * Flow:  bytes → check (shape, UTF-8, no NUL; nothing is allocated yet) → protobuf-c into the arena.
 * Why the check comes first: protobuf-c gives strings as C strings, so a NUL inside one would cut it
 *        silently, and it does not look at UTF-8 at all; both can only be seen in the raw bytes.
 * Limits: the arena's capacity caps what a small packed message may grow to.
 * Format: Protocol Buffers encoding, proto3; package hansho.v1.
 */
#include "schemas/wire.h"

#include <string.h>

enum wire_type { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

#define VARINT_MAX_BYTES 10
#define ARRAY_FIRST_ROOM 4

/* A cursor over packed bytes. */
struct reader {
	const uint8_t *at;
	const uint8_t *end;
};

/* Stands behind the last slot of every array of pointers, so that hs_repeat sees where it ends:
 * arrays that protobuf-c allocates have exactly as many slots as items. */
static const char array_end;

static bool
read_varint(struct reader *in, uint64_t *value)
{
	*value = 0;
	for (unsigned i = 0; i < VARINT_MAX_BYTES && in->at < in->end; i++) {
		uint8_t byte = *in->at++;
		*value |= (uint64_t)(byte & 0x7f) << (7 * i);
		if (!(byte & 0x80))
			return true;
	}
	return false;
}

static bool
skip(struct reader *in, uint64_t len_bytes)
{
	if (len_bytes > (uint64_t)(in->end - in->at))
		return false;
	in->at += len_bytes;
	return true;
}

/* Bytes of the UTF-8 sequence at `at`; 0: none (overlong, surrogate, cut off, NUL). RFC 3629. */
static size_t
utf8_step(const uint8_t *at, const uint8_t *end)
{
	uint8_t first = at[0];
	if (first < 0x80)
		return first != 0;
	size_t more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
	if (first < 0xc2 || first > 0xf4 || (size_t)(end - at) <= more)
		return 0;
	uint8_t low = 0x80, high = 0xbf;
	if (first == 0xe0)
		low = 0xa0;
	else if (first == 0xed)
		high = 0x9f;
	else if (first == 0xf0)
		low = 0x90;
	else if (first == 0xf4)
		high = 0x8f;
	if (at[1] < low || at[1] > high)
		return 0;
	for (size_t i = 2; i <= more; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	return more + 1;
}

void
hs_text_mend(char *text)
{
	uint8_t *at = (uint8_t *)text;
	const uint8_t *end = at + strlen(text);
	while (at < end) {
		size_t step = utf8_step(at, end);
		if (step == 0)
			*at = '?';
		at += step == 0 ? 1 : step;
	}
}

static bool
utf8_whole(const uint8_t *at, const uint8_t *end)
{
	while (at < end) {
		size_t step = utf8_step(at, end);
		if (!step)
			return false;
		at += step;
	}
	return true;
}

static bool bytes_sound(const ProtobufCMessageDescriptor *type, struct reader in);

/* One length-delimited field; `in` moves behind it. */
static bool
field_sound(const ProtobufCFieldDescriptor *field, struct reader *in)
{
	uint64_t len_bytes = 0;
	if (!read_varint(in, &len_bytes))
		return false;
	const uint8_t *start = in->at;
	if (!skip(in, len_bytes))
		return false;
	if (field && field->type == PROTOBUF_C_TYPE_STRING)
		return utf8_whole(start, in->at);
	if (field && field->type == PROTOBUF_C_TYPE_MESSAGE)
		return bytes_sound(field->descriptor, (struct reader){ start, in->at });
	return true;
}

/* Recursion ends because no message of ours contains itself. */
static bool
bytes_sound(const ProtobufCMessageDescriptor *type, struct reader in)
{
	while (in.at < in.end) {
		uint64_t tag = 0, ignored = 0;
		if (!read_varint(&in, &tag) || tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
			return false;
		const ProtobufCFieldDescriptor *field =
			protobuf_c_message_descriptor_get_field(type, (unsigned)(tag >> 3));
		bool sound = false;
		if ((tag & 7) == WIRE_VARINT)
			sound = read_varint(&in, &ignored);
		else if ((tag & 7) == WIRE_64)
			sound = skip(&in, 8);
		else if ((tag & 7) == WIRE_32)
			sound = skip(&in, 4);
		else if ((tag & 7) == WIRE_BYTES)
			sound = field_sound(field, &in);
		if (!sound)
			return false;
	}
	return true;
}

/* ---- allocation ---- */

struct pool {
	struct hs_arena *arena;
	bool full;
};

static void *
pool_alloc(void *owner, size_t len_bytes)
{
	struct pool *pool = owner;
	size_t slots = (len_bytes + sizeof(void *) - 1) / sizeof(void *);
	const void **room = hs_arena_alloc(pool->arena, (slots + 1) * sizeof(void *));
	if (!room) {
		pool->full = true;
		return NULL;
	}
	room[slots] = &array_end;
	return room;
}

static void
pool_free(void *owner, void *memory)
{
	(void)owner;
	(void)memory; /* it goes with the arena */
}

void *
hs_field_array(struct hs_arena *arena, size_t len_bytes)
{
	struct pool pool = { .arena = arena };
	return pool_alloc(&pool, len_bytes);
}

void *
hs_message_new(struct hs_arena *arena, const ProtobufCMessageDescriptor *type)
{
	void *message = hs_arena_alloc(arena, type->sizeof_message);
	if (message)
		protobuf_c_message_init(type, message);
	return message;
}

bool
hs_repeat(struct hs_arena *arena, size_t *count, void *array_address, void *item)
{
	void **array = NULL;
	memcpy(&array, array_address, sizeof(array));
	if (array == NULL || array[*count] == &array_end) {
		size_t room = *count ? *count * 2 : ARRAY_FIRST_ROOM;
		void **larger = hs_field_array(arena, room * sizeof(*larger));
		if (!larger)
			return false;
		if (array != NULL)
			memcpy(larger, array, *count * sizeof(*larger));
		array = larger;
		memcpy(array_address, &array, sizeof(array));
	}
	array[(*count)++] = item;
	return true;
}

bool
hs_repeat_room(struct hs_arena *arena, size_t *count, void *array_address, size_t room)
{
	void **array = NULL;

	memcpy(&array, array_address, sizeof(array));
	if (array != NULL || room == 0)
		return true;
	array = hs_field_array(arena, room * sizeof(*array));
	*count = 0;
	memcpy(array_address, &array, sizeof(array));
	return array != NULL;
}

/* ---- unpack and pack ---- */

enum hs_err
hs_message_unpack(struct hs_arena *arena, const ProtobufCMessageDescriptor *type, const void *bytes,
	size_t len_bytes, size_t max_bytes, void *out_message)
{
	if (len_bytes > max_bytes)
		return HS_ERR_TOO_LARGE;
	const uint8_t *start = bytes;
	if (len_bytes && !bytes_sound(type, (struct reader){ start, start + len_bytes }))
		return HS_ERR_PARSE;
	struct pool pool = { .arena = arena };
	ProtobufCAllocator allocator = { pool_alloc, pool_free, &pool };
	static const uint8_t nothing;
	ProtobufCMessage *message = protobuf_c_message_unpack(
		type, &allocator, len_bytes, len_bytes ? start : &nothing);
	if (!message)
		return pool.full ? HS_ERR_TOO_LARGE : HS_ERR_PARSE;
	memcpy(out_message, &message, sizeof(void *));
	return HS_OK;
}

size_t
hs_message_packed_bytes(const void *message)
{
	return protobuf_c_message_get_packed_size(message);
}

/* Not protobuf_c_message_pack_to_buffer: that counts each message inside once for every level that it lies below. */
void
hs_message_pack(const void *message, struct hs_buf *out)
{
	uint8_t *place = hs_buf_extend(out, protobuf_c_message_get_packed_size(message));

	if (place)
		protobuf_c_message_pack(message, place);
}

enum hs_err
hs_notice_unpack(struct hs_arena *arena, const void *bytes, size_t len_bytes, hs_notice **out)
{
	return hs_message_unpack(
		arena, &hansho__v1__notice__descriptor, bytes, len_bytes, HS_NOTICE_MAX_BYTES, out);
}

enum hs_err
hs_link_frame_unpack(
	struct hs_arena *arena, const void *bytes, size_t len_bytes, hs_link_frame **out)
{
	return hs_message_unpack(arena, &hansho__v1__link_frame__descriptor, bytes, len_bytes,
		HS_FRAME_MAX_BYTES, out);
}

/* ---- Deliver and Submit around bytes that exist already ---- */

static size_t
put_varint(uint8_t out[VARINT_MAX_BYTES], uint64_t value)
{
	size_t len = 0;
	for (; value >= 0x80; value >>= 7)
		out[len++] = (uint8_t)(value | 0x80);
	out[len++] = (uint8_t)value;
	return len;
}

static void
add_varint(struct hs_buf *out, uint64_t value)
{
	uint8_t bytes[VARINT_MAX_BYTES];
	hs_buf_add(out, bytes, put_varint(bytes, value));
}

static size_t
varint_len(uint64_t value)
{
	uint8_t bytes[VARINT_MAX_BYTES];
	return put_varint(bytes, value);
}

/* Field numbers of Deliver and of LinkFrame.deliver in link.proto; all below 16: tags of one byte. */
enum { SUBMIT = 10, SUBMIT_REQUEST = 1 };
enum { DELIVER = 3, SEQ = 1, PREV_SEQ = 2, NOTICE = 3, HOPS = 4, SUBMISSION_ID = 5 };

static uint8_t
tag_of(int field, enum wire_type type)
{
	return (uint8_t)(field << 3 | (int)type);
}

void
hs_submit_edges(uint64_t request, size_t packed_bytes, struct hs_submit_edges *out)
{
	out->behind[0] = tag_of(SUBMIT_REQUEST, WIRE_VARINT);
	out->behind_bytes = 1 + put_varint(out->behind + 1, request);
	out->before[0] = tag_of(SUBMIT, WIRE_BYTES);
	out->before_bytes = 1 + put_varint(out->before + 1, packed_bytes + out->behind_bytes);
}

static void
add_head(struct hs_buf *out, int field, size_t len_bytes)
{
	uint8_t tag = tag_of(field, WIRE_BYTES);
	hs_buf_add(out, &tag, 1);
	add_varint(out, len_bytes);
}

/* proto3: a scalar that is zero is not written. */
static void
add_number(struct hs_buf *out, int field, uint64_t value)
{
	uint8_t tag = tag_of(field, WIRE_VARINT);
	if (!value)
		return;
	hs_buf_add(out, &tag, 1);
	add_varint(out, value);
}

static size_t
block_len(size_t len_bytes)
{
	return 1 + varint_len(len_bytes) + len_bytes;
}

static size_t
number_len(uint64_t value)
{
	return value ? 1 + varint_len(value) : 0;
}

void
hs_deliver_pack_before(
	struct hs_buf *out, const struct hs_deliver_edges *edges, size_t notice_len_bytes)
{
	size_t id_len = edges->submission_id ? strlen(edges->submission_id) : 0;
	size_t total =
		number_len(edges->seq) + number_len(edges->prev_seq) + block_len(notice_len_bytes);
	for (size_t i = 0; i < edges->hop_count; i++)
		total += block_len(hansho__v1__hop__get_packed_size(edges->hops[i]));
	total += id_len ? block_len(id_len) : 0;

	add_head(out, DELIVER, total);
	add_number(out, SEQ, edges->seq);
	add_number(out, PREV_SEQ, edges->prev_seq);
	add_head(out, NOTICE, notice_len_bytes);
}

void
hs_deliver_pack_behind(struct hs_buf *out, const struct hs_deliver_edges *edges)
{
	size_t id_len = edges->submission_id ? strlen(edges->submission_id) : 0;

	for (size_t i = 0; i < edges->hop_count; i++) {
		add_head(out, HOPS, hansho__v1__hop__get_packed_size(edges->hops[i]));
		hs_message_pack(edges->hops[i], out);
	}
	if (id_len) {
		add_head(out, SUBMISSION_ID, id_len);
		hs_buf_add(out, edges->submission_id, id_len);
	}
}
