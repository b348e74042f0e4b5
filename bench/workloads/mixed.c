// A bit of everything, as embedded programs have it: a station receives messages, reads them with
// a state machine, keeps the readings in a linked list, smooths them with a matrix in fixed point,
// sorts the list by merging, and sends packets with a check sum. No part takes most of the time.
#include "workload.h"

// --- readings in a linked list ---

typedef struct Reading Reading;
struct Reading {
    Reading *next;
    int16_t channel;
    uint16_t time;
    int32_t value;
};

enum { READINGS = 256, CHANNELS = 8 };

typedef struct {
    Reading pool[READINGS];
    Reading *unused, *first;
    uint32_t count;
} Store;

static void store_start(Store *store) {
    store->unused = store->first = NULL;
    store->count = 0;
    for (int i = READINGS; i-- > 0;) {
        store->pool[i].next = store->unused;
        store->unused = &store->pool[i];
    }
}

OUTLINE static Reading *store_take(Store *store) {
    check(store->unused);
    Reading *reading = store->unused;
    store->unused = reading->next;
    reading->next = store->first;
    store->first = reading;
    store->count++;
    return reading;
}

// Removes what a test picks and returns how many those were.
OUTLINE static uint32_t store_remove(Store *store, bool (*picked)(const Reading *, int32_t),
                                     int32_t bound) {
    uint32_t removed = 0;
    for (Reading **link = &store->first; *link;) {
        Reading *reading = *link;
        if (!picked(reading, bound)) {
            link = &reading->next;
            continue;
        }
        *link = reading->next;
        reading->next = store->unused;
        store->unused = reading;
        removed++;
    }
    store->count -= removed;
    return removed;
}

static bool is_outlier(const Reading *reading, int32_t bound) {
    return reading->value > bound || reading->value < -bound;
}

static bool is_older(const Reading *reading, int32_t time) { return reading->time < time; }

static int by_channel(const Reading *a, const Reading *b) {
    return a->channel != b->channel ? a->channel - b->channel : a->time - b->time;
}

static int by_value(const Reading *a, const Reading *b) {
    return a->value != b->value ? (a->value > b->value) - (a->value < b->value) : by_channel(a, b);
}

// Merges runs of 1, 2, 4, ... readings until one run is left.
OUTLINE static Reading *sort_list(Reading *list, int (*compare)(const Reading *, const Reading *)) {
    for (uint32_t run = 1;; run *= 2) {
        Reading *rest = list, *sorted = NULL, **end = &sorted;
        uint32_t merges = 0;
        while (rest) {
            Reading *left = rest, *right = rest;
            uint32_t left_size = 0, right_size = run;
            while (right && left_size < run) {
                right = right->next;
                left_size++;
            }
            while (left_size > 0 || (right_size > 0 && right)) {
                bool from_left =
                    left_size > 0 && (right_size == 0 || !right || compare(left, right) <= 0);
                Reading **from = from_left ? &left : &right;
                left_size -= from_left;
                right_size -= !from_left;
                *end = *from;
                end = &(*from)->next;
                *from = *end;
            }
            rest = right;
            merges++;
        }
        *end = NULL;
        if (merges <= 1) return sorted;
        list = sorted;
    }
}

OUTLINE static Reading *reverse_list(Reading *list) {
    Reading *reversed = NULL;
    while (list) {
        Reading *next = list->next;
        list->next = reversed;
        reversed = list;
        list = next;
    }
    return reversed;
}

// --- messages: "c3 t1200 v-45.7;" and noise ---

typedef enum { IDLE, FIELD, SIGN, WHOLE, POINT, FRACTION, DONE, INVALID, STATES } State;

typedef struct {
    State state;
    char field;
    bool negative;
    int32_t number, scale;
    uint32_t entered[STATES];
} Parser;

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

OUTLINE static State next_state(Parser *parser, uint8_t c) {
    switch (parser->state) {
    case IDLE:
    case DONE:
    case INVALID:
        if (c == 'c' || c == 't' || c == 'v') {
            parser->field = (char)c;
            parser->negative = false;
            parser->number = 0;
            parser->scale = 1;
            return FIELD;
        }
        return c == ' ' || c == ';' ? IDLE : INVALID;
    case FIELD:
        if (c == '-') return SIGN;
        // fall through
    case SIGN:
        if (c == '-') return INVALID;
        if (!is_digit(c)) return INVALID;
        parser->negative = parser->state == SIGN;
        parser->number = c - '0';
        return WHOLE;
    case WHOLE:
        if (c == '.') return POINT;
        if (c == ' ' || c == ';') return DONE;
        if (!is_digit(c)) return INVALID;
        parser->number = parser->number * 10 + (c - '0');
        return WHOLE;
    case POINT:
    case FRACTION:
        if (parser->state == FRACTION && (c == ' ' || c == ';')) return DONE;
        if (!is_digit(c) || parser->scale == 1000) return INVALID;
        parser->number = parser->number * 10 + (c - '0');
        parser->scale *= 10;
        return FRACTION;
    default: return INVALID;
    }
}

OUTLINE static uint32_t receive(Store *store, Parser *parser, const uint8_t *text, size_t size) {
    uint32_t errors = 0;
    int32_t channel = -1, time = -1, value = 0;
    bool valued = false;
    for (size_t i = 0; i < size; i++) {
        State next = next_state(parser, text[i]);
        if (next != parser->state) parser->entered[next]++;
        parser->state = next;
        if (next == DONE) {
            int32_t number = parser->number * (1000 / parser->scale);
            if (parser->negative) number = -number;
            if (parser->field == 'c') {
                channel = number / 1000;
            } else if (parser->field == 't') {
                time = number / 1000;
            } else {
                value = number;
                valued = true;
            }
        } else if (next == INVALID) {
            valued = false;
        }
        if (text[i] != ';') continue;
        if (channel >= 0 && channel < CHANNELS && time >= 0 && valued) {
            Reading *reading = store_take(store);
            reading->channel = (int16_t)channel;
            reading->time = (uint16_t)time;
            reading->value = value;
        } else {
            errors++;
        }
        channel = time = -1;
        valued = false;
    }
    return errors;
}

