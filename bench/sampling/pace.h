/* How long a run will go on. Seconds; times are those of seconds_now(). */
#ifndef TAILRACE_BENCH_SAMPLING_PACE_H
#define TAILRACE_BENCH_SAMPLING_PACE_H

typedef struct Pace {
    double limit;    /* when the budget is spent */
    double started;  /* when this sitting began */
    double before;   /* what the samples of earlier sittings took */
    double sampling; /* what the samples of this sitting took so far... */
    int samples;     /* ...and how many they are */
    double judging;  /* what the last look at whether all is decided took, for each block */
} Pace;

/* What is still to be done: a block (plan.h) that has begun, and those that must follow it. */
typedef struct Ahead {
    int samples_now;   /* of this block */
    int samples_block; /* of each following one */
    int blocks_needed; /* that follow whatever the budget; others do if they end within it */
} Ahead;

/* Seconds until the end, if nothing is decided earlier and samples take as long as they did. All of
 * the budget that is left, while no sample was taken. */
double pace_left(const Pace *pace, Ahead ahead, double now);

/* The share of the run, with its earlier sittings, that is done when `left` seconds are left. */
double pace_fraction(const Pace *pace, double left, double now);

#endif
