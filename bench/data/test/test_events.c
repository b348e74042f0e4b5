/* Which events a recording's samples count. */
#define _GNU_SOURCE 1
#include <criterion/criterion.h>

#include "bench/data/recording.h"
#include "bench/measure/test/fake_kernel.h"

static Error error;

TestSuite(events, .init = fake_begin);

Test(events, groups_take_turns_by_sample) {
    Recording recording = {0};
    cr_assert(recording_choose_events(
        &recording,
        "cycles,instructions,{branches,branch-misses},rca,r100,r200,r300,r400,task-clock",
        &FAKE_KERNEL, &error));
    cr_assert_eq(recording.event_set_count, 3);
    Sample sample = {.round = 3, .layout = 2, .workload = 1};
    cr_assert_str_eq(recording_events(&recording, &sample),
                     "cycles,instructions,rca,r100,r200,r300,task-clock");
    sample.contender = 1; /* what is compared counts the same */
    cr_assert_str_eq(recording_events(&recording, &sample),
                     "cycles,instructions,rca,r100,r200,r300,task-clock");
    sample.layout++;
    cr_assert_str_eq(recording_events(&recording, &sample), "{branches,branch-misses},task-clock");
    sample.round++;
    cr_assert_str_eq(recording_events(&recording, &sample), "r400,task-clock");
    recording_free(&recording);

    fake.hardware_error = fake.raw_error = ENOENT;
    recording = (Recording){0};
    cr_assert(recording_choose_events(&recording, "cycles,task-clock", &FAKE_KERNEL, &error));
    cr_assert_eq(recording.event_set_count, 1);
    cr_assert_str_eq(recording_events(&recording, &sample), "task-clock");
    recording_free(&recording);
    recording = (Recording){0};
    cr_assert(recording_choose_events(&recording, "cycles", &FAKE_KERNEL, &error));
    cr_assert_str_eq(recording_events(&recording, &sample), "none");
    recording_free(&recording);
}