OUTLINE static size_t send_messages(uint8_t *text, uint32_t count, Random *random) {
    uint8_t *at = text;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t numbers[] = {random_below(random, CHANNELS + 1), i * 7 + random_below(random, 50),
                              random_below(random, 3000)};
        for (int field = 0; field < 3; field++) {
            *at++ = (uint8_t) "ctv"[field];
            if (field == 2 && random_below(random, 3) == 0) *at++ = '-';
            uint32_t number = numbers[field], place = 1;
            while (number / place >= 10)
                place *= 10;
            for (; place > 0; place /= 10)
                *at++ = (uint8_t)('0' + number / place % 10);
            if (field == 2 && random_below(random, 2)) {
                *at++ = '.';
                *at++ = (uint8_t)('0' + random_below(random, 10));
            }
            *at++ = field == 2 ? ';' : ' ';
        }
        if (random_below(random, 16) == 0) at[-3] = '?'; // noise on the line
    }
    return (size_t)(at - text);
}

// --- smoothing: each time step multiplies the channels by a matrix in 16.16 fixed point ---

OUTLINE static void make_filter(int32_t filter[CHANNELS][CHANNELS], uint32_t round) {
    for (int i = 0; i < CHANNELS; i++) {
        for (int j = 0; j < CHANNELS; j++) {
            int apart = i > j ? i - j : j - i;
            filter[i][j] = (int32_t)(0x8000u >> apart) - (int32_t)(round % 64 * 16);
        }
    }
}

OUTLINE static uint32_t smooth(Reading *list, int32_t filter[CHANNELS][CHANNELS]) {
    int32_t channels[CHANNELS] = {0}, smoothed[CHANNELS];
    uint32_t sum = 0, since = 0;
    for (Reading *reading = list; reading; reading = reading->next) {
        channels[reading->channel] = (channels[reading->channel] * 3 + reading->value) / 4;
        if (++since % 4) continue;
        for (int i = 0; i < CHANNELS; i++) {
            int64_t dot = 0;
            for (int j = 0; j < CHANNELS; j++)
                dot += (int64_t)filter[i][j] * channels[j];
            smoothed[i] = (int32_t)(dot >> 16);
        }
        for (int i = 0; i < CHANNELS; i++) {
            // Saturates, as a signal processor would.
            int32_t value = smoothed[i];
            if (value > 200000) value = 200000;
            if (value < -200000) value = -200000;
            channels[i] = value;
            sum = mix(sum, (uint32_t)value);
        }
    }
    return sum;
}

// --- packets ---

// The CRC of CCITT, bit by bit, as small programs without room for a table do it.
OUTLINE static uint16_t crc16(uint16_t crc, uint8_t byte) {
    crc ^= (uint16_t)(byte << 8);
    for (int i = 0; i < 8; i++)
        crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
    return crc;
}

static uint8_t *put_varint(uint8_t *at, uint32_t value) {
    for (; value >= 0x80; value >>= 7)
        *at++ = (uint8_t)(value | 0x80);
    *at++ = (uint8_t)value;
    return at;
}

// Readings that lie close together make small differences, and those make short packets.
OUTLINE static uint32_t pack(const Reading *list, uint32_t sum) {
    uint8_t packet[64];
    while (list) {
        uint8_t *at = packet;
        int32_t time = 0, value = 0;
        for (int i = 0; i < 5 && list; i++, list = list->next) {
            int32_t later = list->time - time, change = list->value - value;
            *at++ = (uint8_t)list->channel;
            at = put_varint(at, (uint32_t)later << 1 ^ (uint32_t)(later >> 31));
            at = put_varint(at, (uint32_t)change << 1 ^ (uint32_t)(change >> 31));
            time = list->time;
            value = list->value;
        }
        uint16_t crc = 0xffff;
        for (const uint8_t *byte = packet; byte < at; byte++)
            crc = crc16(crc, *byte);
        sum = mix(sum, (uint32_t)(at - packet) << 16 | crc);
    }
    return sum;
}

EXPORT_RUN int32_t run(int32_t n) {
    static Store store;
    static uint8_t text[READINGS * 24];
    uint32_t sum = 0;
    for (uint32_t round = 0; round < (uint32_t)n; round++) {
        Random random = random_from(round);
        store_start(&store);
        Parser parser = {.state = IDLE};
        size_t size = send_messages(text, 160, &random);
        sum = mix(sum, receive(&store, &parser, text, size));
        for (int i = 0; i < STATES; i++)
            sum = mix(sum, parser.entered[i]);

        sum = mix(sum, store_remove(&store, is_outlier, 2800000 - (int32_t)(round % 32) * 1000));
        sum = mix(sum, store_remove(&store, is_older, 60));
        store.first = reverse_list(store.first);

        int32_t filter[CHANNELS][CHANNELS];
        make_filter(filter, round);
        sum = mix(sum, smooth(store.first, filter));

        store.first = sort_list(store.first, by_value);
        sum = pack(store.first, sum);
        store.first = sort_list(store.first, by_channel);
        sum = pack(store.first, sum);
        sum = mix(sum, store.count);
    }
    return (int32_t)sum;
}
