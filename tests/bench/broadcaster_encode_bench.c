/* broadcaster_encode_bench.c: one order in each form of an outlet of the broadcaster, on one core.
 *
 * usage: broadcaster_encode_bench [rounds] [areas] [form]     an order of so many districts of 架空市, a drill, after one before it
 * Prints one line per form: µs of processor time, median and 99th percentile, bytes, and the median as a multiple of the
 * reference: copying and hashing nothing but packing the same notice for the link (protobuf), in the same run.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "adapters/broadcaster/broadcaster_encode.h"
#include "adapters/broadcaster/forms.h"
#include "adapters/broadcaster/message.h"
#include "hub/base/check.h"
#include "schemas/atom_write.h"
#include "schemas/lalert_notice.h"
#include "tests/unit/adapters/notice_kit.h"

#define ROUNDS_MAX 20000
#define AREAS_MAX  1741 /* as many districts as Japan has municipalities */

struct order {
	struct hs_arena *arena;
	hs_notice *notice;
	struct hs_force *force;
	struct hs_force_around around;
	struct hs_wording_style style;
};

typedef size_t encode_form(const struct order *order);

static size_t
encode_packed(const struct order *order)
{
	struct hs_buf out;
	hs_buf_init(&out, 8u << 20);
	hs_message_pack(order->notice, &out);
	size_t bytes = out.len_bytes;
	hs_buf_free(&out);
	return bytes;
}

/* The record with crawl, pages, text, readings and town lists, as a station gets it. */
static size_t
encode_record(const struct order *order)
{
	struct hs_arena *arena = hs_arena_create(64u << 20);
	struct hs_broadcast_item *items;
	size_t count, bytes = 0;
	struct hs_broadcast_input input = { .notice = order->notice,
		.epoch = "epoch1",
		.seq = 2,
		.submission_id = "id",
		.around = &order->around };
	HS_CHECK(hs_broadcast_encode(arena, &input, &order->style, &items, &count) == HS_OK);
	for (size_t i = 0; i < count; i++) {
		HS_CHECK(items[i].crawl_count > 0 && items[i].page_count > 0);
		bytes += hs_frame_len_bytes(items[i].record);
	}
	hs_broadcast_items_free(items, count);
	hs_arena_destroy(arena);
	return bytes;
}

static size_t
encode_with(const struct order *order, unsigned form)
{
	struct hs_forms forms;
	HS_CHECK(hs_forms_make(&forms, form, order->notice, "epoch1", 2, NULL, 0));
	const char *text = forms.lalert != NULL ? forms.lalert
			   : forms.cap != NULL	? forms.cap
						: forms.atom;
	size_t bytes = strlen(text);
	hs_forms_free(&forms);
	return bytes;
}

static size_t
encode_lalert(const struct order *order)
{
	return encode_with(order, HS_FORM_LALERT);
}

static size_t
encode_cap(const struct order *order)
{
	return encode_with(order, HS_FORM_CAP);
}

static size_t
encode_atom(const struct order *order)
{
	return encode_with(order, HS_FORM_ATOM);
}

/* The ordered list in force, as a station gets it. */
static size_t
encode_state(const struct order *order)
{
	struct hs_arena *arena = hs_arena_create(64u << 20);
	const struct hs_force_view view = { &order->around.after, "99", NULL, 0 };
	json_t *groups = hs_broadcast_in_force(arena, &view);
	struct hs_frame *frame = hs_message_frame(groups);
	HS_CHECK(frame != NULL);
	size_t bytes = hs_frame_len_bytes(frame);
	hs_frame_unref(frame);
	json_decref(groups);
	hs_arena_destroy(arena);
	return bytes;
}

/* The same as text and as pages, as a folder gets them. */
static size_t
encode_state_pages(const struct order *order)
{
	struct hs_arena *arena = hs_arena_create(64u << 20);
	const struct hs_force_view view = { &order->around.after, "99", NULL, 0 };
	struct hs_buf text, pages;
	hs_buf_init(&text, 8u << 20);
	hs_buf_init(&pages, 8u << 20);
	HS_CHECK(hs_broadcast_in_force_text(arena, &view, HS_MODE(DRILL), &text) == HS_OK);
	HS_CHECK(hs_broadcast_in_force_pages(arena, &view, HS_MODE(DRILL), &order->style, &pages) ==
		 HS_OK);
	size_t bytes = text.len_bytes + pages.len_bytes;
	hs_buf_free(&text);
	hs_buf_free(&pages);
	hs_arena_destroy(arena);
	return bytes;
}

