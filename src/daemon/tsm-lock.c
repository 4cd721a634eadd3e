/* SPDX-License-Identifier: MIT
 * tsm-lock: one daemon a database. */
#include "daemon/tsm-lock.h"
#include "base/tsm-error.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Room for a process id. */
#define HOLDER_SIZE 32

struct _TsmLock {
  int fd;
};

static gboolean
make_directory (const char *database, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (database);

  if (g_mkdir_with_parents (directory, 0700) == 0)
    return TRUE;
  g_set_error (error, TSM_ERROR, TSM_ERROR_STORAGE,
               "the directory %s cannot be made (%s); make it, or set TSM_DATABASE to another path",
               directory, g_strerror (errno));
  return FALSE;
}

static void
set_held (int fd, const char *database, GError **error)
{
  char holder[HOLDER_SIZE] = "";
  const ssize_t n_read = pread (fd, holder, sizeof holder - 1, 0);

  holder[MAX (n_read, 0)] = '\0';
  g_set_error (error, TSM_ERROR, TSM_ERROR_STORAGE,
               "database %s is in use by another tsm run (process %s); stop that one first",
               database, g_strstrip (holder));
}

TsmLock *
tsm_lock_new (const char *database, GError **error)
{
  g_autofree char *path = g_strconcat (database, ".lock", NULL);
  g_autoptr (TsmLock) self = g_new0 (TsmLock, 1);
  g_autofree char *holder = g_strdup_printf ("%d\n", (int) getpid ());

  self->fd = -1;
  if (!make_directory (database, error))
    return NULL;
  self->fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (self->fd < 0) {
    g_set_error (error, TSM_ERROR, TSM_ERROR_STORAGE,
                 "%s: %s; check TSM_DATABASE and the rights on its directory", path,
                 g_strerror (errno));
    return NULL;
  }
  if (flock (self->fd, LOCK_EX | LOCK_NB) != 0) {
    set_held (self->fd, database, error);
    return NULL;
  }
  /* Who holds it is for people; the lock does not depend on it. */
  if (ftruncate (self->fd, 0) != 0 ||
      pwrite (self->fd, holder, strlen (holder), 0) != (ssize_t) strlen (holder)) {
    g_set_error (error, TSM_ERROR, TSM_ERROR_STORAGE, "%s: %s", path, g_strerror (errno));
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
tsm_lock_free (TsmLock *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  g_free (self);
}
