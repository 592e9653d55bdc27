/* The healthy state of LANES people at once: states and set-points solved together.
 *
 * The unknowns z are the states that rest in health, then the set-points.  model_balance gives residuals r (the states'
 * rates of change, then what each set-point holds), the gross flow through each equation, and factors of (gh D - J), D being 1
 * for states that move towards health by themselves.  Newton's method first; where it finds nothing, the motion itself is
 * followed to rest by implicit steps that grow, then Newton again; who then has nothing is searched for by bold steps, which pass
 * over hills where Newton's halved steps stop.  Lanes do not know of each other.
 */
#define HEALTH_REST 1e-10     /* largest residual, relative to the gross flow, of what counts as resting */
#define HEALTH_EXACT 1e-14    /* as good as it gets, but for states that are nothing in health: two more steps for these */
#define HEALTH_NOTHING 1e-15  /* of the usual size of a state: nothing, but for rounding */
#define HEALTH_NEWTON 200     /* trials, halvings included */
#define HEALTH_RELAX 1000     /* implicit steps */
#define HEALTH_BOLD 100       /* steps of Newton's that may make things worse */
#define HEALTH_SHIFT 1e-7     /* 1/day: keeps states without an end (urine) from making the motion's matrix singular */
#define HEALTH_ROUNDS 48      /* in which a growing mode outgrows what dies away */
#define HEALTH_GROWTH 21.0    /* of the squared length in the last 16 of them: 1.1-fold in each */

enum { HEALTH_FOUND = 0, HEALTH_NOT_FOUND = 1, HEALTH_UNSTABLE = 2 };

typedef struct {
    V z[NZ], trial[NZ], dz[NZ], step[NZ], r[NZ], gross[NZ], c[NC + 1], w[NZLU > NLU ? NZLU : NLU];
    V x[NX], f[NX], ft[NX], q[NQ + 1], first[NZ], former[NZ], v[NX], next[NX];
    double c1[NC + 1], q1[NQ + 1];
} HealthBlock;

static inline V health_low(int j) { return zn_splat(model_resting[j] < 0 ? -__builtin_inf() : model_low[model_resting[j]]); }
static inline V health_high(int j) { return zn_splat(model_resting[j] < 0 ? __builtin_inf() : model_high[model_resting[j]]); }
static inline double health_start(int j) { return model_resting[j] < 0 ? 0.0 : model_start[model_resting[j]]; }

/* nine tenths of the way at most to a border of the range: a border may be a false balance (nobody, for ever) */
static inline V health_inside(int j, V z, V trial)
{
    V low = health_low(j), high = health_high(j), tenth = zn_splat(0.1);
    trial = zn_select(trial < low, low + tenth * (z - low), trial);
    return zn_select(trial > high, high - tenth * (high - z), trial);
}

/* the largest relative residual, NaN where one has no value, and the squared norm of all */
static V health_residual(const HealthBlock *b, V *norm)
{
    V most = zn_splat(0.0), sum = zn_splat(0.0);
    for (int i = 0; i < NZ; i++) {
        V relative = zn_abs(b->r[i]) * zn_rcp(zn_max(b->gross[i], zn_splat(1e-300)));
        most = zn_select(relative <= most, most, relative);
        sum = sum + relative * relative;
    }
    *norm = sum;
    return zn_select(sum == sum, most, sum);
}

static M health_in_range(const HealthBlock *b)
{
    M inside = zn_splat(0.0) == zn_splat(0.0);
    for (int j = 0; j < NZ; j++) inside = inside & (b->z[j] >= health_low(j)) & (b->z[j] <= health_high(j));
    return inside;
}

static inline int health_any(M lanes)
{
    int any = 0;
    for (int l = 0; l < LANES; l++) any |= lanes[l] != 0;
    return any;
}

