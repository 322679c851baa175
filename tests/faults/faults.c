/* Preloaded by tests that run programs on a failing disk: the n-th write-type call that a process makes fails, or writes only half. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int left, code, sticky, struck;

/* Arm: the n-th call from now fails with `error`; 0 writes half of it instead. With `stay`, all later ones fail too. */
void fault_arm(int n, int error, int stay) { left = n, code = error, sticky = stay, struck = 0; }
int fault_struck(void) { return struck; }

static int due(void) {
  if (left > 0 && --left == 0) { struck = 1; left = sticky ? 1 : 0; return 1; }
  return 0;
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define HALF(size) ((size) > 1 ? (size) / 2 : (size))

ssize_t write(int fd, const void *bytes, size_t size) {
  REAL(write);
  if (fd > 2 && due()) { if (code) { errno = code; return -1; } size = HALF(size); }
  return real(fd, bytes, size);
}
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) {
  REAL(pwrite);
  if (due()) { if (code) { errno = code; return -1; } size = HALF(size); }
  return real(fd, bytes, size, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
  REAL(pwrite64);
  if (due()) { if (code) { errno = code; return -1; } size = HALF(size); }
  return real(fd, bytes, size, at);
}
#define SIMPLE(name, ...) if (due() && code) { errno = code; return -1; } return real(__VA_ARGS__)
int fsync(int fd) { REAL(fsync); SIMPLE(fsync, fd); }
int fdatasync(int fd) { REAL(fdatasync); SIMPLE(fdatasync, fd); }
int ftruncate(int fd, off_t size) { REAL(ftruncate); SIMPLE(ftruncate, fd, size); }
int ftruncate64(int fd, off64_t size) { REAL(ftruncate64); SIMPLE(ftruncate64, fd, size); }
int posix_fallocate(int fd, off_t at, off_t size) { REAL(posix_fallocate); if (due() && code) return code; return real(fd, at, size); }
int rename(const char *from, const char *to) { REAL(rename); SIMPLE(rename, from, to); }
int unlink(const char *path) { REAL(unlink); SIMPLE(unlink, path); }
int link(const char *from, const char *to) { REAL(link); SIMPLE(link, from, to); }
int linkat(int f, const char *from, int t, const char *to, int flags) { REAL(linkat); SIMPLE(linkat, f, from, t, to, flags); }
int mkdir(const char *path, mode_t mode) { REAL(mkdir); SIMPLE(mkdir, path, mode); }

/* Making a file; opening one that is there is no write. */
#define OPEN(name) int name(const char *path, int flags, ...) { REAL(name); va_list rest; va_start(rest, flags); \
  mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0; va_end(rest); \
  if (flags & O_CREAT && due() && code) { errno = code; return -1; } return real(path, flags, mode); }
OPEN(open)
OPEN(open64)
