/* The logarithm of a float64 number, and the quantile of the normal distribution. */
#include "floats.h"

/* Like log4, with the series of artanh to its eleventh term: within 4e-16. x is positive and not denormal. */
double log_double(double x) {
    union {
        double value;
        unsigned long long bits;
    } m = {x};
    long long exponent = (long long)(m.bits - 0x3fe6a09e667f3bcdULL) >> 52; /* of sqrt(1/2) */
    m.bits -= (unsigned long long)exponent << 52;
    double s = (m.value - 1.0) / (m.value + 1.0), square = s * s, sum = 0.0;
    for (int k = 21; k >= 3; k -= 2) sum = (sum + 1.0 / k) * square;
    return exponent * 0.6931471805599453094 + 2.0 * s * (1.0 + sum);
}

static double ratio(const double *above, const double *below, double x) {
    double p = above[7], q = below[7];
    for (int k = 6; k >= 0; k--) p = p * x + above[k], q = q * x + below[k];
    return p / q;
}

/* Algorithm AS 241 of Wichura 1988 (Applied Statistics 37): about 1 part in 10^16; probability in (0, 1). */
double normal_quantile(double probability) {
    static const double middle[2][8] = {
        {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
         4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3},
        {1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
         2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3}};
    static const double side[2][8] = {
        {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
         3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
         2.27238449892691845833e-2, 7.74545014278341407640e-4},
        {1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
         1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
         1.05075007164441684324e-9}};
    static const double tail[2][8] = {
        {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
         2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
         2.71155556874348757815e-5, 2.01033439929228813265e-7},
        {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
         7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
         2.04426310338993978564e-15}};
    double q = probability - 0.5, r;
    if (q <= 0.425 && q >= -0.425) return q * ratio(middle[0], middle[1], 0.180625 - q * q);
    r = __builtin_sqrt(-log_double(q < 0 ? probability : 1.0 - probability));
    r = r <= 5.0 ? ratio(side[0], side[1], r - 1.6) : ratio(tail[0], tail[1], r - 5.0);
    return q < 0 ? -r : r;
}
