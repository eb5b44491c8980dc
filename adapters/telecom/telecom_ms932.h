/* telecom_ms932.h: the characters of the code page MS932, as the build makes them (schemas/gen/ms932.py → ms932_data.c). */
#ifndef HS_TELECOM_MS932_H
#define HS_TELECOM_MS932_H

#include <stddef.h>
#include <stdint.h>

/* First and last. By rising number; no ideographs. */
struct hs_ms932_range {
	uint16_t first, last;
};
extern const struct hs_ms932_range hs_ms932_ranges[];
extern const size_t hs_ms932_range_count;

/* A bit for each, from here on. */
#define HS_MS932_IDEOGRAPHS_FIRST 0x4E00
extern const uint32_t hs_ms932_ideographs[];
extern const size_t hs_ms932_ideograph_words;

#endif
