#include "hub/base/wake.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "hub/base/check.h"

static void
on_poll(uv_poll_t *poll, int status, int events)
{
	struct hs_wake *wake = HS_CONTAINER_OF(poll, struct hs_wake, poll);
	eventfd_t sends;

	(void)status;
	(void)events;
	/* Before the look, so that what is sent during the look wakes once more. */
	if (eventfd_read(wake->fd, &sends) == 0)
		wake->woken(wake);
}

enum hs_err
hs_wake_open(uv_loop_t *loop, struct hs_wake *wake, void (*woken)(struct hs_wake *wake))
{
	*wake = (struct hs_wake){ .fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), .woken = woken };
	if (wake->fd < 0)
		return HS_ERR_IO;
	if (uv_poll_init(loop, &wake->poll, wake->fd) != 0) {
		close(wake->fd);
		return HS_ERR_IO;
	}
	HS_CHECK(uv_poll_start(&wake->poll, UV_READABLE, on_poll) == 0);
	return HS_OK;
}

void
hs_wake_send(struct hs_wake *wake)
{
	(void)eventfd_write(wake->fd, 1); /* it fails only when 2^64 sends wait already */
}

static void
on_closed(uv_handle_t *handle)
{
	struct hs_wake *wake = HS_CONTAINER_OF((uv_poll_t *)(void *)handle, struct hs_wake, poll);

	close(wake->fd);
	if (wake->closed != NULL)
		wake->closed(wake);
}

void
hs_wake_close(struct hs_wake *wake, void (*closed)(struct hs_wake *wake))
{
	wake->closed = closed;
	uv_close((uv_handle_t *)&wake->poll, on_closed);
}
