/* SPDX-License-Identifier: MIT
 * warp: a clock that moves only when the program under test has nothing left to do.
 *
 * Preloaded into the daemon by tests/fakes/world.py. Every look at a clock is answered from a page
 * that the test driver owns, and every wait (poll, sleep, a futex) is cut into short real slices. A
 * slice in which nothing happened is reported in the page; when all threads report the same, the
 * driver moves the clock straight to the next deadline. So eight idle hours take no time, a busy
 * machine costs none, and the daemon and its emulators share one clock to the nanosecond.
 *
 * How the driver knows that nobody is busy: it raises @epoch, waits until each thread has looked at
 * its files once more in that epoch and found nothing (@seen), twice, and requires that no thread
 * left a wait meanwhile (@activity). A thread that is computing, writing to disk or just being born
 * reports nothing, and holds the clock. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define WARP_SLOTS    64
#define WARP_SLICE_NS 40000   /* real time between two looks at the page, while the driver asks */
#define WARP_DOZE_NS  1000000 /* it grows to this while nobody asks, to spare the processor */
#define WARP_TIRE_NS  5000    /* by this much each time */
#define WARP_FOREVER  INT64_MAX
#define NS_PER_S      1000000000LL
/* CLOCK_BOOTTIME goes on while the machine sleeps, CLOCK_MONOTONIC does not. world.py's BOOT_NS. */
#define WARP_BOOT_NS (1600000000LL * NS_PER_S)

/* One thread. Python reads this layout: change both. */
typedef struct {
  _Atomic int64_t used;        /* 1: the thread exists */
  _Atomic int64_t deadline_ns; /* of its wait */
  _Atomic int64_t seen; /* the last epoch in which it looked and found nothing; 0: it is busy */
} WarpSlot;

typedef struct {
  _Atomic int64_t now_ns; /* Unix time, written by the driver alone */
  _Atomic int64_t monotonic_ns;
  _Atomic int64_t epoch;
  _Atomic int64_t activity;    /* how many waits have ended */
  _Atomic int64_t rest_cpu_ns; /* what all waits have cost: bench/footprint takes it off */
  WarpSlot slots[WARP_SLOTS];
} WarpPage;

static WarpPage *page;
static __thread WarpSlot *self;
static pthread_key_t slot_key;

static int (*real_ppoll) (struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);
static int (*real_poll) (struct pollfd *, nfds_t, int);
static int (*real_clock_gettime) (clockid_t, struct timespec *);
static int (*real_nanosleep) (const struct timespec *, struct timespec *);
static long (*real_syscall) (long, ...);
static int (*real_pthread_create) (pthread_t *, const pthread_attr_t *, void *(*) (void *), void *);

static void
warp_find_real (void)
{
  real_ppoll = dlsym (RTLD_NEXT, "ppoll");
  real_poll = dlsym (RTLD_NEXT, "poll");
  real_clock_gettime = dlsym (RTLD_NEXT, "clock_gettime");
  real_nanosleep = dlsym (RTLD_NEXT, "nanosleep");
  real_syscall = dlsym (RTLD_NEXT, "syscall");
  real_pthread_create = dlsym (RTLD_NEXT, "pthread_create");
}

static WarpSlot *
warp_slot_take (void)
{
  for (int i = 0; i < WARP_SLOTS; i++) {
    int64_t unused = 0;

    if (atomic_compare_exchange_strong (&page->slots[i].used, &unused, 1)) {
      atomic_store (&page->slots[i].seen, 0);
      return &page->slots[i];
    }
  }
  fprintf (stderr, "warp: more than %d threads\n", WARP_SLOTS);
  abort ();
}

static void
warp_slot_release (void *slot)
{
  if (slot == self)
    self = NULL;
  /* Its end may be what another thread waits for: that is activity too. */
  atomic_fetch_add (&page->activity, 1);
  atomic_store (&((WarpSlot *) slot)->used, 0);
}

