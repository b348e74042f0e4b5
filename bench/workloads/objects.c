// Indirect calls: an expression tree whose nodes carry a table of methods, and a pipeline of
// closures. Stands for object-oriented and functional programs compiled to C, where nearly every
// call goes through a pointer and the callee changes from call to call.
#include "workload.h"

enum { VARIABLES = 8 };

typedef struct {
    uint32_t variables[VARIABLES];
    uint32_t evaluated; // nodes evaluated so far
} Scope;

typedef struct Node Node;

// What each kind of node can do.
typedef struct {
    uint32_t (*evaluate)(const Node *node, Scope *scope);
    Node *(*simplify)(Node *node);
    uint32_t (*fingerprint)(const Node *node);
} Methods;

struct Node {
    const Methods *methods;
    Node *operands[3];
    uint32_t value; // a constant's value, or a variable's number
    uint32_t (*combine)(uint32_t left, uint32_t right); // a binary node's operation
};

static uint32_t evaluate(const Node *node, Scope *scope) {
    scope->evaluated++;
    return node->methods->evaluate(node, scope);
}

static Node *simplify(Node *node) { return node->methods->simplify(node); }

static uint32_t fingerprint(const Node *node) { return node->methods->fingerprint(node); }

// --- leaves ---

static Node *keep(Node *node) { return node; }

static uint32_t evaluate_constant(const Node *node, Scope *scope) {
    (void)scope;
    return node->value;
}

static uint32_t fingerprint_constant(const Node *node) { return mix(1, node->value); }

static const Methods constant_methods = {evaluate_constant, keep, fingerprint_constant};

static uint32_t evaluate_variable(const Node *node, Scope *scope) {
    return scope->variables[node->value];
}

static uint32_t fingerprint_variable(const Node *node) { return mix(2, node->value); }

static const Methods variable_methods = {evaluate_variable, keep, fingerprint_variable};

static bool is_constant(const Node *node) { return node->methods == &constant_methods; }

static Node *become_constant(Node *node, uint32_t value) {
    node->methods = &constant_methods;
    node->value = value;
    return node;
}

// --- one operand ---

static uint32_t evaluate_negation(const Node *node, Scope *scope) {
    return -evaluate(node->operands[0], scope);
}

static Node *simplify_negation(Node *node) {
    Node *operand = node->operands[0] = simplify(node->operands[0]);
    if (is_constant(operand)) return become_constant(node, -operand->value);
    if (operand->methods == node->methods) return operand->operands[0]; // twice negated
    return node;
}

static uint32_t fingerprint_negation(const Node *node) {
    return mix(3, fingerprint(node->operands[0]));
}

static const Methods negation_methods = {evaluate_negation, simplify_negation,
                                         fingerprint_negation};

static uint32_t evaluate_assignment(const Node *node, Scope *scope) {
    return scope->variables[node->value] = evaluate(node->operands[0], scope);
}

static Node *simplify_assignment(Node *node) {
    node->operands[0] = simplify(node->operands[0]);
    return node;
}

static uint32_t fingerprint_assignment(const Node *node) {
    return mix(mix(4, node->value), fingerprint(node->operands[0]));
}

static const Methods assignment_methods = {evaluate_assignment, simplify_assignment,
                                           fingerprint_assignment};

// --- two operands: the operation itself is one more function pointer ---

static uint32_t add(uint32_t left, uint32_t right) { return left + right; }
static uint32_t subtract(uint32_t left, uint32_t right) { return left - right; }
static uint32_t multiply(uint32_t left, uint32_t right) { return left * right; }
static uint32_t divide(uint32_t left, uint32_t right) { return right ? left / right : left; }
static uint32_t minimum(uint32_t left, uint32_t right) { return left < right ? left : right; }
static uint32_t maximum(uint32_t left, uint32_t right) { return left > right ? left : right; }
static uint32_t exclusive(uint32_t left, uint32_t right) { return left ^ right; }
static uint32_t shift(uint32_t left, uint32_t right) { return left >> (right & 7); }

static uint32_t (*const operations[])(uint32_t, uint32_t) = {
    add, subtract, multiply, divide, minimum, maximum, exclusive, shift,
};

static uint32_t evaluate_binary(const Node *node, Scope *scope) {
    uint32_t left = evaluate(node->operands[0], scope);
    return node->combine(left, evaluate(node->operands[1], scope));
}

static Node *simplify_binary(Node *node) {
    Node *left = node->operands[0] = simplify(node->operands[0]);
    Node *right = node->operands[1] = simplify(node->operands[1]);
    if (is_constant(left) && is_constant(right)) {
        return become_constant(node, node->combine(left->value, right->value));
    }
    bool neutral_zero = node->combine == add || node->combine == subtract ||
                        node->combine == exclusive || node->combine == shift;
    if (is_constant(right) && right->value == 0 && neutral_zero) return left;
    return node;
}

static uint32_t fingerprint_binary(const Node *node) {
    return mix(mix(node->combine(77, 5), fingerprint(node->operands[0])),
               fingerprint(node->operands[1]));
}

static const Methods binary_methods = {evaluate_binary, simplify_binary, fingerprint_binary};

// --- control ---

static uint32_t evaluate_choice(const Node *node, Scope *scope) {
    bool odd = evaluate(node->operands[0], scope) & 1;
    return evaluate(node->operands[odd ? 1 : 2], scope);
}

static Node *simplify_operands(Node *node) {
    for (int i = 0; i < 3; i++) {
        if (node->operands[i]) node->operands[i] = simplify(node->operands[i]);
    }
    return node;
}

