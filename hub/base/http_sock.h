/* http_sock.h: what http asks the kernel about a TCP socket. Apart from the rest, because the kernel's
 * struct tcp_info (linux/tcp.h) and the one of the C library cannot stand in the same file. */
#ifndef HS_HTTP_SOCK_H
#define HS_HTTP_SOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes that were taken from the socket so far; false when that cannot be told for certain. */
bool hs_sock_read_bytes(int fd, uint64_t *out);
/* The other side has ended its half, or (by_bytes) has sent what nobody took yet. */
bool hs_sock_disturbed(int fd, bool by_bytes);
/* False: bytes are on their way, and for ack_ms the other side's kernel has acknowledged nothing at all. One that is full
 * and acknowledges is alive. */
bool hs_sock_acked(int fd, uint32_t ack_ms);
/* Bytes wait to be read. */
bool hs_sock_waiting(int fd);
/* TCP_NODELAY, keep-alive, TCP_USER_TIMEOUT, SO_SNDBUF (0 = leave it). */
void hs_sock_prepare(int fd, int user_timeout_ms, int send_buffer_bytes);

#endif