__attribute__ ((constructor)) static void
warp_init (void)
{
  const char *path = getenv ("WARP_PAGE");
  int fd;

  warp_find_real ();
  if (path == NULL)
    return; /* a program that our own program started: leave it in real time */
  fd = open (path, O_RDWR | O_CLOEXEC);
  if (fd < 0) {
    perror ("warp: WARP_PAGE");
    abort ();
  }
  page = mmap (NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close (fd);
  if (page == MAP_FAILED) {
    perror ("warp: mmap");
    abort ();
  }
  unsetenv ("WARP_PAGE");
  pthread_key_create (&slot_key, warp_slot_release);
  self = &page->slots[0]; /* the driver marked it busy before it started us */
  /* Nobody would ever move the clock again, nor end us. */
  prctl (PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  /* Linux rounds short waits up by 50 us, unless told otherwise; threads inherit this. */
  prctl (PR_SET_TIMERSLACK, 1, 0, 0, 0);
}

/* Clocks. */

static void
warp_to_timespec (int64_t ns, struct timespec *ret_ts)
{
  ret_ts->tv_sec = ns / NS_PER_S;
  ret_ts->tv_nsec = ns % NS_PER_S;
}

static int64_t
warp_from_timespec (const struct timespec *ts)
{
  return ts->tv_sec * NS_PER_S + ts->tv_nsec;
}

int
clock_gettime (clockid_t clock, struct timespec *ts)
{
  if (real_clock_gettime == NULL)
    warp_find_real ();
  if (page == NULL || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID)
    return real_clock_gettime (clock, ts);
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
    warp_to_timespec (atomic_load (&page->now_ns), ts);
  else if (clock == CLOCK_BOOTTIME)
    warp_to_timespec (atomic_load (&page->now_ns) - WARP_BOOT_NS, ts);
  else
    warp_to_timespec (atomic_load (&page->monotonic_ns), ts);
  return 0;
}

int
gettimeofday (struct timeval *restrict tv, void *restrict zone)
{
  struct timespec ts;

  (void) zone;
  clock_gettime (CLOCK_REALTIME, &ts);
  tv->tv_sec = ts.tv_sec;
  tv->tv_usec = ts.tv_nsec / 1000;
  return 0;
}

time_t
time (time_t *ret_time)
{
  struct timespec ts;

  clock_gettime (CLOCK_REALTIME, &ts);
  if (ret_time != NULL)
    *ret_time = ts.tv_sec;
  return ts.tv_sec;
}

/* Waits. */

/* Looks once, for up to one slice of real time. 0: nothing happened. */
typedef long (*WarpLook) (void *data, const struct timespec *slice);

static int64_t
warp_deadline_after (int64_t wait_ns)
{
  const int64_t now_ns = atomic_load (&page->monotonic_ns);

  return wait_ns < 0 || wait_ns > WARP_FOREVER - now_ns ? WARP_FOREVER : now_ns + wait_ns;
}

/* Looks again and again until something happens or the clock reaches @deadline_ns (then 0). */
static long
warp_look_until (WarpLook look, void *data, int64_t deadline_ns)
{
  const struct timespec at_once = { 0, 0 };
  struct timespec slice = { 0, WARP_SLICE_NS };
  int64_t last_epoch = 0;

  atomic_store (&self->deadline_ns, deadline_ns);
  for (;;) {
    const int64_t epoch = atomic_load (&page->epoch);
    const int due = atomic_load (&page->monotonic_ns) >= deadline_ns;
    const long result = look (data, due ? &at_once : &slice);

    if (result != 0 || due) {
      atomic_fetch_add (&page->activity, 1);
      atomic_store (&self->seen, 0);
      return result;
    }
    atomic_store (&self->seen, epoch);
    if (epoch != last_epoch)
      slice.tv_nsec = WARP_SLICE_NS;
    else if (slice.tv_nsec < WARP_DOZE_NS)
      slice.tv_nsec += WARP_TIRE_NS;
    last_epoch = epoch;
  }
}

static int64_t
warp_get_cpu_ns (void)
{
  struct timespec ts;

  real_clock_gettime (CLOCK_THREAD_CPUTIME_ID, &ts);
  return warp_from_timespec (&ts);
}

static long
warp_wait (WarpLook look, void *data, int64_t deadline_ns)
{
  const struct timespec slice = { 0, WARP_SLICE_NS };
  const int64_t begin_ns = warp_get_cpu_ns ();
  long result;

  if (self == NULL)
    return look (data, &slice); /* a thread that is ending */
  result = warp_look_until (look, data, deadline_ns);
  atomic_fetch_add (&page->rest_cpu_ns, warp_get_cpu_ns () - begin_ns);
  return result;
}

typedef struct {
  struct pollfd *fds;
  nfds_t n_fds;
  const sigset_t *mask;
} WarpPoll;

static long
warp_look_at_files (void *data, const struct timespec *slice)
{
  const WarpPoll *request = data;

  return real_ppoll (request->fds, request->n_fds, slice, request->mask);
}

int
poll (struct pollfd *fds, nfds_t n_fds, int timeout_ms)
{
  WarpPoll request = { fds, n_fds, NULL };

  if (page == NULL || timeout_ms == 0)
    return real_poll (fds, n_fds, timeout_ms);
  return (int) warp_wait (warp_look_at_files, &request,
                          warp_deadline_after (timeout_ms < 0 ? -1 : timeout_ms * 1000000LL));
}

int
ppoll (struct pollfd *fds, nfds_t n_fds, const struct timespec *timeout, const sigset_t *mask)
{
  WarpPoll request = { fds, n_fds, mask };

  if (page == NULL || (timeout != NULL && warp_from_timespec (timeout) == 0))
    return real_ppoll (fds, n_fds, timeout, mask);
  return (
      int) warp_wait (warp_look_at_files, &request,
                      warp_deadline_after (timeout == NULL ? -1 : warp_from_timespec (timeout)));
}

/* What a fortified build calls instead. */
int
__poll_chk (struct pollfd *fds, nfds_t n_fds, int timeout_ms, size_t size)
{
  (void) size;
  return poll (fds, n_fds, timeout_ms);
}

int
__ppoll_chk (struct pollfd *fds, nfds_t n_fds, const struct timespec *timeout, const sigset_t *mask,
             size_t size)
{
  (void) size;
  return ppoll (fds, n_fds, timeout, mask);
}

static long
warp_look_at_nothing (void *data, const struct timespec *slice)
{
  (void) data;
  real_nanosleep (slice, NULL);
  return 0;
}

int
clock_nanosleep (clockid_t clock, int flags, const struct timespec *wait, struct timespec *left)
{
  int64_t wait_ns = warp_from_timespec (wait);

  (void) left; /* never interrupted */
  if (page == NULL) {
    if (flags == 0)
      return real_nanosleep (wait, left) == 0 ? 0 : errno;
    return (int) real_syscall (SYS_clock_nanosleep, clock, flags, wait, left) == 0 ? 0 : errno;
  }
  if (flags == TIMER_ABSTIME) {
    struct timespec now;

    clock_gettime (clock, &now);
    wait_ns -= warp_from_timespec (&now);
  }
  if (wait_ns > 0)
    warp_wait (warp_look_at_nothing, NULL, warp_deadline_after (wait_ns));
  return 0;
}

int
nanosleep (const struct timespec *wait, struct timespec *left)
{
  return page == NULL ? real_nanosleep (wait, left)
                      : clock_nanosleep (CLOCK_MONOTONIC, 0, wait, left);
}

int
usleep (useconds_t wait_us)
{
  const struct timespec wait = { wait_us / 1000000, wait_us % 1000000 * 1000L };

  return nanosleep (&wait, NULL);
}

unsigned int
sleep (unsigned int wait_s)
{
  const struct timespec wait = { wait_s, 0 };

  nanosleep (&wait, NULL);
  return 0;
}

/* GLib's locks and conditions wait in the kernel's futex. A wake between two slices is not lost: it
 * changes the value, and the next slice sees that (EAGAIN). */
typedef struct {
  const long *args;
  int error;
} WarpFutex;

static long
warp_look_at_futex (void *data, const struct timespec *slice)
{
  WarpFutex *request = data;
  const long *args = request->args;
  const long result = real_syscall (SYS_futex, args[0], args[1], args[2], slice, 0L, 0L);

  request->error = result == 0 ? 0 : errno;
  return request->error == ETIMEDOUT ? 0 : 1;
}

static long
warp_futex_wait (const long args[6])
{
  const struct timespec *timeout = (const struct timespec *) args[3];
  WarpFutex request = { args, 0 };
  const int64_t wait_ns = timeout == NULL ? -1 : warp_from_timespec (timeout);

  if (warp_wait (warp_look_at_futex, &request, warp_deadline_after (wait_ns)) == 0)
    request.error = ETIMEDOUT;
  if (request.error == 0)
    return 0;
  errno = request.error;
  return -1;
}

long
syscall (long number, ...)
{
  long args[6];
  va_list list;

  va_start (list, number);
  for (int i = 0; i < 6; i++)
    args[i] = va_arg (list, long);
  va_end (list);
  if (real_syscall == NULL)
    warp_find_real ();
  if (page != NULL && number == SYS_futex && (args[1] & FUTEX_CMD_MASK) == FUTEX_WAIT)
    return warp_futex_wait (args);
  return real_syscall (number, args[0], args[1], args[2], args[3], args[4], args[5]);
}

/* Threads. */

typedef struct {
  void *(*start) (void *);
  void *data;
  WarpSlot *slot;
} WarpBirth;

static void *
warp_thread_main (void *data)
{
  const WarpBirth birth = *(WarpBirth *) data;

  free (data);
  self = birth.slot;
  pthread_setspecific (slot_key, self);
  return birth.start (birth.data);
}

/* The slot is taken before the thread runs, so that it holds the clock from birth. */
int
pthread_create (pthread_t *ret_thread, const pthread_attr_t *attributes, void *(*start) (void *),
                void *data)
{
  WarpBirth *birth;
  int result;

  if (real_pthread_create == NULL)
    warp_find_real ();
  if (page == NULL)
    return real_pthread_create (ret_thread, attributes, start, data);
  birth = malloc (sizeof *birth);
  if (birth == NULL)
    return ENOMEM;
  *birth = (WarpBirth){ start, data, warp_slot_take () };
  result = real_pthread_create (ret_thread, attributes, warp_thread_main, birth);
  if (result != 0) {
    warp_slot_release (birth->slot);
    free (birth);
  }
  return result;
}
