"""The in-place forms of the families that load late."""

from minitorch.autograd.overlap import require_disjoint
from minitorch.autograd.tensor import Tensor, function
from minitorch.methods.inplace import filling, in_place
from minitorch.ops import scan, scatter, special, statistics, trigonometry

FORMS = {
    scan: "cumprod cumsum",
    special: "digamma erf erfc erfinv i0 igamma igammac lgamma logit mvlgamma sinc xlogy",
    statistics: "renorm",
    trigonometry: """
        acos acosh arccos arccosh arcsin arcsinh arctan arctan2 arctanh asin asinh atan atan2 atanh
        cos cosh deg2rad hypot rad2deg sin sinh tan
    """,
}
SCATTERED = """
    index_add index_copy index_reduce masked_scatter put scatter scatter_add scatter_reduce
"""
ALSO_FUNCTIONS = """
    acos acosh arccos arccosh arcsin arcsinh arctan arctanh asin asinh atan atanh cos cosh
    deg2rad erf erfc i0 logit rad2deg sin sinc sinh tan xlogy
"""

for module, names in FORMS.items():
    for name in names.split():
        in_place(f"{name}_", getattr(module, name))
for name in SCATTERED.split():
    in_place(f"{name}_", getattr(scatter, name), require_disjoint)
filling("index_fill_", scatter.index_fill, require_disjoint)
for name in ALSO_FUNCTIONS.split():
    function(getattr(Tensor, f"{name}_"))
