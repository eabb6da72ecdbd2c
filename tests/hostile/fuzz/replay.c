/* Runs a target over files, and over the files in directories: the corpus as a test, without
 * libFuzzer. */
#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

static size_t n_files;
static const char *current = "no input yet";

/* Whatever ends the program, the sanitizers and HOLDS, it leaves the input's name behind. */
static void name_input(int signal_number)
{
    (void)signal_number;
    (void)!write(STDERR_FILENO, current, strlen(current));
    (void)!write(STDERR_FILENO, "\n", 1);
}

void __asan_on_error(void);
void __asan_on_error(void)
{
    name_input(0);
}

static void run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = NULL;
    size_t size = 0, n;
    HOLDS(file, "cannot open %s", path);
    do {
        data = realloc(data, size + 65536);
        HOLDS(data, "no memory for %s", path);
        n = fread(data + size, 1, 65536, file);
        size += n;
    } while (n);
    fclose(file);
    current = path;
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    n_files++;
}

static void run_directory(const char *path)
{
    struct dirent **entries;
    const int n = scandir(path, &entries, NULL, alphasort);
    HOLDS(n >= 0, "cannot read %s", path);
    for (int i = 0; i < n; i++) {
        char inner[4096];
        snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            run_file(inner);
        free(entries[i]);
    }
    free(entries);
}

int main(int argc, char **argv)
{
    struct stat about;
    signal(SIGABRT, name_input);
    for (int i = 1; i < argc; i++) {
        HOLDS(stat(argv[i], &about) == 0, "no such file: %s", argv[i]);
        if (S_ISDIR(about.st_mode))
            run_directory(argv[i]);
        else
            run_file(argv[i]);
    }
    HOLDS(n_files > 0, "nothing to replay");
    printf("%s: %zu inputs\n", argv[0], n_files);
    return 0;
}
