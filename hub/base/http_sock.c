#include "hub/base/http_sock.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define READ_TRIES	  8
#define STATE_ESTABLISHED 1 /* TCP_ESTABLISHED of net/tcp_states.h */

static int
tcp_info(int fd, struct tcp_info *info)
{
	socklen_t size = sizeof(*info);

	memset(info, 0, sizeof(*info));
	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &size);
}

static int
unread_bytes(int fd)
{
	int unread = 0;

	return ioctl(fd, FIONREAD, &unread) == 0 ? unread : 0;
}

/* More may arrive between the two questions: ask until nothing did. A FIN counts as a byte in one
 * answer and not in the other, so nothing is said about a half-closed socket. */
bool
hs_sock_read_bytes(int fd, uint64_t *out)
{
	struct tcp_info info;

	for (int tries = 0; tries < READ_TRIES; tries++) {
		int unread = unread_bytes(fd);
		if (tcp_info(fd, &info) != 0 || info.tcpi_state != STATE_ESTABLISHED)
			return false;
		if (unread_bytes(fd) != unread)
			continue;
		*out = info.tcpi_bytes_received;
		*out -= (uint64_t)unread;
		return true;
	}
	return false;
}

bool
hs_sock_disturbed(int fd, bool by_bytes)
{
	struct tcp_info info;

	if (tcp_info(fd, &info) != 0 || info.tcpi_state != STATE_ESTABLISHED)
		return true;
	return by_bytes && unread_bytes(fd) > 0;
}

bool
hs_sock_waiting(int fd)
{
	return unread_bytes(fd) > 0;
}

bool
hs_sock_acked(int fd, uint32_t ack_ms)
{
	struct tcp_info info;

	return tcp_info(fd, &info) != 0 || info.tcpi_unacked == 0 ||
	       info.tcpi_last_ack_recv < ack_ms;
}

void
hs_sock_prepare(int fd, int user_timeout_ms, int send_buffer_bytes)
{
	int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	(void)setsockopt(
		fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout_ms, sizeof(user_timeout_ms));
	if (send_buffer_bytes > 0)
		(void)setsockopt(
			fd, SOL_SOCKET, SO_SNDBUF, &send_buffer_bytes, sizeof(send_buffer_bytes));
}
