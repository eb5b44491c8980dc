/* Hellos: a gate must have rule tables that this journal knows. */
#include "tests/unit/hub/core/fixtures.h"

static void
hello_of(struct desk *desk, uint32_t peer, const char *tables)
{
	Hansho__V1__Hello hello;

	desk_step(desk, (struct hs_event){ .type = HS_EVENT_PEER_UP, .peer = peer });
	hansho__v1__hello__init(&hello);
	hello.name = hs_arena_strdup(desk->arena, desk->peers[peer].name);
	hello.kind = (Hansho__V1__PeerKind)desk->peers[peer].kind;
	hello.tables = hs_arena_strdup(desk->arena, tables);
	DESK_FRAME(desk, peer, HELLO, hello, &hello);
}

static void
test_gate_of_unknown_tables_is_dropped(void **state)
{
	static const char *const known[] = { "aaaa", "bbbb" };
	const struct {
		uint32_t peer;
		size_t known;
		const char *tables;
		bool taken;
	} rows[] = {
		{ GATE, 2, "aaaa", true }, { GATE, 2, "bbbb", true }, { GATE, 2, "cccc", false },
		{ GATE, 2, "aaa", false }, { GATE, 2, "", true }, /* it tells none */
		{ GATE, 0, "cccc", true },			  /* an emergency */
		{ FEED, 2, "cccc", true }, /* makes nothing that is recorded */
	};
	struct desk *desk = *state;

	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		hs_core_know_tables(desk->core, (struct hs_core_tables){ known, rows[i].known });
		hello_of(desk, rows[i].peer, rows[i].tables);
		assert_int_equal(DESK_SENT(desk, rows[i].peer, HELLO, 0) != NULL, rows[i].taken);
		assert_int_equal(desk_count(desk, HS_EFFECT_DROP), !rows[i].taken);
		if (rows[i].taken)
			desk_step(desk, (struct hs_event){
						.type = HS_EVENT_PEER_DOWN, .peer = rows[i].peer });
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_gate_of_unknown_tables_is_dropped, desk_setup, desk_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
