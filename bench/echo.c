/* SPDX-License-Identifier: MIT
 * echo: stands in for a bot that thinks of nothing: `echo PORT PORT SIZE`. For each WebSocket frame
 * that the first port sends, a POST of so many bytes to the second. bench/discord takes the time of
 * it, and so learns what its own emulator adds to the time of others. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAME_MAX 65535

static int
connect_to (const char *port)
{
  const struct sockaddr_in address = { .sin_family = AF_INET,
                                       .sin_port = htons ((in_port_t) atoi (port)),
                                       .sin_addr = { htonl (INADDR_LOOPBACK) } };
  const int fd = socket (AF_INET, SOCK_STREAM, 0);
  const int on = 1;

  if (fd < 0 || setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
      connect (fd, (const struct sockaddr *) &address, sizeof address) != 0) {
    perror ("echo");
    exit (EXIT_FAILURE);
  }
  return fd;
}

static int
read_exactly (int fd, unsigned char *bytes, size_t size)
{
  return size == 0 || recv (fd, bytes, size, MSG_WAITALL) == (ssize_t) size;
}

/* Its head is four bytes: those of an interaction are longer than 125 bytes, and not 64 KiB. */
static int
read_frame (int fd)
{
  static unsigned char bytes[FRAME_MAX];

  return read_exactly (fd, bytes, 4) && bytes[1] == 126 &&
         read_exactly (fd, bytes, (size_t) bytes[2] << 8 | bytes[3]);
}

static int
read_answer (int fd)
{
  char bytes[4096] = "";
  size_t size = 0;

  while (strstr (bytes, "\r\n\r\n") == NULL) {
    const ssize_t n = recv (fd, bytes + size, sizeof bytes - 1 - size, 0);

    if (n <= 0)
      return 0;
    size += (size_t) n;
    bytes[size] = '\0';
  }
  return 1;
}

int
main (int argc, char **argv)
{
  static char request[FRAME_MAX + 256];
  int events, calls, length;
  size_t size;

  if (argc != 4 || (size = (size_t) atoi (argv[3])) > FRAME_MAX)
    return EXIT_FAILURE;
  events = connect_to (argv[1]);
  calls = connect_to (argv[2]);
  length =
      snprintf (request, 256,
                "POST /callback HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %zu\r\n\r\n", size);
  memset (request + length, 'x', size);
  while (read_frame (events))
    if (send (calls, request, (size_t) length + size, MSG_NOSIGNAL) < 0 || !read_answer (calls))
      return EXIT_FAILURE;
  close (events);
  close (calls);
  return EXIT_SUCCESS;
}
