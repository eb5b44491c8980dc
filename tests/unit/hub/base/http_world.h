/* http_world.h: a plain and a TLS server of http_fixture.h for a group of tests. The certificate is made
 * with the openssl command, used once, and removed. */
#ifndef HTTP_WORLD_H
#define HTTP_WORLD_H

#include "tests/unit/hub/base/http_peer.h"

#define PEM_PATH "/tmp/hansho-http-test-%d.pem"

struct world {
	struct fixture plain;
	struct fixture tls;
	char pem[64];
};

/* The server, with nobody of an earlier test: it sees a peer go some time after that peer closed, and a test that counts
 * who went must not count those. */
static inline struct fixture *
server_of(void **state, bool tls)
{
	struct world *world = *state;
	struct fixture *f = tls ? &world->tls : &world->plain;

	for (int i = 0; i < WAIT_MS / 5 && connections(f) > 0; i++)
		sleep_ms(5);
	assert_int_equal(f->connections, 0);
	assert_int_equal(f->closes, f->opens);
	return f;
}

/* timeout_ms: of a request, and of an idle connection. */
static inline int
world_setup(void **state, int64_t timeout_ms)
{
	struct world *world = calloc(1, sizeof(*world));
	char command[512];

	snprintf(world->pem, sizeof(world->pem), PEM_PATH, getpid());
	snprintf(command, sizeof(command),
		"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
		"-subj /CN=localhost -keyout %s.key -out %s 2>/dev/null",
		world->pem, world->pem);
	assert_int_equal(system(command), 0);
	fixture_options(&world->plain, timeout_ms);
	fixture_start(&world->plain);
	fixture_options(&world->tls, timeout_ms);
	char *key = NULL;
	assert_true(asprintf(&key, "%s.key", world->pem) > 0);
	world->tls.options.tls_cert_path = world->pem;
	world->tls.options.tls_key_path = key;
	fixture_start(&world->tls);
	unlink(key);
	unlink(world->pem);
	free(key);
	*state = world;
	return 0;
}

static inline int
setup(void **state)
{
	return world_setup(state, TIMEOUT_MS);
}

static inline int
setup_hasty(void **state)
{
	return world_setup(state, HASTY_MS);
}

static inline int
teardown(void **state)
{
	struct world *world = *state;

	fixture_stop(&world->plain);
	fixture_stop(&world->tls);
	free(world);
	return 0;
}

/* The loop still answers: nothing spins or hangs. */
static inline void
alive(struct fixture *f)
{
	struct answer answer;

	assert_int_equal(ask(f, "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n", &answer), 200);
}

/* CPU time of the whole process over the next `ms`, in ms. */
static inline long
cpu_ms_during(int ms)
{
	clock_t before = clock();

	sleep_ms(ms);
	return (long)(clock() - before) * 1000 / CLOCKS_PER_SEC;
}

#endif
