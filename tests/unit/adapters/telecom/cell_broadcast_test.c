/* TS 23.041 pages and serial numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/telecom/cell_broadcast.h"
#include "hub/base/check.h"

/* n characters, cycling through one, two and three bytes of UTF-8. */
static void
text_of(char *out, size_t n)
{
	static const char *const letters[] = { "避", "難", "a", "é", "\n", "。" };
	out[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		strcpy(out, letters[i % HS_COUNT(letters)]);
		out += strlen(out);
	}
}

static void
every_length_comes_back(void **state)
{
	(void)state;
	char text[4096], back[4096];
	struct hs_cb_pages pages;
	for (size_t n = 1; n <= HS_CB_CHARS_MAX; n++) {
		text_of(text, n);
		assert_int_equal(HS_OK, hs_cb_encode(text, &pages, NULL));
		assert_int_equal((n + 40) / 41, pages.count);
		assert_true(pages.count <= 15);
		assert_int_equal(HS_OK, hs_cb_decode(&pages, back, sizeof(back)));
		assert_string_equal(text, back);
	}
}

static void
boundaries(void **state)
{
	(void)state;
	char text[4096];
	struct hs_cb_pages pages;
	size_t position = 0;
	text_of(text, 41);
	assert_int_equal(HS_OK, hs_cb_encode(text, &pages, NULL));
	assert_int_equal(1, pages.count);
	text_of(text, 42);
	assert_int_equal(HS_OK, hs_cb_encode(text, &pages, NULL));
	assert_int_equal(2, pages.count);
	/* one character, then 40 carriage returns */
	for (size_t i = 1; i < HS_CB_PAGE_CHARS; i++) {
		assert_int_equal(0x00, pages.bytes[1][2 * i]);
		assert_int_equal(0x0d, pages.bytes[1][2 * i + 1]);
	}
	text_of(text, 615);
	assert_int_equal(HS_OK, hs_cb_encode(text, &pages, NULL));
	assert_int_equal(15, pages.count);
	text_of(text, 616);
	assert_int_equal(HS_ERR_TOO_LARGE, hs_cb_encode(text, &pages, &position));
	assert_int_equal(616, position);
	assert_int_equal(HS_ERR_INVALID, hs_cb_encode("", &pages, NULL));
}

static void
bytes_are_big_endian_ucs2(void **state)
{
	(void)state;
	struct hs_cb_pages pages;
	assert_int_equal(HS_OK, hs_cb_encode("避A", &pages, NULL));
	const uint8_t expected[] = { 0x90, 0x7f, 0x00, 0x41, 0x00, 0x0d };
	assert_memory_equal(expected, pages.bytes[0], sizeof(expected));
	assert_int_equal(0x48, HS_CB_DCS_UCS2);
}

static void
surrogates_are_refused(void **state)
{
	(void)state;
	struct hs_cb_pages pages;
	size_t position = 0;
	assert_int_equal(HS_ERR_INVALID, hs_cb_encode("ab𠮷", &pages, &position));
	assert_int_equal(3, position);
	/* a surrogate written as if it were a character */
	assert_int_equal(HS_ERR_INVALID, hs_cb_encode("\xed\xa0\x80", &pages, &position));
	assert_int_equal(HS_ERR_INVALID, hs_cb_encode("\xff", &pages, &position));
}

static void
serial_number_has_its_fields(void **state)
{
	(void)state;
	assert_int_equal(0x4000, hs_cb_serial(HS_CB_SCOPE_PLMN, 0, 0));
	assert_int_equal(0x7ff0, hs_cb_serial(HS_CB_SCOPE_PLMN, 1023, 0));
	assert_int_equal(0x700f, hs_cb_serial(HS_CB_SCOPE_PLMN, 768, 15));
	assert_int_equal(0x7000, hs_cb_serial(HS_CB_SCOPE_PLMN, 768, 16)); /* wraps */
	assert_int_equal(0xc001, hs_cb_serial(HS_CB_SCOPE_CELL, 0, 1));
	assert_int_equal(0x0000, hs_cb_serial(HS_CB_SCOPE_CELL_IMMEDIATE, 0, 0));
}

static unsigned
code_of(uint16_t serial)
{
	return serial >> 4 & 0x3ff;
}

