/* crawl_class.h: what a character is to the lines of a crawl.
 *
 * Rules:   行頭禁則 and 行末禁則 after the classes of JIS X 4051 (opening and closing brackets, hyphens, dividing and middle dots, stops,
 *          commas, repetition marks, prolonged sounds, small kana), in their full-width and half-width forms.
 * Owner:   texts are the caller's. Threads: any. Pure.
 */
#ifndef HS_BROADCASTER_CRAWL_CLASS_H
#define HS_BROADCASTER_CRAWL_CLASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hs_crawl_class {
	HS_CRAWL_PLAIN,
	HS_CRAWL_OPENING, /* ends no line */
	HS_CRAWL_CLOSING, /* begins no line */
	HS_CRAWL_LATIN,	  /* stays with its like: numbers, Latin words */
	HS_CRAWL_COMBINING
};

/* One UTF-8 character: its bytes. A byte that belongs to none counts as one character. */
size_t hs_crawl_decode(const char *text, uint32_t *code);
enum hs_crawl_class hs_crawl_class_of(uint32_t code);
/* In half-width units. */
uint8_t hs_crawl_width_of(uint32_t code);
/* Direction and format marks: they would let a name rearrange the line around it. */
bool hs_crawl_is_dropped(uint32_t code);
/* Whether a part of a long name ends with this character: a comma, a dot, a closing bracket, a blank. */
bool hs_crawl_separates(uint32_t code);
/* Whether a name within a longer one may end between these two: 架空市|立, 一丁目|および, および|その. */
bool hs_crawl_ends_name(uint32_t last, uint32_t next);

#endif
