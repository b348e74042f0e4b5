// Single precision: a ray marcher draws a small scene of smooth solids with shadows and a
// checkered floor. Stands for graphics and audio code: short vectors, square roots, minima and
// clamps, and loops whose length depends on what the ray meets.
#include "workload.h"

typedef struct {
    float x, y, z;
} Vector;

static Vector vector(float x, float y, float z) { return (Vector){x, y, z}; }
static Vector plus(Vector a, Vector b) { return vector(a.x + b.x, a.y + b.y, a.z + b.z); }
static Vector minus(Vector a, Vector b) { return vector(a.x - b.x, a.y - b.y, a.z - b.z); }
static Vector times(Vector a, float k) { return vector(a.x * k, a.y * k, a.z * k); }
static float dot(Vector a, Vector b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static float length(Vector a) { return __builtin_sqrtf(dot(a, a)); }
static Vector unit(Vector a) { return times(a, 1.0f / length(a)); }

static float least(float a, float b) { return a < b ? a : b; }
static float most(float a, float b) { return a > b ? a : b; }
static float clamp(float x, float low, float high) { return least(most(x, low), high); }

// Sine by a short polynomial, after the angle was brought between -pi and pi.
OUTLINE static float sine(float angle) {
    float turns = angle * 0.15915494f;
    float x = (turns - __builtin_floorf(turns + 0.5f)) * 6.2831853f;
    float y = x * (1.2732395f - 0.40528473f * __builtin_fabsf(x));
    return y * (0.775f + 0.225f * __builtin_fabsf(y));
}

static float cosine(float angle) { return sine(angle + 1.5707963f); }

// --- the scene: each solid is a function from a point to its distance ---

static float sphere(Vector p, float radius) { return length(p) - radius; }

static float box(Vector p, Vector half, float rounding) {
    Vector q = vector(__builtin_fabsf(p.x) - half.x, __builtin_fabsf(p.y) - half.y,
                      __builtin_fabsf(p.z) - half.z);
    Vector outside = vector(most(q.x, 0), most(q.y, 0), most(q.z, 0));
    return length(outside) + least(most(q.x, most(q.y, q.z)), 0) - rounding;
}

static float torus(Vector p, float radius, float thickness) {
    float ring = __builtin_sqrtf(p.x * p.x + p.z * p.z) - radius;
    return __builtin_sqrtf(ring * ring + p.y * p.y) - thickness;
}

// Joins two solids with a soft seam.
static float blend(float a, float b, float softness) {
    float h = clamp(0.5f + 0.5f * (b - a) / softness, 0, 1);
    return b + (a - b) * h - softness * h * (1 - h);
}

typedef enum { SKY, FLOOR, SOLID } Material;

typedef struct {
    float sin_spin, cos_spin;
    Vector sun;
    uint32_t steps; // how often the scene was asked
} Scene;

OUTLINE static float scene_distance(Scene *scene, Vector p, Material *material) {
    scene->steps++;
    float floor = p.y + 1.0f;
    if (floor < 0.001f) {
        *material = FLOOR;
        return floor;
    }
    Vector spun = vector(p.x * scene->cos_spin - p.z * scene->sin_spin, p.y,
                         p.x * scene->sin_spin + p.z * scene->cos_spin);
    float solid =
        blend(sphere(minus(spun, vector(0.9f, 0.1f, 0)), 0.6f),
              box(plus(spun, vector(0.5f, 0.4f, 0)), vector(0.4f, 0.5f, 0.3f), 0.1f), 0.5f);
    solid = least(solid, torus(minus(spun, vector(0, 0.2f, 0)), 1.5f, 0.12f));
    *material = solid < floor ? SOLID : FLOOR;
    return least(solid, floor);
}

OUTLINE static float march(Scene *scene, Vector from, Vector way, Material *material) {
    float travelled = 0.02f;
    for (int i = 0; i < 64; i++) {
        float distance = scene_distance(scene, plus(from, times(way, travelled)), material);
        if (distance < 0.002f * travelled) return travelled;
        travelled += distance;
        if (travelled > 20.0f) break;
    }
    *material = SKY;
    return travelled;
}

// How much of the sun arrives: 0 in full shadow, 1 in the open, between them near an edge.
OUTLINE static float sunlight(Scene *scene, Vector from) {
    float light = 1.0f, travelled = 0.05f;
    for (int i = 0; i < 24 && travelled < 6.0f; i++) {
        Material material;
        float distance = scene_distance(scene, plus(from, times(scene->sun, travelled)), &material);
        if (distance < 0.001f) return 0.0f;
        light = least(light, 8.0f * distance / travelled);
        travelled += clamp(distance, 0.03f, 0.4f);
    }
    return light;
}

OUTLINE static Vector normal(Scene *scene, Vector p) {
    const float e = 0.002f;
    Material material;
    float here = scene_distance(scene, p, &material);
    return unit(vector(scene_distance(scene, plus(p, vector(e, 0, 0)), &material) - here,
                       scene_distance(scene, plus(p, vector(0, e, 0)), &material) - here,
                       scene_distance(scene, plus(p, vector(0, 0, e)), &material) - here));
}

static Vector shade(Scene *scene, Vector eye, Vector way, int bounces) {
    Material material;
    float distance = march(scene, eye, way, &material);
    if (material == SKY) {
        float height = clamp(way.y, 0, 1);
        return vector(0.7f - 0.5f * height, 0.8f - 0.3f * height, 1.0f);
    }
    Vector p = plus(eye, times(way, distance));
    Vector colour, up;
    if (material == FLOOR) {
        bool dark = ((int32_t)__builtin_floorf(p.x) + (int32_t)__builtin_floorf(p.z)) & 1;
        colour = dark ? vector(0.25f, 0.3f, 0.25f) : vector(0.8f, 0.8f, 0.7f);
        up = vector(0, 1, 0);
    } else {
        colour = vector(0.9f, 0.4f + 0.2f * sine(p.y * 9.0f), 0.2f);
        up = normal(scene, p);
    }
    float light = 0.2f;
    float towards_sun = dot(up, scene->sun);
    if (towards_sun > 0) light += towards_sun * sunlight(scene, plus(p, times(up, 0.01f)));
    colour = times(colour, light);
    if (material == SOLID && bounces > 0) {
        Vector mirrored = minus(way, times(up, 2.0f * dot(way, up)));
        Vector seen = shade(scene, plus(p, times(up, 0.02f)), mirrored, bounces - 1);
        colour = plus(times(colour, 0.75f), times(seen, 0.25f));
    }
    return colour;
}

static uint32_t to_byte(float brightness) {
    return (uint32_t)(__builtin_sqrtf(clamp(brightness, 0, 1)) * 255.0f);
}

enum { WIDTH = 20, HEIGHT = 14 };

EXPORT_RUN int32_t run(int32_t n) {
    uint32_t sum = 0;
    for (int32_t frame = 0; frame < n; frame++) {
        float angle = (float)frame * 0.7f;
        Scene scene = {sine(angle), cosine(angle), unit(vector(0.6f, 0.7f, -0.4f)), 0};
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                Vector way = unit(vector(((float)x - WIDTH / 2) / WIDTH * 1.6f,
                                         (HEIGHT / 2 - (float)y) / WIDTH * 1.6f - 0.15f, 1.2f));
                Vector colour = shade(&scene, vector(0, 0.6f, -4.0f), way, 2);
                sum = mix(sum, to_byte(colour.x));
                sum = mix(sum, to_byte(colour.y) << 8 | to_byte(colour.z));
            }
        }
        sum = mix(sum, scene.steps);
    }
    return (int32_t)sum;
}
