"""Bessel and Airy functions and orthogonal polynomials, over NumPy arrays.

`cupy_bessel.py` holds the same names and signatures for the GPU. Near 0 and far from it the
functions are Chebyshev series, as in `numpy_special.py`, times what they behave like there: see
Abramowitz and Stegun, Handbook of Mathematical Functions, 1964, chapters 9 and 10.
"""

import math

import numpy as np

from minitorch.backend.numpy_special import _by_parts, _chebyshev, _in_double

# -------------------------------------------------------------------- modified, of the first kind


@_in_double
def bessel_i0(x):  # NumPy has an `i0`, without PyTorch's dtypes
    """Modified Bessel function of the first kind, of order 0."""
    return _grown(np.abs(x), _i0e)


@_in_double
def i0e(x):
    """exp(-|x|) * bessel_i0(x)."""
    return _i0e(np.abs(x))


@_in_double
def i1(x):
    """Modified Bessel function of the first kind, of order 1."""
    return np.copysign(_grown(np.abs(x), _i1e), x)


@_in_double
def i1e(x):
    """exp(-|x|) * i1(x)."""
    return np.copysign(_i1e(np.abs(x)), x)


def _grown(a, scaled):
    """exp(a) * scaled(a), which may be finite where exp(a) is not; nan at inf, as in PyTorch."""
    root = np.exp(a / 2)
    return root * scaled(a) * root


def _i0e(a):
    return _by_parts(
        a,
        (a <= 8, lambda a: _chebyshev(a / 4 - 1, I0_NEAR)),
        (a > 8, lambda a: _chebyshev(16 / a - 1, I0_FAR) / np.sqrt(a)),
    )


def _i1e(a):
    return _by_parts(
        a,
        (a <= 8, lambda a: a * _chebyshev(a / 4 - 1, I1_NEAR)),
        (a > 8, lambda a: _chebyshev(16 / a - 1, I1_FAR) / np.sqrt(a)),
    )


# -------------------------------------------------------------------- modified, of the second kind


@_in_double
def k0(x):
    """Modified Bessel function of the second kind, of order 0; inf at 0, nan below."""
    return _k0e(x) * np.exp(-x)


@_in_double
def k0e(x):
    """exp(x) * k0(x)."""
    return _k0e(x)


@_in_double
def k1(x):
    """Modified Bessel function of the second kind, of order 1; inf at 0, nan below."""
    return _k1e(x) * np.exp(-x)


@_in_double
def k1e(x):
    """exp(x) * k1(x)."""
    return _k1e(x)


def _k0e(x):
    def near(x):
        smooth = _chebyshev(x * x / 2 - 1, K0_NEAR)
        return np.exp(x) * (smooth - np.log(x / 2) * np.exp(x) * _i0e(x))

    return _from_pole(x, near, K0_FAR)


def _k1e(x):
    def near(x):
        smooth = _chebyshev(x * x / 2 - 1, K1_NEAR)
        return np.exp(x) * (smooth / x + np.log(x / 2) * np.exp(x) * _i1e(x))

    return _from_pole(x, near, K1_FAR)


def _from_pole(x, near, far):
    """inf at 0, the function `near` up to 2, from there on a series over sqrt(x)."""
    return _by_parts(
        x,
        (x == 0, lambda x: np.full_like(x, np.inf)),
        ((x > 0) & (x <= 2), near),
        (x > 2, lambda x: _chebyshev(4 / x - 1, far) / np.sqrt(x)),
    )


# -------------------------------------------------------------------- of the first and second kind


@_in_double
def j0(x):
    """Bessel function of the first kind, of order 0."""
    a = np.abs(x)
    return _by_parts(
        a,
        (a <= 8, lambda a: _chebyshev(a * a / 32 - 1, J0_NEAR)),
        (a > 8, lambda a: _wave(a, P0, Q0, math.pi / 4)),
    )


@_in_double
def j1(x):
    """Bessel function of the first kind, of order 1."""
    a = np.abs(x)
    y = _by_parts(
        a,
        (a <= 8, lambda a: a * _chebyshev(a * a / 32 - 1, J1_NEAR)),
        (a > 8, lambda a: _wave(a, P1, Q1, 3 * math.pi / 4)),
    )
    return np.where(x < 0, -y, y)


