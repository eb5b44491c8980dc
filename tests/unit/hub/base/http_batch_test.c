/* Frames that leave in batches: every connection gets each frame that was taken, whole, once, in order, whether it reads
 * or not, and whatever it says meanwhile. */
#include "tests/unit/hub/base/http_ws_peer.h"

#define FRAMES	      400
#define LEN_MAX	      40000 /* longer than a piece, which is not gathered */
#define PEERS	      4
#define SENDS	      3 /* fewer than the peers: it is run when it is full */
#define TICK_MS	      1
#define FRAMES_A_TURN 5
#define PINGS	      2000

/* The server's side of one test. */
struct talk {
	struct fixture f;
	uv_timer_t timer;
	struct {
		hs_http_id id;
		int next;
	} to[PEERS];
	size_t count;
};

static size_t
len_of(int number)
{
	return number % 3 == 0 ? (size_t)(number * 31 % 200) : (size_t)(number * 7919 % LEN_MAX);
}

static struct hs_frame *
frame_of(int number)
{
	struct hs_frame *frame = hs_frame_create(len_of(number));

	for (size_t i = 0; i < len_of(number); i++)
		hs_frame_bytes(frame)[i] = shared_byte(i + (size_t)number);
	return frame;
}

static uint32_t
sum_of(int number)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len_of(number); i++)
		sum = sum_add(sum, shared_byte(i + (size_t)number));
	return sum;
}

static void
collect(void *owner, hs_http_id id, uint64_t tag)
{
	struct talk *talk = owner;

	(void)tag;
	assert_true(talk->count < PEERS);
	talk->to[talk->count++].id = id;
}

/* The same frame to all that are there, as a feed does; some are behind. */
static void
on_timer(uv_timer_t *timer)
{
	struct talk *talk = HS_CONTAINER_OF(timer, struct talk, timer);
	bool all = true;

	hs_ws_batch_begin(talk->f.server);
	for (size_t i = 0; i < talk->count; i++) {
		for (int k = 0; k < FRAMES_A_TURN && talk->to[i].next < FRAMES; k++) {
			struct hs_frame *frame = frame_of(talk->to[i].next);
			enum hs_err err = hs_ws_send(talk->f.server, talk->to[i].id, frame, true);

			hs_frame_unref(frame);
			if (err == HS_ERR_AGAIN)
				break;
			if (err == HS_ERR_CLOSED)
				talk->to[i].next = FRAMES - 1;
			talk->to[i].next++;
		}
		all = all && talk->to[i].next == FRAMES;
	}
	hs_ws_batch_end(talk->f.server);
	if (all)
		uv_close((uv_handle_t *)timer, NULL);
}

static void
begin_talk(struct fixture *f)
{
	struct talk *talk = HS_CONTAINER_OF(f, struct talk, f);

	hs_http_each(f->server, collect, talk);
	uv_timer_init(&f->loop, &talk->timer);
	uv_timer_start(&talk->timer, on_timer, TICK_MS, TICK_MS);
}

/* Pongs may stand between frames and between the fragments of a long one, never within. Returns how many there were. */
static int
expect_frames(struct peer *peer, int from, int count)
{
	int pongs = 0;

	for (int number = from; number < from + count;) {
		struct message message;

		assert_true(ws_next(peer, &message));
		pongs += message.between;
		if (message.opcode == 10) {
			assert_int_equal(message.len, 100);
			pongs++;
			continue;
		}
		assert_int_equal(message.opcode, 2);
		assert_int_equal(message.len, len_of(number));
		assert_int_equal(message.sum, sum_of(number));
		number++;
	}
	return pongs;
}

static void
ping(struct peer *peer, int count)
{
	char text[100];

	memset(text, 'p', sizeof(text));
	for (int i = 0; i < count; i++)
		assert_true(ws_frame(peer, 9, true, text, sizeof(text)));
}

static void
test_batches(void **state)
{
	struct fixture *f = &((struct talk *)*state)->f;
	struct peer peers[PEERS];
	int pongs;

	for (int i = 0; i < PEERS; i++)
		peers[i] = ws_open_sized(f, i == 0 ? 0 : 4096);
	f->look = begin_talk;
	uv_async_send(&f->async);
	assert_true(reaches(&f->looked, 1));
	expect_frames(&peers[0], 0, FRAMES / 2); /* it reads; the others do not */
	for (int i = 0; i < 20; i++) {
		ping(&peers[1], PINGS / 20); /* and this one asks to be answered amid a frame */
		sleep_ms(5);
	}
	pongs = expect_frames(&peers[1], 0, FRAMES);
	assert_in_range(pongs, 1, PINGS);
	peer_close(&peers[3]); /* gone with frames on their way */
	expect_frames(&peers[2], 0, FRAMES);
	expect_frames(&peers[0], FRAMES / 2, FRAMES / 2);
	alive(f);
	for (int i = 0; i < 3; i++) {
		assert_true(ws_text(&peers[i], "after it"));
		peer_close(&peers[i]);
	}
	assert_true(reaches(&f->closes, PEERS));
}

static int
start(void **state)
{
	struct talk *talk = calloc(1, sizeof(*talk));
	struct fixture *f = &talk->f;

	fixture_options(f, TIMEOUT_MS);
	f->options.sends_per_call = SENDS;
	f->options.send_buffer_bytes = 4096;
	fixture_start(f);
	*state = talk;
	return 0;
}

static int
stop(void **state)
{
	fixture_stop(&((struct talk *)*state)->f);
	free(*state);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_batches) };

	alarm(120);
	return cmocka_run_group_tests(tests, start, stop);
}