static void
text_raises_the_update_number_area_does_not(void **state)
{
	(void)state;
	struct hs_cb_codes *codes = calloc(1, sizeof(*codes));
	uint16_t first = hs_cb_serial_for(codes, 4371, "d1", 1, "text");
	assert_int_equal(0, first & 0xf);
	assert_int_equal(first, hs_cb_serial_for(codes, 4371, "d1", 2, "text"));
	uint16_t last = first;
	for (unsigned i = 1; i <= 17; i++) {
		char text[16];
		snprintf(text, sizeof(text), "text %u", i);
		uint16_t next = hs_cb_serial_for(codes, 4371, "d1", i + 1, text);
		assert_int_equal(code_of(first), code_of(next));
		assert_int_equal(((last & 0xf) + 1) % 16, next & 0xf);
		last = next;
	}
	assert_int_equal(1, last & 0xf);
	/* after a restart the revision tells where to go on */
	struct hs_cb_codes *fresh = calloc(1, sizeof(*fresh));
	uint16_t again = hs_cb_serial_for(fresh, 4371, "d1", 3, "text");
	assert_int_equal(code_of(first), code_of(again));
	assert_int_equal(2, again & 0xf);
	free(fresh);
	free(codes);
}

static void
live_alerts_never_share_a_code(void **state)
{
	(void)state;
	struct hs_cb_codes *codes = calloc(1, sizeof(*codes));
	static bool used[1024];
	memset(used, 0, sizeof(used));
	for (unsigned i = 0; i < HS_CB_ALERTS_MAX; i++) {
		char key[32];
		snprintf(key, sizeof(key), "document %u", i);
		unsigned code = code_of(hs_cb_serial_for(codes, 4371, key, 1, "text"));
		assert_false(used[code]);
		used[code] = true;
	}
	/* one more: the oldest gives its place up, nobody else does */
	(void)hs_cb_serial_for(codes, 4371, "one more", 1, "text");
	uint16_t kept = hs_cb_serial_for(codes, 4371, "document 511", 2, "text");
	assert_int_equal(0, kept & 0xf);
	free(codes);
}

/* 3GPP TS 23.041, 9.4.1.2.1: 01 (PLMN) 1 (user alert) 1 (popup), 8 bits of code, 4 of update number. */
static void
etws_serial_has_its_switches(void **state)
{
	(void)state;
	struct hs_cb_codes *codes = calloc(1, sizeof(*codes));
	static bool used[256];
	memset(used, 0, sizeof(used));
	for (unsigned i = 0; i < 256; i++) {
		char key[32];
		snprintf(key, sizeof(key), "quake %u", i);
		uint16_t serial = hs_cb_etws_serial_for(codes, 4352, key, 1, "etws");
		assert_int_equal(0x7, serial >> 12);
		assert_int_equal(0, serial & 0xf);
		assert_false(used[serial >> 4 & 0xff]);
		used[serial >> 4 & 0xff] = true;
		assert_int_equal(serial, hs_cb_etws_serial_for(codes, 4352, key, 9, "etws"));
	}
	/* one more alert than codes still gets one */
	assert_int_equal(0x7, hs_cb_etws_serial_for(codes, 4352, "one more", 1, "etws") >> 12);
	free(codes);
}

/* Whole pages as phones get them: TS 23.041, 9.4.1.2, of the text 避難指示 (U+907F U+96E3 U+6307 U+793A). */
static void
a_page_byte_for_byte(void **state)
{
	(void)state;
	struct hs_cb_pages pages;
	uint8_t expected[HS_CB_PAGE_BYTES] = { 0x90, 0x7f, 0x96, 0xe3, 0x63, 0x07, 0x79, 0x3a };
	for (size_t i = 8; i < sizeof(expected); i += 2)
		expected[i + 1] = 0x0d;
	assert_int_equal(HS_OK, hs_cb_encode("避難指示", &pages, NULL));
	assert_int_equal(1, pages.count);
	assert_memory_equal(expected, pages.bytes[0], sizeof(expected));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_length_comes_back),
		cmocka_unit_test(boundaries),
		cmocka_unit_test(bytes_are_big_endian_ucs2),
		cmocka_unit_test(surrogates_are_refused),
		cmocka_unit_test(serial_number_has_its_fields),
		cmocka_unit_test(text_raises_the_update_number_area_does_not),
		cmocka_unit_test(live_alerts_never_share_a_code),
		cmocka_unit_test(etws_serial_has_its_switches),
		cmocka_unit_test(a_page_byte_for_byte),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