@_in_double
def y0(x):
    """Bessel function of the second kind, of order 0; -inf at 0, nan below."""

    def near(x):
        smooth = _chebyshev(x * x / 32 - 1, Y0_NEAR)
        return smooth + 2 / math.pi * np.log(x / 2) * _chebyshev(x * x / 32 - 1, J0_NEAR)

    return _by_parts(
        x,
        (x == 0, lambda x: np.full_like(x, -np.inf)),
        ((x > 0) & (x <= 8), near),
        (x > 8, lambda x: _wave(x, P0, Q0, 3 * math.pi / 4)),
    )


@_in_double
def y1(x):
    """Bessel function of the second kind, of order 1; -inf at 0, nan below."""

    def near(x):
        smooth = x * _chebyshev(x * x / 32 - 1, Y1_NEAR)
        j = x * _chebyshev(x * x / 32 - 1, J1_NEAR)
        return smooth + 2 / math.pi * (np.log(x / 2) * j - 1 / x)

    return _by_parts(
        x,
        (x == 0, lambda x: np.full_like(x, -np.inf)),
        ((x > 0) & (x <= 8), near),
        (x > 8, lambda x: _wave(x, P1, Q1, 5 * math.pi / 4)),
    )


def _wave(a, p, q, phase):
    """sqrt(2 / (pi * a)) * (P * cos(a - phase) - Q * sin(a - phase)); nan at inf."""
    t = 128 / (a * a) - 1
    angle = a - phase
    p, q = _chebyshev(t, p), _chebyshev(t, q) / a
    return np.sqrt(2 / (math.pi * a)) * (p * np.cos(angle) - q * np.sin(angle))


@_in_double
def spherical_j0(x):
    """sin(x) / x; 1 at 0."""
    return np.where(x == 0, 1, np.where(np.isinf(x), 0, np.sin(x) / np.where(x == 0, 1, x)))


@_in_double
def airy_ai(x):
    """Airy's function Ai; nan at inf and -inf."""

    def falling(x):
        root = np.sqrt(x)
        z = 2 / 3 * x * root
        series = _chebyshev(2 * AI_START / z - 1, AI_FAR)
        y = np.exp(-z) / (2 * math.sqrt(math.pi) * np.sqrt(root)) * series
        return np.where(x == np.inf, np.nan, y)

    def waving(x):
        root = np.sqrt(-x)
        z = 2 / 3 * -x * root
        t = 2 * (AI_START / z) ** 2 - 1
        p, q = _chebyshev(t, AI_P), _chebyshev(t, AI_Q) / z
        angle = z - math.pi / 4
        return (p * np.cos(angle) + q * np.sin(angle)) / np.sqrt(math.pi * root)

    return _by_parts(
        x,
        (x < -4, waving),
        ((x >= -4) & (x < 0), lambda x: _chebyshev(x / 2 + 1, AI_LEFT)),
        ((x >= 0) & (x < 4), lambda x: _chebyshev(x / 2 - 1, AI_RIGHT) * np.exp(-4 / 3 * x)),
        (x >= 4, falling),
    )


AI_START = 16 / 3  # 2 / 3 * 4**1.5

# -------------------------------------------------------------------- orthogonal polynomials

# Of each: the polynomial of degree 1, and the next one from k, x, the last and the one before it.
POLYNOMIALS = {
    "chebyshev_polynomial_t": (lambda x: x, lambda k, x, p, q: 2 * x * p - q),
    "chebyshev_polynomial_u": (lambda x: 2 * x, lambda k, x, p, q: 2 * x * p - q),
    "chebyshev_polynomial_v": (lambda x: 2 * x - 1, lambda k, x, p, q: 2 * x * p - q),
    "chebyshev_polynomial_w": (lambda x: 2 * x + 1, lambda k, x, p, q: 2 * x * p - q),
    "hermite_polynomial_h": (lambda x: 2 * x, lambda k, x, p, q: 2 * x * p - 2 * k * q),
    "hermite_polynomial_he": (lambda x: x, lambda k, x, p, q: x * p - k * q),
    "laguerre_polynomial_l": (
        lambda x: 1 - x,
        lambda k, x, p, q: ((2 * k + 1 - x) * p - k * q) / (k + 1),
    ),
    "legendre_polynomial_p": (
        lambda x: x,
        lambda k, x, p, q: ((2 * k + 1) * x * p - k * q) / (k + 1),
    ),
}