static Node *simplify_choice(Node *node) {
    simplify_operands(node);
    if (!is_constant(node->operands[0])) return node;
    return node->operands[node->operands[0]->value & 1 ? 1 : 2];
}

static uint32_t fingerprint_choice(const Node *node) {
    uint32_t sum = 6;
    for (int i = 0; i < 3; i++)
        sum = mix(sum, fingerprint(node->operands[i]));
    return sum;
}

static const Methods choice_methods = {evaluate_choice, simplify_choice, fingerprint_choice};

static uint32_t evaluate_repetition(const Node *node, Scope *scope) {
    uint32_t value = 0;
    for (uint32_t i = 0; i < node->value; i++)
        value += evaluate(node->operands[0], scope);
    return value;
}

static uint32_t fingerprint_repetition(const Node *node) {
    return mix(mix(7, node->value), fingerprint(node->operands[0]));
}

static const Methods repetition_methods = {evaluate_repetition, simplify_operands,
                                           fingerprint_repetition};

OUTLINE static Node *make_node(Arena *arena, const Methods *methods, uint32_t value) {
    Node *node = arena_take(arena, sizeof *node);
    *node = (Node){.methods = methods, .value = value};
    return node;
}

OUTLINE static Node *grow(Arena *arena, Random *random, uint32_t depth) {
    uint32_t kind = depth == 0 ? random_below(random, 2) : 2 + random_below(random, 10);
    Node *node;
    switch (kind) {
    case 0: return make_node(arena, &constant_methods, random_below(random, 100));
    case 1: return make_node(arena, &variable_methods, random_below(random, VARIABLES));
    case 2: node = make_node(arena, &negation_methods, 0); break;
    case 3: node = make_node(arena, &assignment_methods, random_below(random, VARIABLES)); break;
    case 4:
        node = make_node(arena, &choice_methods, 0);
        node->operands[1] = grow(arena, random, depth - 1);
        node->operands[2] = grow(arena, random, depth - 1);
        break;
    case 5: node = make_node(arena, &repetition_methods, 2 + random_below(random, 2)); break;
    default:
        node = make_node(arena, &binary_methods, 0);
        node->operands[1] = grow(arena, random, depth - 1);
        node->combine = operations[random_below(random, LENGTH(operations))];
        break;
    }
    node->operands[0] = grow(arena, random, depth - 1);
    return node;
}

// --- a pipeline of closures: each stage is a function and the state it closes over ---

typedef struct Stage Stage;
struct Stage {
    uint32_t (*step)(Stage *stage, uint32_t sample);
    Stage *next;
    uint32_t state[2];
};

static uint32_t pass_on(Stage *stage, uint32_t sample) {
    return stage->next ? stage->next->step(stage->next, sample) : sample;
}

static uint32_t scale(Stage *stage, uint32_t sample) {
    return pass_on(stage, sample * stage->state[0] >> 3);
}

static uint32_t clamp(Stage *stage, uint32_t sample) {
    return pass_on(stage, sample > stage->state[0] ? stage->state[0] : sample);
}

static uint32_t delay(Stage *stage, uint32_t sample) {
    uint32_t earlier = stage->state[0];
    stage->state[0] = stage->state[1];
    stage->state[1] = sample;
    return pass_on(stage, earlier);
}

static uint32_t smooth(Stage *stage, uint32_t sample) {
    stage->state[0] = (stage->state[0] * 3 + sample) >> 2;
    return pass_on(stage, stage->state[0]);
}

// Drops every other sample: the stages behind it then run half as often.
static uint32_t decimate(Stage *stage, uint32_t sample) {
    stage->state[0] ^= 1;
    return stage->state[0] & 1 ? pass_on(stage, sample) : stage->state[1]++;
}

static uint32_t (*const steps[])(Stage *, uint32_t) = {scale, clamp, delay, smooth, decimate};

OUTLINE static uint32_t run_pipeline(Arena *arena, Random *random, uint32_t samples) {
    Stage *first = NULL;
    for (uint32_t i = 0; i < 8; i++) {
        Stage *stage = arena_take(arena, sizeof *stage);
        *stage = (Stage){
            steps[random_below(random, LENGTH(steps))], first, {7 + random_below(random, 1000), 0}};
        first = stage;
    }
    uint32_t sum = 0;
    for (uint32_t i = 0; i < samples; i++) {
        sum = mix(sum, first->step(first, random_next(random) >> 16));
    }
    return sum;
}

static uint8_t memory[1 << 18];

EXPORT_RUN int32_t run(int32_t n) {
    uint32_t sum = 0;
    for (uint32_t round = 0; round < (uint32_t)n; round++) {
        Random random = random_from(round);
        Arena arena = arena_over(memory, sizeof memory);
        Node *root = make_node(&arena, &binary_methods, 0);
        root->combine = add;
        root->operands[0] = grow(&arena, &random, 9);
        root->operands[1] = grow(&arena, &random, 8);

        Scope plain = {.variables = {1, 2, 3, 5, 8, 13, 21, round}};
        Scope simplified = plain;
        uint32_t value = evaluate(root, &plain);
        root = simplify(root);
        sum = mix(mix(sum, plain.evaluated), fingerprint(root));
        check(evaluate(root, &simplified) == value);
        sum = mix(mix(sum, value), simplified.evaluated);
        for (uint32_t i = 0; i < 4; i++)
            sum = mix(sum, evaluate(root, &simplified));

        sum = mix(sum, run_pipeline(&arena, &random, 120));
    }
    return (int32_t)sum;
}
