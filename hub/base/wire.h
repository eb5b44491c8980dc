/* wire.h: reading and writing single fields of a packed protobuf message without unpacking it.
 *
 * Why: replay and recovery touch very many records and need five fields of each; and a notice must
 * reach the outlets in the journal's own bytes, so it is copied, never encoded a second time.
 * Format: protocol buffers encoding (varint, 64-bit, length-delimited, 32-bit).
 * Threads: none. Nothing is allocated; spans point into the caller's bytes.
 */
#ifndef HS_WIRE_H
#define HS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/buf.h"

struct hs_wire {
	const uint8_t *at;
	const uint8_t *end;
	bool bad; /* set by hs_wire_next when the bytes are no protobuf message */
};

struct hs_wire_field {
	uint32_t number;
	uint64_t value;	      /* varint and fixed fields */
	const uint8_t *bytes; /* length-delimited fields, else NULL */
	size_t len_bytes;
};

struct hs_wire hs_wire_of(const void *bytes, size_t len_bytes);
/* The next field; false at the end and when the bytes are bad. */
bool hs_wire_next(struct hs_wire *wire, struct hs_wire_field *field);
/* Appends the field that was read last, as it stands there; begin: wire->at before it. */
void hs_wire_copy(const struct hs_wire *wire, const uint8_t *begin, struct hs_buf *out);

/* Appends a field; a zero value and empty bytes are left out, as proto3 does. */
void hs_wire_put_uint(struct hs_buf *out, uint32_t number, uint64_t value);
void hs_wire_put_bytes(struct hs_buf *out, uint32_t number, const void *bytes, size_t len_bytes);
void hs_wire_put_text(struct hs_buf *out, uint32_t number, const char *text);
/* Its beginning: what is len_bytes long follows. */
void hs_wire_put_head(struct hs_buf *out, uint32_t number, size_t len_bytes);
/* A sub-message: also written when it is empty. */
void hs_wire_put_message(struct hs_buf *out, uint32_t number, const struct hs_buf *message);

#endif