static const struct {
	const char *name;
	encode_form *encode;
} forms[] = {
	{ "packed", encode_packed }, /* the reference */
	{ "record", encode_record },
	{ "state", encode_state },
	{ "state-pages", encode_state_pages },
	{ "lalert", encode_lalert },
	{ "cap", encode_cap },
	{ "atom", encode_atom },
};

/* What others do on the machine does not count. */
static int64_t
processor_ns(void)
{
	struct timespec now;
	HS_CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int
by_value(const void *a, const void *b)
{
	const int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
	return (left > right) - (left < right);
}

static void
order_make(struct order *order, size_t areas, struct hs_place_names *names)
{
	static struct kit_place places[AREAS_MAX];
	static char texts[AREAS_MAX][32];
	order->arena = hs_arena_create(64u << 20);
	order->force = hs_force_create();
	for (size_t i = 0; i < areas; i++) {
		snprintf(texts[i], sizeof(texts[i]), "第%zu町内", i + 1);
		places[i] =
			(struct kit_place){ "990019", texts[i], "", "高齢者等避難", 3, false, 0 };
	}
	hs_notice *before = kit_notice(
		order->arena, HS_MODE(DRILL), HS_ACTION(ISSUE), "bench", 1, places, areas);
	for (size_t i = 0; i < areas; i++) {
		places[i].term = "避難指示";
		places[i].level = 4;
	}
	order->notice = kit_notice(
		order->arena, HS_MODE(DRILL), HS_ACTION(UPDATE), "bench", 2, places, areas);
	hs_text *text = HS_NEW(order->arena, &hansho__v1__text__descriptor);
	text->language = kit_text(order->arena, "ja");
	text->headline = kit_text(order->arena, "【訓練】避難指示 発令 (架空市)【訓練】");
	hs_repeat(order->arena, &order->notice->n_texts, &order->notice->texts, text);
	order->notice->kind_text = kit_text(order->arena, "EvacuationOrder");
	HS_CHECK(hs_force_apply(order->force, 1, before) == HS_OK);
	HS_CHECK(hs_force_apply(order->force, 2, order->notice) == HS_OK);
	order->around = (struct hs_force_around){ *hs_force_before(order->force),
		*hs_force_after(order->force), true };
	order->style = (struct hs_wording_style){
		.width_half = 60, .crawl_names_max = 8, .page = { 48, 8 }, .names = names
	};
}

int
main(int argc, char **argv)
{
	static int64_t took_ns[ROUNDS_MAX];
	long rounds = argc > 1 ? atol(argv[1]) : 2000;
	long areas = argc > 2 ? atol(argv[2]) : 10;
	struct order order;
	double reference_ns = 0;
	if (rounds < 1 || rounds > ROUNDS_MAX || areas < 1 || areas > AREAS_MAX) {
		fprintf(stderr,
			"usage: broadcaster_encode_bench [1 … %d rounds] [1 … %d areas] [form]\n",
			ROUNDS_MAX, AREAS_MAX);
		return 2;
	}
	hs_arena_keep_freed(); /* as adapters do */
	struct hs_place_names *names = hs_place_names_create();
	order_make(&order, (size_t)areas, names);
	for (size_t i = 0; i < HS_COUNT(forms); i++) {
		size_t bytes = 0;
		if (i > 0 && argc > 3 && strcmp(argv[3], forms[i].name) != 0)
			continue;
		for (long round = 0; round < rounds; round++) {
			int64_t from_ns = processor_ns();
			bytes = forms[i].encode(&order);
			took_ns[round] = processor_ns() - from_ns;
		}
		qsort(took_ns, (size_t)rounds, sizeof(took_ns[0]), by_value);
		double median = (double)took_ns[rounds / 2];
		reference_ns = i == 0 ? median : reference_ns;
		printf("%s %.1f %.1f %zu %.1f\n", forms[i].name, median / 1e3,
			(double)took_ns[rounds * 99 / 100] / 1e3, bytes, median / reference_ns);
	}
	hs_force_destroy(order.force);
	hs_arena_destroy(order.arena);
	hs_place_names_destroy(names);
	return 0;
}
