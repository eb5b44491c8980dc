/* frame_reader.h: WebSocket frames of a server, and frames of the hub's links, out of a stream of bytes.
 *
 * frame_head, link_head   the head alone
 * frame_in                whole frames out of a buffer
 * frame_read              for benches with very many connections: of each payload only the beginning is kept, where type, epoch and
 *                         seq of a feed's frame stand
 * Numbers as protobuf writes them.
 */
#ifndef TESTS_BENCH_FRAME_READER_H
#define TESTS_BENCH_FRAME_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PEEK_BYTES 255

/* Bytes of the head, and what it says of the payload's; 0: the head is not there yet. */
typedef size_t head_reader(const uint8_t *bytes, size_t len, uint64_t *payload_len);

static inline uint64_t
big_endian(const uint8_t *bytes, size_t len)
{
	uint64_t value = 0;

	for (size_t i = 0; i < len; i++)
		value = value << 8 | bytes[i];
	return value;
}

/* No mask: a server's. */
static inline size_t
frame_head(const uint8_t *bytes, size_t len, uint64_t *payload_len)
{
	uint8_t first = len < 2 ? 0 : bytes[1] & 127;
	size_t size = first == 126 ? 4 : first == 127 ? 10 : 2;

	if (len < size)
		return 0;
	*payload_len = size == 2 ? first : big_endian(bytes + 2, size - 2);
	return size;
}

static inline size_t
link_head(const uint8_t *bytes, size_t len, uint64_t *payload_len)
{
	if (len < 4)
		return 0;
	*payload_len = big_endian(bytes, 4);
	return 4;
}

/* The next whole frame: bytes that it takes; 0: not there yet. */
static inline size_t
frame_in(head_reader *read_head, const uint8_t *bytes, size_t len, const uint8_t **payload,
	size_t *payload_len)
{
	uint64_t size;
	size_t head = read_head(bytes, len, &size);

	if (head == 0 || len - head < size)
		return 0;
	*payload = bytes + head;
	*payload_len = (size_t)size;
	return head + (size_t)size;
}

struct frame_reader {
	uint64_t left; /* of the payload */
	bool whole;    /* a frame has just ended; head[0] is its first byte */
	uint8_t head_bytes, peek_bytes;
	uint8_t head[10];
	uint8_t peek[PEEK_BYTES];
};

/* Reads to the end of a frame at most; returns what was used (at least 1 of len > 0). */
static inline size_t
frame_read(struct frame_reader *in, const uint8_t *bytes, size_t len)
{
	size_t at = 0, part, room = PEEK_BYTES;

	in->whole = false;
	while (in->left == 0) {
		if (at == len)
			return at;
		in->head[in->head_bytes++] = bytes[at++];
		if (frame_head(in->head, in->head_bytes, &in->left) == 0)
			continue;
		in->head_bytes = 0;
		in->peek_bytes = 0;
		in->whole = in->left == 0;
		if (in->whole)
			return at;
	}
	part = len - at < in->left ? len - at : (size_t)in->left;
	room -= in->peek_bytes;
	memcpy(in->peek + in->peek_bytes, bytes + at, part < room ? part : room);
	in->peek_bytes = (uint8_t)(in->peek_bytes + (part < room ? part : room));
	in->left -= part;
	in->whole = in->left == 0;
	return at + part;
}

static inline uint64_t
read_varint(const uint8_t **at, const uint8_t *end)
{
	uint64_t value = 0;

	for (int shift = 0; *at < end && shift < 64; shift += 7) {
		uint8_t byte = *(*at)++;

		value |= (uint64_t)(byte & 127) << shift;
		if ((byte & 128) == 0)
			break;
	}
	return value;
}

static inline size_t
put_varint(uint8_t *out, uint64_t value)
{
	size_t len = 0;

	for (; value > 127; value >>= 7)
		out[len++] = (uint8_t)(value | 128);
	out[len++] = (uint8_t)value;
	return len;
}

/* FeedFrame{subscribe{mode "drill", from_text "now"}}, or from {epoch, seq} when seq is not 0. Returns its length. */
static inline size_t
subscribe_frame(uint8_t out[PEEK_BYTES], const char *epoch, uint64_t seq)
{
	static const char now[] = "\x12\x03now", mode[] = "\x1a\x05"
							  "drill";
	size_t epoch_len = strlen(epoch), at = 2, from = 0;

	if (seq == 0) {
		memcpy(out + at, now, sizeof(now) - 1);
		at += sizeof(now) - 1;
	} else {
		out[at++] = 0x0a;
		from = at++;
		out[at++] = 0x0a;
		out[at++] = (uint8_t)epoch_len;
		memcpy(out + at, epoch, epoch_len);
		at += epoch_len;
		out[at++] = 0x10;
		at += put_varint(out + at, seq);
		out[from] = (uint8_t)(at - from - 1);
	}
	memcpy(out + at, mode, sizeof(mode) - 1);
	at += sizeof(mode) - 1;
	out[0] = 0x42;
	out[1] = (uint8_t)(at - 2);
	return at;
}

#endif
