// AVL tree with recursive insertion and deletion over a pool of nodes.
#include <stdint.h>
#include <stddef.h>

typedef struct Node Node;
struct Node {
    Node *left, *right;
    int key;
    int height;
};

static Node pool[4096];
static Node *free_list;

static int height(const Node *t) { return t ? t->height : 0; }
static int max(int a, int b) { return a > b ? a : b; }
static void update(Node *t) { t->height = 1 + max(height(t->left), height(t->right)); }

static Node *rotate_right(Node *t)
{
    Node *l = t->left;
    t->left = l->right;
    l->right = t;
    update(t);
    update(l);
    return l;
}

static Node *rotate_left(Node *t)
{
    Node *r = t->right;
    t->right = r->left;
    r->left = t;
    update(t);
    update(r);
    return r;
}

static Node *balance(Node *t)
{
    int d = height(t->left) - height(t->right);
    if (d > 1) {
        if (height(t->left->left) < height(t->left->right))
            t->left = rotate_left(t->left);
        return rotate_right(t);
    }
    if (d < -1) {
        if (height(t->right->right) < height(t->right->left))
            t->right = rotate_right(t->right);
        return rotate_left(t);
    }
    update(t);
    return t;
}

static Node *insert(Node *t, int key)
{
    if (!t) {
        Node *x = free_list;
        free_list = x->right;
        x->left = x->right = NULL;
        x->key = key;
        x->height = 1;
        return x;
    }
    if (key < t->key)
        t->left = insert(t->left, key);
    else if (key > t->key)
        t->right = insert(t->right, key);
    else
        return t;
    return balance(t);
}

static Node *delete(Node *t, int key)
{
    if (!t)
        return NULL;
    if (key < t->key) {
        t->left = delete(t->left, key);
    } else if (key > t->key) {
        t->right = delete(t->right, key);
    } else if (!t->left || !t->right) {
        Node *only = t->left ? t->left : t->right;
        t->right = free_list;
        free_list = t;
        return only;
    } else {
        Node *m = t->right;
        while (m->left)
            m = m->left;
        t->key = m->key;
        t->right = delete(t->right, m->key);
    }
    return balance(t);
}

static int sum(const Node *t, int depth)
{
    return t ? t->key * depth + sum(t->left, depth + 1) + sum(t->right, depth + 1) : 0;
}

__attribute__((export_name("run"))) int run(int n)
{
    int total = 0;
    for (int r = 0; r < n; r++) {
        free_list = NULL;
        for (int i = 4095; i >= 0; i--) {
            pool[i].right = free_list;
            free_list = &pool[i];
        }
        Node *root = NULL;
        unsigned s = 99u + (unsigned)r;
        for (int i = 0; i < 7000; i++) {
            s = s * 69069u + 1u;
            int key = (int)(s >> 16) % 3000;
            root = s & 0x8000 || i < 2000 ? insert(root, key) : delete(root, key);
        }
        total = (int)((unsigned)total * 7u + (unsigned)sum(root, 1) + (unsigned)height(root));
    }
    return total;
}
