/* A disk that is slow or full while the program runs: files named by the environment say how.
 *
 * BAD_DISK_HOLD    while it is there, a sync whose description begins with one of its lines waits
 * BAD_DISK_FULL    while it is there, a write whose description begins with one of its lines finds no room
 * BAD_DISK_LOG     a line for each sync that begins, such as "fdatasync /folder/file"
 * BAD_DISK_JITTER  microseconds; syncs and renames take up to so long, so that kills find them half-way
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void describe(char *text, size_t size, const char *call, int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length < 0 ? 0 : length] = 0;
    snprintf(text, size, "%s %s\n", call, path);
}

static int matches(const char *variable, const char *text) {
    const char *name = getenv(variable);
    FILE *file = name ? fopen(name, "r") : NULL;
    char line[PATH_MAX + 32];
    int found = 0;
    while (file && !found && fgets(line, sizeof line, file)) {
        size_t length = strlen(line);
        /* a line that ends in "$" has to be the whole description */
        if (length > 1 && line[length - 2] == '$') line[length - 2] = '\n', line[length - 1] = 0;
        else if (length && line[length - 1] == '\n') line[length - 1] = 0;
        found = strncmp(text, line, strlen(line)) == 0;
    }
    if (file) fclose(file);
    return found;
}

static void jitter(void) {
    const char *most = getenv("BAD_DISK_JITTER");
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (most && atoi(most)) usleep((now.tv_nsec / 7) % atoi(most));
}

static void begin(const char *call, int fd) {
    char text[PATH_MAX + 32];
    const char *log = getenv("BAD_DISK_LOG");
    describe(text, sizeof text, call, fd);
    if (log) {
        int to = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        syscall(SYS_write, to, text, strlen(text));
        close(to);
    }
    while (matches("BAD_DISK_HOLD", text)) usleep(1000);
    jitter();
}

int fsync(int fd) {
    begin("fsync", fd);
    int result = syscall(SYS_fsync, fd);
    jitter();
    return result;
}

int fdatasync(int fd) {
    begin("fdatasync", fd);
    int result = syscall(SYS_fdatasync, fd);
    jitter();
    return result;
}

int rename(const char *from, const char *to) {
    jitter();
    int result = syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    jitter();
    return result;
}

ssize_t write(int fd, const void *data, size_t size) {
    if (getenv("BAD_DISK_FULL") && access(getenv("BAD_DISK_FULL"), F_OK) == 0) {
        char text[PATH_MAX + 32];
        describe(text, sizeof text, "write", fd);
        if (matches("BAD_DISK_FULL", text)) {
            errno = ENOSPC;
            return -1;
        }
    }
    return syscall(SYS_write, fd, data, size);
}
