/* Counts the words of a text: word_frequency INPUT FOLDER
 *
 * Prints the commonest words and some statistics, writes all of them to FOLDER/words.csv, and lists
 * FOLDER. A program like many: buffered files, a hash table, qsort, printf, directories. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Word {
    char *text;
    unsigned count;
    struct Word *next;
} Word;

enum { BUCKETS = 97 };
static Word *buckets[BUCKETS];
static unsigned word_count, distinct_count;

static void die(const char *what) {
    fprintf(stderr, "word_frequency: %s: %s\n", what, strerror(errno));
    exit(2);
}

static void add(const char *text) {
    unsigned long hash = 5381;
    for (const char *c = text; *c; c++) hash = hash * 33 + (unsigned char)*c;
    word_count++;
    Word **at = &buckets[hash % BUCKETS];
    for (; *at; at = &(*at)->next) {
        if (strcmp((*at)->text, text) != 0) continue;
        (*at)->count++;
        return;
    }
    *at = calloc(1, sizeof **at);
    if (!*at || !((*at)->text = strdup(text))) die("memory");
    (*at)->count = 1;
    distinct_count++;
}

static void read_words(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) die(path);
    char word[64];
    size_t length = 0;
    for (int c; (c = getc(file)) != EOF;) {
        if (isalpha(c) && length < sizeof word - 1) {
            word[length++] = (char)tolower(c);
        } else if (length > 0) {
            word[length] = 0;
            add(word);
            length = 0;
        }
    }
    if (ferror(file)) die(path);
    fclose(file);
}

static int by_count(const void *a, const void *b) {
    const Word *left = *(Word *const *)a, *right = *(Word *const *)b;
    if (left->count != right->count) return left->count < right->count ? 1 : -1;
    return strcmp(left->text, right->text);
}

/* Written beside its place, patched, and moved there when it is complete. */
static void write_words(Word **words, const char *folder) {
    char draft[256], final[256];
    snprintf(draft, sizeof draft, "%s/words.tmp", folder);
    snprintf(final, sizeof final, "%s/words.csv", folder);
    FILE *file = fopen(draft, "w+");
    if (!file) die(draft);
    fputs("# 00000 words\n", file);
    for (unsigned i = 0; i < distinct_count; i++)
        fprintf(file, "%s,%u,%.6e\n", words[i]->text, words[i]->count,
                (double)words[i]->count / word_count);
    if (fseek(file, 2, SEEK_SET) != 0) die(draft);
    fprintf(file, "%05u", word_count);
    if (fclose(file) != 0 || rename(draft, final) != 0) die(final);
    struct stat status;
    if (stat(final, &status) != 0) die(final);
    printf("words.csv has %lld bytes\n", (long long)status.st_size);
    if (access(draft, F_OK) == 0) puts("the draft is still there");
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *folder) {
    char *names[32];
    size_t count = 0;
    DIR *directory = opendir(folder);
    if (!directory) die(folder);
    for (struct dirent *entry; (entry = readdir(directory)) && count < 32;)
        if (entry->d_name[0] != '.') names[count++] = strdup(entry->d_name);
    closedir(directory);
    qsort(names, count, sizeof names[0], by_name);
    for (size_t i = 0; i < count; i++) printf("%s%s", i ? " " : "in the folder: ", names[i]);
    putchar('\n');
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: word_frequency INPUT FOLDER\n");
        return 64;
    }
    read_words(argv[1]);
    Word **words = calloc(distinct_count + 1, sizeof *words);
    unsigned filled = 0;
    for (int i = 0; i < BUCKETS; i++)
        for (Word *word = buckets[i]; word; word = word->next) words[filled++] = word;
    qsort(words, filled, sizeof *words, by_count);

    double entropy = 0;
    for (unsigned i = 0; i < filled; i++) {
        double share = (double)words[i]->count / word_count;
        entropy -= share * log2(share);
    }
    printf("%s, hello to %s\n", getenv("GREETING") ? getenv("GREETING") : "-", argv[1]);
    for (unsigned i = 0; i < filled && i < 8; i++)
        printf("%-10s %3u %6.2f %%\n", words[i]->text, words[i]->count,
               100.0 * words[i]->count / word_count);
    printf("%u words, %u distinct, entropy %.12f bits = %a\n", word_count, distinct_count, entropy,
           entropy);
    if (mkdir(argv[2], 0777) != 0 && errno != EEXIST) die(argv[2]);
    write_words(words, argv[2]);
    list(argv[2]);
    if (fopen("/../../etc/passwd", "r") || fopen("../input.txt", "r")) puts("escaped");
    return 0;
}
