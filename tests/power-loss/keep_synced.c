/* keep_synced: an LD_PRELOAD library that notes what a power cut would leave of a folder (Linux, glibc, x86_64 and aarch64).
 *
 *   cc -O2 -Wall -Wextra -shared -fPIC -pthread -o keep_synced.so keep_synced.c
 *   KEEP_SYNCED_DIR=/abs/data KEEP_SYNCED_IMAGE=/abs/image LD_PRELOAD=$PWD/keep_synced.so program …
 *
 * Every call does its usual work on the real files. Calls that change a regular file or a name below KEEP_SYNCED_DIR are
 * also appended, in order, to KEEP_SYNCED_IMAGE/PID-STAMP.log, a file per process. `tear.py` replays the logs over the
 * folder's earlier state and builds the folder as it is after the cut: bytes count once their file was fsynced, names once
 * their folder was. A log instead of a copied image, because
 *   - it cannot be torn: a killed process leaves at most a half record at the end of its log, which is ignored; the records
 *     live in the page cache and so survive kill -9;
 *   - a sync is one record, written after the real fsync returned and before the caller is told. It holds the stamp taken
 *     before the fsync began; only changes with an earlier stamp count. So the cut lies before or after a sync, never inside;
 *   - what was not synced is kept too, so that `tear.py` can let random sectors of it survive.
 * One mutex makes the order of the records that of the changes. A stamp is CLOCK_MONOTONIC, strictly rising, taken after the
 * change was made; so logs of several processes can be merged by it, and it never flatters.
 * A file is known by device and inode from the moment it is opened below the folder, so dup and close need no care.
 * Copies inside the kernel (copy_file_range, sendfile, splice) are answered with ENOSYS, as an old kernel would: every caller
 * has to be able to copy by read and write, which are seen.
 * Calls that are not covered (mmap, io_uring, fallocate, sync, syncfs, sync_file_range, libc's own inner
 * calls, so stdio) leave nothing in the log: what they write is missing after the cut, which shows as a loss, never as a
 * false "all is well". Links, pwrite to an O_APPEND file and writing signal handlers are not modelled either. `campaign.py`
 * refuses a binary that imports a changing call that is not covered.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Little-endian, no holes; tear.py reads it as "<IIQQQQQ". */
struct record {
    uint32_t magic, kind;
    uint64_t stamp, inode, offset, upto, length;
};
enum { MAGIC = 0x4453504b, FILES = 1 << 16 };
enum kind { OPENED = 'O', CREATED = 'C', WRITTEN = 'W', TRUNCATED = 'T', SYNCED = 'S', FOLDER_SYNCED = 'D',
            RENAMED = 'R', UNLINKED = 'U', FOLDER_MADE = 'M', FOLDER_REMOVED = 'X' };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char folder[PATH_MAX];
static size_t folder_length; /* 0: switched off */
static int log_fd = -1;
static struct { dev_t device; ino_t inode; } files[FILES]; /* hash table with open addressing; inode 0: never used, 1: removed */
static void die(const char *what) {
    dprintf(2, "keep_synced: %s: %s\n", what, strerror(errno));
    abort();
}
static uint64_t stamp(void) { /* with the lock */
    static uint64_t last;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    uint64_t now = (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
    return last = now > last ? now : last + 1;
}

__attribute__((constructor)) static void start(void) {
    const char *dir = getenv("KEEP_SYNCED_DIR"), *image = getenv("KEEP_SYNCED_IMAGE");
    if (!dir || !image) return;
    if (!realpath(dir, folder)) die("KEEP_SYNCED_DIR");
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%d-%llu.log", image, getpid(), (unsigned long long)stamp());
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) die("KEEP_SYNCED_IMAGE");
    log_fd = fcntl(fd, F_DUPFD_CLOEXEC, 700); /* out of the way of programs that close or count low numbers */
    if (log_fd < 0) die("log");
    folder_length = strlen(folder);
}

/* Appends one record; with the lock. A log that cannot be written makes every later result worthless. */
static void note(enum kind kind, uint64_t inode, uint64_t offset, uint64_t upto, const struct iovec *data, int parts, uint64_t length) {
    struct record r = {MAGIC, kind, stamp(), inode, offset, upto, length};
    struct iovec all[64] = {{&r, sizeof r}};
    uint64_t left = length, wanted = sizeof r + length;
    int n = 1;
    for (int i = 0; i < parts && left; i++, n++) {
        if (n == 64) die("more than 63 parts in one write");
        all[n].iov_base = data[i].iov_base;
        all[n].iov_len = data[i].iov_len < left ? data[i].iov_len : left;
        left -= all[n].iov_len;
    }
    if (syscall(SYS_writev, log_fd, all, n) != (long)wanted) die("log is full");
}
static void note_text(enum kind kind, uint64_t inode, uint64_t upto, const char *text, size_t length) {
    note(kind, inode, 0, upto, &(struct iovec){(void *)text, length}, 1, length);
}
static size_t slot(dev_t device, ino_t inode) { /* where it is, or the free place where the search ends */
    size_t i = (inode * 0x9e3779b97f4a7c15u) >> 48;
    for (size_t tries = 0; tries < FILES; tries++, i = (i + 1) % FILES)
        if (!files[i].inode || (files[i].inode == inode && files[i].device == device)) return i;
    return die("too many files"), 0;
}
static void watch(const struct stat *s) {
    size_t i = slot(s->st_dev, s->st_ino);
    files[i].device = s->st_dev, files[i].inode = s->st_ino;
}
static void forget(const struct stat *s) { /* the number may come back as another file, perhaps outside */
    size_t i = slot(s->st_dev, s->st_ino);
    if (files[i].inode) files[i].inode = 1;
}
/* Takes the lock and keeps it if the descriptor is a watched file. */
static int watched(int fd, struct stat *s) {
    if (!folder_length || fstat(fd, s) || !S_ISREG(s->st_mode)) return 0;
    pthread_mutex_lock(&lock);
    return files[slot(s->st_dev, s->st_ino)].inode ? 1 : (pthread_mutex_unlock(&lock), 0);
}