# Of Chebyshev's: the polynomial at cos(angle), and its values at 1 and, times (-1)**n, at -1.
CIRCLES = {
    "chebyshev_polynomial_t": (lambda n, a: np.cos(n * a), lambda n: (1, 1)),
    "chebyshev_polynomial_u":
        (lambda n, a: np.sin((n + 1) * a) / np.sin(a), lambda n: (n + 1, n + 1)),
    "chebyshev_polynomial_v":
        (lambda n, a: np.cos((n + 0.5) * a) / np.cos(a / 2), lambda n: (1, 2 * n + 1)),
    "chebyshev_polynomial_w":
        (lambda n, a: np.sin((n + 0.5) * a) / np.sin(a / 2), lambda n: (2 * n + 1, 1)),
}  # fmt: skip
FIXED = {"laguerre_polynomial_l": 0, "legendre_polynomial_p": 1}  # |x| where all are 1 or -1


def orthogonal_polynomial(x, n, kind):
    """The orthogonal polynomial `kind` of degree n at x, by its recurrence; 0 where n < 0."""
    limit = 8 * x.itemsize**2 if kind.startswith("hermite") else np.inf  # nan beyond

    @_in_double
    def evaluate(x, n):
        n = np.where(np.abs(n) < 2.0**63, np.trunc(n), -1)  # what is no int64 is as good as -1
        y = np.where(n > limit, np.nan, np.where(n < 0, 0.0, 1.0))
        known = (n >= 1) & (np.abs(x) == FIXED.get(kind, np.nan))
        y = np.where(known & (x < 0), 1 - 2 * (n % 2), y)
        steps = (n >= 1) & (n <= limit) & ~known
        if kind in CIRCLES:
            far = steps & (n > 8) & (np.abs(x) <= 1)
            y[far] = _on_circle(x[far], n[far], *CIRCLES[kind])
            steps &= ~far
        y[steps] = _recurrence(x[steps], n[steps], *POLYNOMIALS[kind])
        return y

    return np.errstate(all="ignore")(evaluate)(x, n)  # what overflows is nan in the end


def _on_circle(x, n, inside, ends):
    one, minus_one = ends(n)
    y = inside(n, np.arccos(x))
    return np.where(x == 1, one, np.where(x == -1, (1 - 2 * (n % 2)) * minus_one, y))


def _recurrence(x, n, first, following):
    """The polynomials of degree n >= 1; those that are nan are nan from there on."""
    before, last, k = np.ones_like(x), first(x), 1
    y = last.copy()
    while ((n > k) & ~np.isnan(last)).any():
        before, last = last, following(k, x, last, before)
        k += 1
        y = np.where((n == k) | (np.isnan(last) & (n > k)), last, y)
    return y


# -------------------------------------------------------------------- Chebyshev coefficients

