/* What a disk would hold if the power went now, kept beside the real one.
 *
 * The model: the bytes of a file are durable as they were at its last fsync or fdatasync, and the names in a folder
 * (made, renamed, removed) as they were at the last fsync of that folder. A file whose name is durable and which was
 * never synced is empty. Nothing else is durable: that is the least that POSIX promises, and less than file systems
 * with a journal keep.
 *
 * With DURABLE_NAMES=journal the first sync of a file makes the names in its folder durable too, and in the folder
 * above, as file systems with a journal do; PostgreSQL relies on that for the files of tables.
 *
 * Preloaded into a program (LD_PRELOAD), this writes into the folder $DURABLE_DIR
 *   f-<key>   the bytes of a file, and
 *   d-<key>   the entries of a folder, a line each: 'f' or 'd', the key, the name.
 * A key is an inode's number with its time of birth, because numbers are given again. The call returns to the
 * program only when both the real disk and this record have what it asked for.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY 96
#define PATH 4096

static int key_of(int folder, const char *name, int flags, char *key, mode_t *mode) {
    struct statx s;
    if (statx(folder, name, flags | AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &s)) return -1;
    int born = (s.stx_mask & STATX_BTIME) != 0;
    snprintf(key, KEY, "%llu-%lld-%u", (unsigned long long)s.stx_ino, born ? (long long)s.stx_btime.tv_sec : 0LL,
             born ? s.stx_btime.tv_nsec : 0U);
    *mode = s.stx_mode;
    return 0;
}

static int copy_bytes(int from, int to) {
    static __thread char buffer[1 << 16];
    off_t at = 0;
    ssize_t got;
    while ((got = pread(from, buffer, sizeof buffer, at)) > 0) {
        for (ssize_t done = 0; done < got;) {
            ssize_t put = write(to, buffer + done, (size_t)(got - done));
            if (put < 0) return -1;
            done += put;
        }
        at += got;
    }
    return got < 0 ? -1 : 0;
}

static int list_entries(int folder, int to) {
    int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = again < 0 ? NULL : fdopendir(again);
    FILE *out = fdopen(dup(to), "w");
    if (!entries || !out) return -1;
    for (struct dirent *entry; (entry = readdir(entries));) {
        char key[KEY];
        mode_t mode;
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        /* It may be gone since it was read. */
        if (key_of(folder, entry->d_name, 0, key, &mode)) continue;
        if (S_ISREG(mode) || S_ISDIR(mode)) fprintf(out, "%c %s %s\n", S_ISDIR(mode) ? 'd' : 'f', key, entry->d_name);
    }
    closedir(entries);
    return fclose(out);
}

static int record_above(int fd);

/* Records a file or folder as it is now; the real descriptor may be open for writing only. */
static int record(int fd) {
    const char *store = getenv("DURABLE_DIR");
    char key[KEY], path[PATH], unfinished[PATH], self[64];
    mode_t mode;
    if (!store) return 0;
    if (key_of(fd, "", AT_EMPTY_PATH, key, &mode)) return -1;
    if (!S_ISREG(mode) && !S_ISDIR(mode)) return 0;
    snprintf(path, PATH, "%s/%c-%s", store, S_ISDIR(mode) ? 'd' : 'f', key);
    int is_new = access(path, F_OK) != 0;
    snprintf(unfinished, PATH, "%s/unfinished-%d-%s", store, (int)gettid(), key);
    int to = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (to < 0) return -1;
    int failed;
    if (S_ISDIR(mode)) {
        failed = list_entries(fd, to);
    } else {
        snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
        int from = open(self, O_RDONLY | O_CLOEXEC);
        failed = from < 0 || copy_bytes(from, to);
        if (from >= 0) close(from);
    }
    close(to);
    if (failed || rename(unfinished, path)) return -1;
    return S_ISREG(mode) && is_new && getenv("DURABLE_NAMES") ? record_above(fd) : 0;
}

/* Records the folder of a file, and the one above it. */
static int record_above(int fd) {
    char self[64], path[PATH];
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(self, path, PATH - 1);
    if (length <= 0) return -1;
    path[length] = 0;
    for (int level = 0; level < 2; level++) {
        char *slash = strrchr(path, '/');
        if (!slash || slash == path) return 0;
        *slash = 0;
        int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        /* It may be above what this user may read. */
        if (folder < 0) return 0;
        int failed = record(folder);
        close(folder);
        if (failed) return failed;
    }
    return 0;
}

static int synced(int fd, const char *name) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    int result = real(fd);
    if (result) return result;
    int before = errno;
    if (record(fd)) {
        /* A record with holes would prove nothing. */
        static const char said[] = "durable.so: cannot record\n";
        (void)!write(2, said, sizeof said - 1);
        abort();
    }
    errno = before;
    return 0;
}

int fsync(int fd) { return synced(fd, "fsync"); }
int fdatasync(int fd) { return synced(fd, "fdatasync"); }