/* Newton's method from b->z for the lanes that are searching; what rests afterwards is returned */
static M health_newton(HealthBlock *b, M searching)
{
    V best = zn_splat(__builtin_inf()), worst = best, damping = zn_splat(1.0), more = zn_splat(0.0), norm;
    M moving = searching;
    for (int j = 0; j < NZ; j++) { b->trial[j] = b->z[j]; b->dz[j] = zn_splat(0.0); }
    for (int n = 0; n < HEALTH_NEWTON && health_any(moving); n++) {
        model_balance(b->trial, b->c, zn_splat(0.0), b->w, b->r, b->gross);
        V most = health_residual(b, &norm);
        M better = moving & (norm < best);
        model_close(b->w, b->r, b->step);
        for (int j = 0; j < NZ; j++) {
            b->z[j] = zn_select(better, b->trial[j], b->z[j]);
            b->dz[j] = zn_select(better, b->step[j], b->dz[j]);
        }
        best = zn_select(better, norm, best);
        worst = zn_select(better, most, worst);
        damping = zn_select(better, zn_splat(1.0), damping * zn_splat(0.5));
        more = zn_select(worst <= zn_splat(HEALTH_EXACT), more + zn_splat(1.0), more);
        moving = moving & (damping > zn_splat(1e-4)) & (more < zn_splat(3.0));
        for (int j = 0; j < NZ; j++) b->trial[j] = health_inside(j, b->z[j], b->z[j] + damping * b->dz[j]);
    }
    return searching & (worst <= zn_splat(HEALTH_REST)) & health_in_range(b);
}

/* Follow the motion from the usual start to rest, for the lanes that are searching; implicit steps of 1/gh days that grow. */
static void health_relax(HealthBlock *b, M searching)
{
    V length = zn_splat(1e-3), quarter = zn_splat(0.25);
    M moving = searching;
    for (int j = 0; j < NZ; j++) b->z[j] = zn_select(searching, zn_splat(health_start(j)), b->z[j]);
    model_balance(b->z, b->c, zn_splat(0.0), b->w, b->r, b->gross);
    for (int k = 0; k < NS; k++)  /* what is held does not move there: it is there, or no step would be small enough */
        b->z[model_held[k]] = zn_select(searching, b->z[model_held[k]] - b->r[NZ - NS + k], b->z[model_held[k]]);
    for (int j = 0; j < NZ; j++) b->trial[j] = b->z[j];  /* where the last step began */
    for (int n = 0; n < HEALTH_RELAX && health_any(moving); n++) {
        V norm, moved = zn_splat(0.0);
        model_balance(b->z, b->c, zn_rcp(length), b->w, b->r, b->gross);
        health_residual(b, &norm);
        M broken = moving & ~(norm < zn_splat(1e300));  /* no value here: back, and a shorter step */
        model_close(b->w, b->r, b->step);
        for (int j = 0; j < NZ; j++) {
            double size = health_start(j) < 0 ? -health_start(j) : health_start(j);
            V share = zn_abs(b->step[j]) * zn_rcp(zn_abs(b->z[j]) + zn_splat(1e-3 * (size > 1e-6 ? size : 1e-6)));
            if (model_resting[j] >= 0) moved = zn_select(share <= moved, moved, share);
        }
        M refused = broken | (moving & ~(moved <= zn_splat(0.5)));
        M taken = moving & ~refused;
        for (int j = 0; j < NZ; j++) {
            V next = health_inside(j, b->z[j], b->z[j] + b->step[j]);
            V back = zn_select(broken, b->trial[j], b->z[j]);
            b->trial[j] = zn_select(taken, b->z[j], b->trial[j]);
            b->z[j] = zn_select(taken, next, back);
        }
        length = zn_select(refused, length * quarter, zn_select(taken & (moved < zn_splat(0.2)), length + length, length));
        moving = moving & (length > zn_splat(1e-12)) & ~(taken & (length > zn_splat(1e6)) & (moved < zn_splat(1e-9)));
    }
}

/* Newton's steps from the usual start, each unknown changing at most tenfold, whether or not the balance gets better: for the lanes that
   are searching.  An unknown that is nothing may begin to change by the usual size of one. */
static void health_bold(HealthBlock *b, M searching)
{
    for (int j = 0; j < NZ; j++) b->z[j] = zn_select(searching, zn_splat(health_start(j)), b->z[j]);
    for (int n = 0; n < HEALTH_BOLD; n++) {
        model_balance(b->z, b->c, zn_splat(0.0), b->w, b->r, b->gross);
        model_close(b->w, b->r, b->step);
        M bad = zn_splat(0.0) != zn_splat(0.0);
        for (int j = 0; j < NZ; j++) bad = bad | ~(zn_abs(b->step[j]) < zn_splat(1e300));
        for (int j = 0; j < NZ; j++) {
            double size = health_start(j) < 0 ? -health_start(j) : health_start(j);
            V most = zn_splat(9.0) * zn_abs(b->z[j]) + zn_splat(size > 1e-6 ? size : 1e-6);
            V step = zn_max(zn_min(b->step[j], most), -most);
            b->z[j] = zn_select(searching & ~bad, health_inside(j, b->z[j], b->z[j] + step), b->z[j]);
        }
    }
}

