/* limits.h: every bound of the gate's pipeline, in one list.
 *
 * The list makes both the struct and the rows of the gate's configuration table: main binds them
 * with HS_GATE_LIMITS, so that a limit cannot exist without unit, range, default and sentence.
 */
#ifndef HS_GATE_LIMITS_H
#define HS_GATE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

/* clang-format off */
/*    name             unit        min      max       default     sentence */
#define HS_GATE_LIMITS(X)                                                                          \
	X(body_bytes,      "bytes",    1024,    8388608,  1048576,    "largest document of a municipality")       \
	X(tag_bytes,       "bytes",    256,     65536,    16384,      "largest single start tag; checks for double attributes are quadratic") \
	X(depth,           "elements", 16,      200,      32,         "deepest nesting of elements")              \
	X(attributes,      "count",    8,       1000,     32,         "most attributes of one element, namespace declarations included") \
	X(elements,        "count",    100,     1000000,  50000,      "most elements, comments and instructions of one document") \
	X(findings,        "count",    1,       1000,     100,        "most findings listed in one answer")       \
	X(areas,           "count",    1,       100000,   5000,       "most areas of one document")               \
	X(id_chars,        "chars",    16,      1024,     200,        "longest documentID, senderID or distributionID") \
	X(name_chars,      "chars",    16,      4096,     400,        "longest name of an area, office or disaster") \
	X(headline_chars,  "chars",    16,      100000,   4000,       "longest headline")                         \
	X(complement_chars, "chars",   16,      100000,   20000,      "longest complementary text")               \
	X(url_chars,       "chars",    64,      16384,    2000,       "longest web address of a notice")         \
	X(mail_title_chars, "chars",   1,       100,      15,         "longest title of an urgent mail")         \
	X(mail_body_chars, "chars",    1,       2000,     500,        "longest message of an urgent mail; a carrier may take less") \
	X(text_chars,      "chars",    400,     1000000, 20000,      "longest text that has no limit of its own") \
	X(word_chars,      "chars",    1,       400,     40,         "longest word beside a number, such as its unit") \
	X(cap_points,      "count",    4,       1000000,  10000,      "points of the polygons of a CAP alert that are checked for crossing sides; further ones get a warning") \
	X(shape_points,    "count",    4,       1000000,  10000,      "points of the polygons of one L-Alert document or telegram; a polygon beyond is left out with a warning, the area stays") \
	X(late_s,          "seconds",  60,      604800,   1800,       "an order entered later than this after it was given gets a warning") \
	X(old_s,           "seconds",  3600,    31536000, 604800,     "an order older than this gets the stronger warning that old data may have been sent again") \
	X(future_s,        "seconds",  0,       604800,   3600,       "a time further ahead than this gets a warning") \
	X(all_areas_percent, "percent", 50,    100,      90,         "an order for at least this part of a municipality's registered districts gets a warning") \
	X(all_areas_least, "count",    1,       10000,   5,          "municipalities with fewer registered districts never get that warning") \
	X(count_factor,    "times",    2,       1000,    3,          "households or people this many times above or below the register get a warning") \
	X(relay_body_bytes, "bytes",   1024,    8388608,  8388608,    "largest document of a relayer (digests of the weather agency)") \
	X(relay_elements,  "count",    100,     1000000,  300000,     "most elements of one document of a relayer") \
	X(relay_areas,     "count",    1,       1000000,  200000,     "most areas of one document of a relayer, each time that one is named") \
	X(relay_headline_chars, "chars", 16,    100000,   4000,       "longest headline of a telegram's notice; the rest stands in the original only") \
	X(relay_text_chars, "chars",   16,      100000,   20000,      "longest text of a telegram's notice; the rest stands in the original only") \
	X(large_bytes,     "bytes",    1024,    8388608,  262144,     "a document above this is checked alone among its like, so that smaller ones never wait for it") \
	X(large_nice,      "nice",     0,       19,       15,         "how much the thread that checks such a document, when it is less urgent than level 4, yields to all others") \
	X(brief_bytes,     "bytes",    0,       65536,    8192,       "a document up to this size that comes alone is checked at once, without a thread of its own; 0: none is") \
	X(large_waiting,   "count",    0,       10000,    8,          "documents above large_bytes that may wait their turn; further ones get 503")
/* clang-format on */

struct hs_gate_limits {
#define HS_LIMIT_FIELD(name, unit, min, max, fallback, sentence) int64_t name;
	HS_GATE_LIMITS(HS_LIMIT_FIELD)
#undef HS_LIMIT_FIELD
	/* not numbers: their rows stand in settings.c */
	bool cap_1_1;	 /* CAP 1.1 is accepted */
	int cap_profile; /* index into HS_CAP_PROFILE_WORDS: profile of alerts without a marker */
};
#define HS_CAP_PROFILE_WORDS "none IPAWS CAP-CP CAP-AU Google WMO CAP-TWP hansho"

/* The defaults of the list. */
extern const struct hs_gate_limits hs_gate_limits_default;

/* The same with a relayer's bounds (relay_…) in place of a municipality's. */
struct hs_gate_limits hs_gate_limits_relayed(const struct hs_gate_limits *limits);
/* The larger of both for a document: what may come in before it is known from whom. */
int64_t hs_gate_limits_body_max(const struct hs_gate_limits *limits);

/* Arena that one submission needs at most: text, tree texts, notice, findings. */
#define HS_SUBMISSION_ARENA_BYTES (64u << 20)

#endif
