"""Special functions under PyTorch's names: `minitorch.special.erfcx` and the others."""

from minitorch.autograd.tensor import FUNCTIONS
from minitorch.ops import bessel, special

SAME = """
    digamma entr erf erfc erfcx erfinv i0 i0e i1 i1e log_ndtr logit ndtr ndtri polygamma sinc
    xlog1py xlogy zeta
"""
GENERAL = "exp2 expm1 log1p log_softmax logsumexp round softmax"

globals().update(bessel.FUNCTIONS)
globals().update({name: getattr(special, name) for name in SAME.split()})
globals().update({name: FUNCTIONS[name] for name in GENERAL.split()})

expit = FUNCTIONS["sigmoid"]
gammainc = special.igamma
gammaincc = special.igammac
gammaln = special.lgamma
multigammaln = special.mvlgamma
psi = special.digamma