/* Lanes where nothing that lives has died out: where it has, the rates balance, for ever, with nobody there. */
static M health_alive(const HealthBlock *b)
{
    M alive = zn_splat(0.0) == zn_splat(0.0);
    for (int j = 0; j < NZ; j++)
        if (health_start(j) > 0) alive = alive & (b->z[j] > zn_splat(1e-12 * health_start(j)));
    return alive;
}

/* Exact zeros for what is zero but for rounding, where it still rests: tolerances follow the size of the healthy state. */
static void health_tidy(HealthBlock *b)
{
    V norm;
    for (int j = 0; j < NZ; j++) {
        double size = health_start(j) < 0 ? -health_start(j) : health_start(j);
        b->trial[j] = zn_select(zn_abs(b->z[j]) < zn_splat(HEALTH_NOTHING * (size > 1.0 ? size : 1.0)), zn_splat(0.0), b->z[j]);
    }
    model_balance(b->trial, b->c, zn_splat(0.0), b->w, b->r, b->gross);
    M rests = health_residual(b, &norm) <= zn_splat(HEALTH_REST);
    for (int j = 0; j < NZ; j++) b->z[j] = zn_select(rests, b->trial[j], b->z[j]);
}

/* Put one person's solution where it belongs, with the values of healthy(x) and that person's constants of motion. */
static void health_write(HealthBlock *b, int l, const double *p, double *x, double *s, double *h)
{
    for (int i = 0; i < NX; i++) x[i] = model_start[i];
    for (int j = 0, k = 0; j < NZ; j++)
        if (model_resting[j] >= 0) x[model_resting[j]] = b->z[j][l];
        else s[k++] = b->z[j][l];
    model_healthy(x, p, s, h);
    model_constants(p, s, h, model_neutral, b->q1);
    for (int i = 0; i < NQ; i++) b->q[i][l] = b->q1[i];
    for (int i = 0; i < NX; i++) b->x[i][l] = x[i];
}

/* Lanes where an odd number of real modes of the motion grow faster than gh: the determinant of gh - J has the wrong sign there. */
static M health_odd(HealthBlock *b, double gh)
{
    M odd = zn_splat(0.0) != zn_splat(0.0);
#if HAS_TIME
    model_factor_still(b->x, b->q, zn_splat(0.0), zn_splat(gh), b->w, b->f, b->ft);  /* clocks stand still in health */
#else
    model_factor(b->x, b->q, zn_splat(0.0), zn_splat(gh), b->w, b->f, b->ft);
#endif
    for (int i = 0; i < NX; i++) odd = odd ^ (b->w[model_pivot[i]] < zn_splat(0.0));
    return odd;
}

/* How long the deviation v is, relative to the state, squared; what accumulates does not count. */
static V health_length(const HealthBlock *b)
{
    V sum = zn_splat(0.0);
    for (int j = 0; j < NZ; j++) {
        if (model_resting[j] < 0) continue;
        const V size = zn_abs(b->x[model_resting[j]]);
        const V share = b->v[model_resting[j]] * zn_rcp(zn_select(size > zn_splat(1e-9), size, zn_splat(1.0)));
        sum = sum + share * share;
    }
    return sum;
}

/* Lanes where a deviation grows: v -> (gh + J) (gh - J)^-1 v makes it longer, for ever, exactly where a mode of J grows (Cayley). The
   factors of gh - J are in w. A mode of rate gh/10 ... 10 gh grows 1.2-fold each time or faster; what dies away has no growth to
   show once its turmoil is over. */
static M health_growing(HealthBlock *b, double gh)
{
    V before = zn_splat(0.0);
    for (int n = 0; n < NX; n++) {
        const double kick = 0.5 + (double)((n * 37) % 64) / 64.0;  /* no mode is likely to be missed by all these */
        const V size = zn_abs(b->x[n]);
        b->v[n] = zn_select(size > zn_splat(1e-9), size, zn_splat(1.0)) * zn_splat((n * 29) % 7 < 3 ? kick : -kick);
        b->f[n] = zn_splat(0.0);
    }
    for (int round = 0; round < HEALTH_ROUNDS; round++) {
        if (round == HEALTH_ROUNDS - 16) before = health_length(b);
        model_solve(b->w, b->f, b->v, zn_splat(2.0 * gh), b->next);
        for (int n = 0; n < NX; n++) b->v[n] = b->next[n] - b->v[n];
    }
    const V after = health_length(b);
    return ~((after <= before * zn_splat(HEALTH_GROWTH)) & (after < zn_splat(1e300)));
}