/* The path relative to the folder, with links in its parents resolved; 0 if it lies elsewhere. Keeps errno. */
static int inside(int at, const char *path, char *relative) {
    char whole[PATH_MAX + 64], parent[PATH_MAX], *name;
    int kept = errno, ok = 0;
    if (!folder_length || !path || !*path) return 0;
    if (*path == '/' || at == AT_FDCWD) snprintf(whole, sizeof whole, "%s%s", *path == '/' ? "" : "/proc/self/cwd/", path);
    else snprintf(whole, sizeof whole, "/proc/self/fd/%d/%s", at, path);
    for (size_t n = strlen(whole); n > 1 && whole[n - 1] == '/'; n--) whole[n - 1] = 0;
    name = strrchr(whole, '/');
    *name++ = 0;
    if (*name && strcmp(name, ".") && strcmp(name, "..") && realpath(*whole ? whole : "/", parent)
        && !strncmp(parent, folder, folder_length) && (!parent[folder_length] || parent[folder_length] == '/')) {
        const char *below = parent + folder_length;
        ok = snprintf(relative, PATH_MAX, "%s%s%s", *below ? below + 1 : "", *below ? "/" : "", name) < PATH_MAX;
    }
    errno = kept;
    return ok;
}

static int open_at(int at, const char *path, int flags, mode_t mode) {
    char relative[PATH_MAX];
    struct stat before, now;
    if (flags & (O_DIRECTORY | O_PATH) || !inside(at, path, relative)) return (int)syscall(SYS_openat, at, path, flags, mode);
    pthread_mutex_lock(&lock);
    int kept = errno, was_there = !fstatat(at, path, &before, 0);
    errno = kept;
    int fd = (int)syscall(SYS_openat, at, path, flags, mode);
    if (fd >= 0 && !fstat(fd, &now) && S_ISREG(now.st_mode)) {
        watch(&now);
        note_text(was_there ? OPENED : CREATED, now.st_ino, 0, relative, strlen(relative));
        if (was_there && flags & O_TRUNC) note(TRUNCATED, now.st_ino, 0, 0, NULL, 0, 0);
    }
    pthread_mutex_unlock(&lock);
    return fd;
}
#define MODE(flags) ({ mode_t m = 0; if ((flags) & (O_CREAT | __O_TMPFILE)) { va_list l; va_start(l, flags); m = va_arg(l, mode_t); va_end(l); } m; })
int open(const char *path, int flags, ...) { return open_at(AT_FDCWD, path, flags, MODE(flags)); }
int open64(const char *path, int flags, ...) { return open_at(AT_FDCWD, path, flags | O_LARGEFILE, MODE(flags)); }
int openat(int at, const char *path, int flags, ...) { return open_at(at, path, flags, MODE(flags)); }
int openat64(int at, const char *path, int flags, ...) { return open_at(at, path, flags | O_LARGEFILE, MODE(flags)); }
int creat64(const char *path, mode_t mode) { return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat(const char *path, mode_t mode) { return creat64(path, mode); }

/* All writes; `offset` -1: at the file position. */
static ssize_t write_parts(int fd, const struct iovec *parts, int count, off_t offset) {
    struct stat s;
    int known = watched(fd, &s);
    ssize_t done = offset == -1 ? syscall(SYS_writev, fd, parts, count) : syscall(SYS_pwritev, fd, parts, count, offset, 0L);
    if (!known) return done;
    off_t at = offset == -1 ? lseek(fd, 0, SEEK_CUR) - done : offset; /* right for O_APPEND too */
    if (done > 0) note(WRITTEN, s.st_ino, (uint64_t)at, 0, parts, count, (uint64_t)done);
    pthread_mutex_unlock(&lock);
    return done;
}
static ssize_t write_one(int fd, const void *b, size_t n, off_t offset) { return write_parts(fd, &(struct iovec){(void *)b, n}, 1, offset); }
ssize_t write(int fd, const void *b, size_t n) { return write_one(fd, b, n, -1); }
ssize_t writev(int fd, const struct iovec *p, int n) { return write_parts(fd, p, n, -1); }
ssize_t pwrite(int fd, const void *b, size_t n, off_t o) { return write_one(fd, b, n, o == -1 ? -2 : o); }
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t o) { return pwrite(fd, b, n, o); }
ssize_t pwritev(int fd, const struct iovec *p, int n, off_t o) { return write_parts(fd, p, n, o == -1 ? -2 : o); }
ssize_t pwritev64(int fd, const struct iovec *p, int n, off64_t o) { return pwritev(fd, p, n, o); }
int ftruncate(int fd, off_t length) {
    struct stat s;
    int known = watched(fd, &s), result = (int)syscall(SYS_ftruncate, fd, length);
    if (!known) return result;
    if (!result) note(TRUNCATED, s.st_ino, (uint64_t)length, 0, NULL, 0, 0);
    pthread_mutex_unlock(&lock);
    return result;
}
int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }

