#include "bench/sampling/pace.h"

#include <math.h>

double pace_left(const Pace *pace, Ahead ahead, double now) {
    double budget = fmax(pace->limit - now, 0);
    if (pace->samples == 0) return budget;
    double sample = pace->sampling / pace->samples;
    double left = ahead.samples_now * sample + pace->judging;
    double block = ahead.samples_block * sample + pace->judging;
    double fitting = block > 0 ? floor((budget - left) / block) : 0;
    return left + block * fmax(ahead.blocks_needed, fmax(fitting, 0));
}

double pace_fraction(const Pace *pace, double left, double now) {
    double done = pace->before + now - pace->started;
    return done + left > 0 ? done / (done + left) : 0;
}
