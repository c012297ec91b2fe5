// CUDA's mathematical functions that C++ has not, to about 1e-13; kernels.py adds them where used.
using std::abs;  // else that of C, which takes int alone
static const double cpu_pi = 3.14159265358979323846;

static inline double erfcinv(double y) {  // Halley's steps from a rational approximation
    if (!(y >= 0 && y <= 2)) return NAN;
    if (y == 0 || y == 2) return y == 0 ? INFINITY : -INFINITY;
    if (y > 1) return -erfcinv(2 - y);
    double t = sqrt(-2 * log(y / 2));
    double x = -0.70711 * ((2.30753 + t * 0.27061) / (1 + t * (0.99229 + t * 0.04481)) - t);
    for (int i = 0; i < 4; ++i) {
        double error = erfc(x) - y;
        x += error / (2 / sqrt(cpu_pi) * exp(-x * x) - x * error);
    }
    return x;
}
static inline double erfinv(double y) {
    if (!(fabs(y) < 1)) return fabs(y) == 1 ? copysign(INFINITY, y) : NAN;
    double x = y > 0.5 ? erfcinv(1 - y) : y < -0.5 ? -erfcinv(1 + y) : y;
    for (int i = 0; i < 6; ++i) x -= (erf(x) - y) / (2 / sqrt(cpu_pi) * exp(-x * x));
    return x;
}
static inline double erfcx(double x) {
    if (x < 25) return exp(x * x) * erfc(x);
    double q = 1 / (2 * x * x);
    return (1 - q * (1 - 3 * q * (1 - 5 * q))) / (x * sqrt(cpu_pi));
}
static inline double normcdf(double x) { return 0.5 * erfc(-x / sqrt(2.0)); }
static inline double normcdfinv(double p) { return -sqrt(2.0) * erfcinv(2 * p); }
static inline double sinpi(double x) { return sin(cpu_pi * fmod(x, 2)); }
static inline double cospi(double x) { return cos(cpu_pi * fmod(x, 2)); }
static inline double cpu_bessel(double x, int order) {  // the power series, all of one sign
    double term = order ? x / 2 : 1, sum = term;
    for (int k = 1; k < 2000 && fabs(term) > 1e-17 * fabs(sum); ++k) {
        term *= x / 2 / k * (x / 2 / (k + order));
        sum += term;
    }
    return sum;
}
static inline double cyl_bessel_i0(double x) { return cpu_bessel(x, 0); }
static inline double cyl_bessel_i1(double x) { return cpu_bessel(x, 1); }
#define CPU_FLOAT(name) \
    static inline float name(float x) { return (float) name((double) x); } \
    static inline float name##f(float x) { return (float) name((double) x); }
CPU_FLOAT(erfcinv) CPU_FLOAT(erfinv) CPU_FLOAT(erfcx) CPU_FLOAT(normcdf) CPU_FLOAT(normcdfinv)
CPU_FLOAT(sinpi) CPU_FLOAT(cospi) CPU_FLOAT(cyl_bessel_i0) CPU_FLOAT(cyl_bessel_i1)