static int sync_file(long call, int fd) {
    struct stat s;
    char link[64], path[PATH_MAX];
    uint64_t began = 0;
    int kept = errno;
    enum kind kind = watched(fd, &s) ? SYNCED : 0;
    if (!kind && folder_length && !fstat(fd, &s) && S_ISDIR(s.st_mode)) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t n = readlink(link, path, sizeof path - 1);
        path[n > 0 ? n : 0] = 0;
        if (!strncmp(path, folder, folder_length) && (!path[folder_length] || path[folder_length] == '/')) kind = FOLDER_SYNCED;
        if (kind) pthread_mutex_lock(&lock);
    }
    if (kind) began = stamp(), pthread_mutex_unlock(&lock); /* `watched` had locked too */
    errno = kept;
    int result = (int)syscall(call, fd);
    if (result || !kind) return result;
    pthread_mutex_lock(&lock);
    const char *name = kind == SYNCED || !path[folder_length] ? "" : path + folder_length + 1;
    note_text(kind, s.st_ino, began, name, strlen(name)); /* had the log got no further, the sync would count as not made */
    pthread_mutex_unlock(&lock);
    return result;
}
int fsync(int fd) { return sync_file(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_file(SYS_fdatasync, fd); }

/* A call that changes names, and its record. `gone`: the name whose file is lost by it. */
static int change_names(enum kind kind, const char *text, size_t length, int at, const char *gone, long call, long a, long b, long c, long d, long e) {
    struct stat lost;
    pthread_mutex_lock(&lock);
    int kept = errno, was_there = gone && !fstatat(at, gone, &lost, AT_SYMLINK_NOFOLLOW);
    errno = kept;
    int result = (int)syscall(call, a, b, c, d, e);
    if (!result && was_there && lost.st_nlink < 2) forget(&lost);
    if (!result) note_text(kind, 0, 0, text, length);
    pthread_mutex_unlock(&lock);
    return result;
}
int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
    char names[2 * PATH_MAX]; /* both names, a zero byte between */
    int known = inside(from_at, from, names);
    size_t length = known ? strlen(names) + 1 : 0;
    if (known != inside(to_at, to, names + length) || (known && flags & ~1u)) errno = EXDEV, die("rename across the folder's edge, or exchange");
    if (!known) return (int)syscall(SYS_renameat2, from_at, from, to_at, to, flags);
    length += strlen(names + length);
    return change_names(RENAMED, names, length, to_at, to, SYS_renameat2, from_at, (long)from, to_at, (long)to, flags);
}
int renameat(int a, const char *from, int b, const char *to) { return renameat2(a, from, b, to, 0); }
int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }
int unlinkat(int at, const char *path, int flags) {
    char name[PATH_MAX];
    if (!inside(at, path, name)) return (int)syscall(SYS_unlinkat, at, path, flags);
    enum kind kind = flags & AT_REMOVEDIR ? FOLDER_REMOVED : UNLINKED;
    return change_names(kind, name, strlen(name), at, kind == UNLINKED ? path : NULL, SYS_unlinkat, at, (long)path, flags, 0, 0);
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) { int r = unlink(path); return r && errno == EISDIR ? rmdir(path) : r; }
int mkdirat(int at, const char *path, mode_t mode) {
    char name[PATH_MAX];
    if (!inside(at, path, name)) return (int)syscall(SYS_mkdirat, at, path, mode);
    return change_names(FOLDER_MADE, name, strlen(name), at, NULL, SYS_mkdirat, at, (long)path, mode, 0, 0);
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

static ssize_t refused(void) { return errno = ENOSYS, -1; }
#define UNUSED __attribute__((unused))
ssize_t copy_file_range(UNUSED int from, UNUSED off64_t *at, UNUSED int to, UNUSED off64_t *upto, UNUSED size_t n, UNUSED unsigned flags) { return refused(); }
ssize_t sendfile(UNUSED int to, UNUSED int from, UNUSED off_t *at, UNUSED size_t n) { return refused(); }
ssize_t sendfile64(UNUSED int to, UNUSED int from, UNUSED off64_t *at, UNUSED size_t n) { return refused(); }
ssize_t splice(UNUSED int from, UNUSED off64_t *at, UNUSED int to, UNUSED off64_t *upto, UNUSED size_t n, UNUSED unsigned flags) { return refused(); }
