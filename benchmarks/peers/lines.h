/* What every peer written in C needs to be measured: the lines it speaks (README.md). Included once, by the program. */
#include "base.h"

/* One thing to measure. */
struct row {
    const char *name;
    void (*run)(long count);
    void (*set_up)(void);
    bool answers; /* itself, with more than a time */
};

static int answer_lines(const struct row *row)
{
    char line[128];
    long count;
    if (row->set_up)
        row->set_up();
    printf("ready\n");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && strcmp(line, "quit\n") != 0) {
        if (sscanf(line, "run %ld", &count) != 1 || count < 1) {
            fprintf(stderr, "neither 'run NUMBER' nor 'quit': %s", line);
            return 1;
        }
        int64_t start = now();
        row->run(count);
        if (!row->answers)
            printf("done %lld\n", (long long)(now() - start));
        fflush(stdout);
    }
    return 0;
}

/* Ends with an exit code. The rows end with one that has no name. */
static int run_rows(const struct row *rows, const char *name)
{
    bool list = strcmp(name, "list") == 0;
    for (; rows->name; rows++)
        if (list)
            puts(rows->name);
        else if (strcmp(rows->name, name) == 0)
            return answer_lines(rows);
    if (list)
        return 0;
    fprintf(stderr, "unknown %s\n", name);
    return 3;
}