/* Lanes whose balance is not stable: some mode of the motion grows. */
static M health_unstable(HealthBlock *b, M asked)
{
    static const double rates[5] = {50.0, 10.0, 1.0, 0.1, 0.01};  /* 1/day */
    M unstable = asked & health_odd(b, HEALTH_SHIFT);
    for (int k = 0; k < 5 && health_any(asked & ~unstable); k++) {
        unstable = unstable | (asked & health_odd(b, rates[k]));
        if (health_any(asked & ~unstable)) unstable = unstable | (asked & health_growing(b, rates[k]));
    }
    return unstable;
}

/* The other ways to a balance, for the lanes that are searching, of which some have *found* one that is not stable. */
static M health_otherwise(HealthBlock *b, M searching, M found)
{
    health_relax(b, searching);
    M now = health_newton(b, searching), lost = searching & ~found & ~now;
    if (!health_any(lost)) return now;
    for (int j = 0; j < NZ; j++) b->former[j] = b->z[j];
    health_bold(b, lost);
    M bold = health_newton(b, lost) & health_alive(b);
    for (int j = 0; j < NZ; j++) b->z[j] = zn_select(lost & ~bold, b->former[j], b->z[j]);
    return now | bold;
}

static void health_block(HealthBlock *b, int people, const double *parameters, const double *guess, double *state, double *setpoints,
                         double *healthy, double *residual, int32_t *status, int32_t *worst)
{
    for (int l = 0; l < LANES; l++) {
        model_closure_constants(parameters + (int64_t)(l < people ? l : 0) * NP, b->c1);
        for (int i = 0; i < NC; i++) b->c[i][l] = b->c1[i];
    }
    for (int j = 0; j < NZ; j++) b->z[j] = zn_splat(guess ? guess[j] : health_start(j));
    M all = zn_splat(0.0) == zn_splat(0.0), found = health_newton(b, all), unstable = ~all;
    for (int attempt = 0; attempt < 2; attempt++) {
        health_tidy(b);
        for (int l = 0; l < LANES; l++) {
            int64_t at = l < people ? l : 0;
            health_write(b, l, parameters + at * NP, state + at * NX, setpoints + at * NS, healthy + at * NH);
        }
        M wrong = health_unstable(b, found);
        unstable = attempt ? unstable | wrong : wrong;
        M again = ~found | wrong;
        if (attempt || !health_any(again)) break;
        for (int j = 0; j < NZ; j++) b->first[j] = b->z[j];
        M now = health_otherwise(b, again, found);
        for (int j = 0; j < NZ; j++) b->z[j] = zn_select(wrong & ~now, b->first[j], b->z[j]);  /* an unstable balance is better than none */
        unstable = wrong & ~now;
        found = found | now;
    }
    V norm;
    model_balance(b->z, b->c, zn_splat(0.0), b->w, b->r, b->gross);
    V most = health_residual(b, &norm);
    for (int l = 0; l < people; l++) {
        residual[l] = most[l];
        status[l] = !found[l] ? HEALTH_NOT_FOUND : unstable[l] ? HEALTH_UNSTABLE : HEALTH_FOUND;
        worst[l] = 0;
        for (int i = 1; i < NZ; i++) {
            double here = b->r[i][l] / b->gross[i][l], so_far = b->r[worst[l]][l] / b->gross[worst[l]][l];
            if (!((here < 0 ? -here : here) <= (so_far < 0 ? -so_far : so_far)) && so_far == so_far) worst[l] = i;
        }
    }
}

/* Solve everybody's health; see the top of this file.  The arrays are as in `Job`; `guess` may be NULL: the states' usual start. */
EXPORT int zn_health(int64_t persons, const double *parameters, const double *guess, double *state, double *setpoints, double *healthy,
                     double *residual, int32_t *status, int32_t *worst, void *workspace)
{
    HealthBlock *b = workspace;
    for (int64_t first = 0; first < persons; first += LANES) {
        int people = persons - first < LANES ? (int)(persons - first) : LANES;
        health_block(b, people, parameters + first * NP, guess, state + first * NX, setpoints + first * NS, healthy + first * NH,
                     residual + first, status + first, worst + first);
    }
    return 0;
}