I0_NEAR = (
    0.33839763720473803, -0.3046826723431984, 0.17162090152220877, -0.09490109704804764,
    0.04930528423967071, -0.02373741480589947, 0.010546460394594998, -0.004324309995050576,
    0.0016394756169413357, -0.0005763755745385824, 0.00018850288509584165, -5.754195010082104e-05,
    1.6448448070728896e-05, -4.4167383584587505e-06, 1.1173875391201037e-06, -2.670793853940612e-07,
    6.046995022541919e-08, -1.300025009986248e-08, 2.6598237246823866e-09, -5.189795601635263e-10,
    9.675809035373237e-11, -1.726826291441556e-11, 2.95505266312964e-12, -4.856446783111929e-13,
    7.676185498604936e-14, -1.1685332877993451e-14, 1.715391285555133e-15, -2.431279846547955e-16,
    3.3307945188222384e-17, -4.4153416464793395e-18,
)  # fmt: skip
I0_FAR = (
    0.4022452055070544, 0.0033691164782556943, 6.889758346916825e-05, 2.8913705208347567e-06,
    2.0489185894690638e-07, 2.266668990498178e-08, 3.3962320257083865e-09, 4.94060238822497e-10,
    1.1889147107846439e-11, -3.1499165279632416e-11, -1.3215811840447713e-11,
    -1.7941785315068062e-12, 7.180124451383666e-13, 3.8527783827421426e-13, 1.54008621752141e-14,
    -4.150569347287222e-14, -9.554846698828307e-15, 3.8116806693526224e-15, 1.7725601330565263e-15,
    -3.425485619677219e-16, -2.8276239805165836e-16, 3.461222867697461e-17, 4.46562142029676e-17,
    -4.830504485944182e-18, -7.233180487874754e-18,
)  # fmt: skip
I1_NEAR = (
    0.12629359322181682, -0.17641651835783406, 0.1026436586898471, -0.05294598120809499,
    0.024726449030626516, -0.010564084894626197, 0.004156422944312888, -0.0015135724506312532,
    0.0005122859561685758, -0.00016176081582589674, 4.781565107550054e-05, -1.3273163656039436e-05,
    3.4702513081376785e-06, -8.568720264695455e-07, 2.0032947535521353e-07, -4.445059128796328e-08,
    9.381537386495773e-09, -1.8872497517228294e-09, 3.625590281552117e-10, -6.663489723502027e-11,
    1.1736186298890901e-11, -1.9839743977649436e-12, 3.223793365945575e-13, -5.042185504727912e-14,
    7.600684294735408e-15, -1.1055969477353862e-15, 1.5536319577362005e-16, -2.111421214358166e-17,
    2.7779141127610464e-18,
)  # fmt: skip
I1_FAR = (
    0.38928811750914005, -0.009761097491361469, -0.00011058893876262371, -3.882564808877691e-06,
    -2.512236237870209e-07, -2.6314688468895196e-08, -3.835380385964237e-09, -5.589743462196584e-10,
    -1.8974958123505413e-11, 3.2526035830154884e-11, 1.4125807436613782e-11, 2.0356285441470896e-12,
    -7.198551776245908e-13, -4.0835511110921974e-13, -2.1015418427726643e-14, 4.272440016711951e-14,
    1.0420276984128802e-14, -3.8144030724370075e-15, -1.8803547755107825e-15,
    3.3082023109209285e-16, 2.96262899764595e-16, -3.209525921993424e-17, -4.6503053684893586e-17,
    4.414348323071708e-18, 7.517296310842105e-18,
)  # fmt: skip
J0_NEAR = (
    0.15772797147489012, -0.008723442352852221, 0.2651786132033368, -0.37009499387264977,
    0.15806710233209725, -0.034893769411408884, 0.004819180069467605, -0.00046062616620627504,
    3.246032882100508e-05, -1.7619469077621507e-06, 7.608163592418782e-08, -2.679253530557673e-09,
    7.848696314479465e-11, -1.9438346867370164e-12, 4.125320595634374e-14, -7.588508125447546e-16,
    1.2218515873961411e-17,
)  # fmt: skip
J1_NEAR = (
    0.08104484632565812, -0.1489751450676521, 0.1609992623572097, -0.08268049176681791,
    0.022213639654966037, -0.003646940600769276, 0.0004050337728354822, -3.255554866857259e-05,
    1.9858774049915165e-06, -9.521984756750436e-08, 3.687133759097148e-09, -1.178026622695885e-10,
    3.160154580348003e-12, -7.221755239651773e-14, 1.4232144003513942e-15, -2.4441972916190464e-17,
)  # fmt: skip
Y0_NEAR = (
    0.03645469809116044, -0.2783237094075825, 0.2960499990207148, 0.09825508408187864,
    -0.10755155280627783, 0.031799074084414514, -0.005161397105810715, 0.0005498525320039012,
    -4.1996983149420134e-05, 2.4290361107923793e-06, -1.1049969793472957e-07, 4.06651736597911e-09,
    -1.2374148898289854e-10, 3.1685725528945945e-12, -6.926956032431002e-14, 1.3086308625876684e-15,
    -2.1586201986914482e-17,
)  # fmt: skip
Y1_NEAR = (
    0.038300769852423776, -0.08182561412732826, -0.0248677076121964, 0.047967452752746984,
    -0.01852588451089802, 0.003680607687823511, -0.0004627254060293369, 4.06940026958087e-05,
    -2.6617695125295625e-06, 1.350602691325434e-07, -5.483524110336276e-09, 1.8245086841229007e-10,
    -5.070666636591129e-12, 1.1956162517587948e-13, -2.423162442712473e-15, 4.268126513072962e-17,
)  # fmt: skip
P0 = (
    0.9994603493475187, -0.0005365220468132117, 3.0751847875194745e-06, -5.1705945376060975e-08,
    1.6306464635151382e-09, -7.86409137723707e-11, 5.168262387349193e-12, -4.3045788699253914e-13,
    4.3265957431549404e-14, -5.069034095935236e-15, 6.748072215733873e-16, -1.0011513723467786e-16,
    1.6305919233744186e-17,
)  # fmt: skip
Q0 = (
    -0.12444683684269607, 0.0005470815954089319, -5.9315987288485175e-06, 1.4377965798375193e-07,
    -5.817532749493056e-09, 3.376097523734991e-10, -2.565397936797308e-11, 2.404916100281365e-12,
    -2.6690625482579414e-13, 3.4041800321963686e-14, -4.87994410531204e-15, 7.729703176242605e-16,
    -1.3348852171502517e-16, 2.4865952389390515e-17, -4.952892629886516e-18,
)  # fmt: skip
P1 = (
    1.0009030408600137, 0.0008989898330859408, -3.987284300488908e-06, 6.177633960644299e-08,
    -1.8718907491063067e-09, 8.816898659582339e-11, -5.704863640395645e-12, 4.699195515230542e-13,
    -4.6842237839904895e-14, 5.452674896044717e-15, -7.221180842274018e-16, 1.0667689114335412e-16,
    -1.7312313216116335e-17,
)  # fmt: skip
Q1 = (
    0.3742222965562826, -0.0007702178839325664, 7.3108922063643636e-06, -1.676782510726674e-07,
    6.583354662120443e-09, -3.749090950541556e-10, 2.8121750359748866e-11, -2.61145253946232e-12,
    2.8774212663332235e-13, -3.649001916061838e-14, 5.206626366226707e-15, -8.215318025458595e-16,
    1.4141084390211833e-16, -2.626761589838529e-17, 5.2192649196714085e-18,
)  # fmt: skip
K0_NEAR = (
    -0.2676636966169514, 0.3442898999246285, 0.0359799365153615, 0.001264615411446926,
    2.286212103119452e-05, 2.5347910790261494e-07, 1.904516377220209e-09, 1.0349695257633625e-11,
    4.2598161427910826e-14, 1.3744654358807508e-16,
)  # fmt: skip
K1_NEAR = (
    0.7626501136694739, -0.3531559607765449, -0.12261118082265715, -0.006975723859639864,
    -0.0001730288957513052, -2.4334061415659684e-06, -2.213387630734726e-08,
    -1.4114883926335278e-10, -6.666901694199329e-13, -2.427449850519366e-15,
)  # fmt: skip
K0_FAR = (
    1.2201515410329777, -0.0314481013119645, 0.0015698838857300533, -0.00012849549581627802,
    1.39498137188765e-05, -1.8317555227191195e-06, 2.766813639445015e-07, -4.660489897687948e-08,
    8.574034017414225e-09, -1.6975345093890614e-09, 3.5773972814003283e-10, -7.957489244477396e-11,
    1.8559491149549264e-11, -4.514597883374519e-12, 1.1403405882073441e-12, -2.9800969231481784e-13,
    8.032890775068375e-14, -2.2275133267462965e-14, 6.340076476276646e-15, -1.848593377920907e-15,
    5.5120559994043335e-16, -1.6782311257549006e-16, 5.2103917776435543e-17,
    -1.6475805939842632e-17,
)  # fmt: skip
K1_FAR = (
    1.3603130952422213, 0.10392373657681724, -0.002857816859622779, 0.00019521551847135162,
    -1.936197974166083e-05, 2.406484947837217e-06, -3.5019606030878126e-07, 5.7410841254500495e-08,
    -1.0345762465678097e-08, 2.0150497551970347e-09, -4.1903547593419254e-10, 9.218315187605315e-11,
    -2.129967838427791e-11, 5.139639673482343e-12, -1.2891739609498229e-12, 3.348419666052243e-13,
    -8.976705182010146e-14, 2.4771544242195988e-14, -7.0198370892147685e-15, 2.038703166239861e-15,
    -6.057047270643018e-16, 1.8380935752430455e-16, -5.689462849193648e-17, 1.7940510478863572e-17,
)  # fmt: skip
AI_FAR = (
    0.9939156471208415, -0.005951682172853521, 0.0001274938119525643, -4.894874499654238e-06,
    2.6272119491152297e-07, -1.773298261745699e-08, 1.42042295392101e-09, -1.302155351703022e-10,
    1.3330073810572014e-11, -1.4970901449937875e-12, 1.8203436185566892e-13, -2.371883033299006e-14,
    3.2849509195621373e-15, -4.803859779328941e-16, 7.3775022574558e-17, -1.1844121511715052e-17,
)  # fmt: skip
AI_RIGHT = (
    0.3831560569275298, -0.10168701678125631, -0.11318619550590008, 0.02481072343413301,
    0.006193017394201397, -0.0021899676658143196, -9.606483233211048e-05, 0.00010236896905228578,
    -5.770702142927916e-06, -2.7717456629218034e-06, 3.9687488469176065e-07, 3.805202953860431e-08,
    -1.2110623133798993e-08, 1.332060416444586e-10, 2.221470002171447e-10, -1.849973056081472e-11,
    -2.326222686818118e-12, 4.4311765524267117e-13, 3.129175823560608e-15, -6.1267286228516875e-15,
    3.584420713348046e-16, 4.982158821362271e-17, -7.13037457867285e-18,
)  # fmt: skip
AI_P = (
    0.9993708890742778, -0.0006216836584374116, 7.181193774368645e-06, -2.316269813501758e-07,
    1.3216283888528755e-08, -1.0938736172758127e-09, 1.1794620737908535e-10,
    -1.5518841909929856e-11, 2.386927411492466e-12, -4.16552889201035e-13, 8.071678110741467e-14,
    -1.708757321110567e-14, 3.902945148540815e-15, -9.523976784907064e-16, 2.4632810885752603e-16,
    -6.709077463464858e-17, 1.913939683718707e-17,
)  # fmt: skip
AI_Q = (
    0.06882170556308001, -0.0006089151840832694, 1.3174151014089972e-05, -6.014071912908298e-07,
    4.327537342298499e-08, -4.247731732954726e-09, 5.232285376834493e-10, -7.672290975115024e-11,
    1.2923809452698712e-11, -2.43852975710829e-12, 5.059047237872084e-13, -1.1378513792256329e-13,
    2.7441377308322258e-14, -7.03448211263258e-15, 1.9032114367198917e-15, -5.403040541409308e-16,
    1.6016711026585234e-16, -4.9375274403528065e-17, 1.5773435797781153e-17, -5.206129581838458e-18,
    1.7706787947400156e-18,
)  # fmt: skip
AI_LEFT = (
    0.11447758651998736, 0.42127788420449913, -0.027734597101387943, -0.23365796110601145,
    0.06939559564577408, 0.024461772007139792, -0.014766437693581868, 0.0008023889779525898,
    0.0010230295738488458, -0.0002514931206909262, -1.2152476924968542e-05, 1.4468912917662048e-05,
    -1.865453687423982e-06, -2.599357801871398e-07, 1.0341710658801066e-07, -6.957126687005273e-09,
    -1.951709352397157e-09, 4.440109838536824e-10, -1.1398870033140025e-11, -8.370115586923187e-12,
    1.2611082165186202e-12, 1.0125908288303646e-14, -2.379952365410891e-14, 2.5144316602653423e-15,
    1.0116342805635523e-16, -4.852103290649533e-17,
)  # fmt: skip
