"""The families of operations that load at the first use of one: half of them all."""

from importlib import import_module

from minitorch.autograd.op import TENSOR_FUNCTIONS
from minitorch.autograd.tensor import METHODS as LOADED
from minitorch.autograd.tensor import PENDING, Tensor

LATER = (  # of functions that tensors do not have as methods: 5 of the 25 ms of an import
    "activation_forms", "adaptive_pool", "average_pool", "conv", "copies", "distance", "dropout",
    "einsum", "embedding", "fold", "grid", "implicit", "low_rank", "norm", "pad", "pairwise",
    "pool", "recurrent", "segments", "transposed_conv", "windows",
)  # fmt: skip
METHODS = {  # families that have methods: another 4 ms
    "methods.late_forms": """
        acos_ acosh_ arccos_ arccosh_ arcsin_ arcsinh_ arctan2_ arctan_ arctanh_ asin_ asinh_ atan2_
        atan_ atanh_ cos_ cosh_ cumprod_ cumsum_ deg2rad_ digamma_ erf_ erfc_ erfinv_ hypot_ i0_
        igamma_ igammac_ index_add_ index_copy_ index_fill_ index_reduce_ lgamma_ logit_
        masked_scatter_ mvlgamma_ put_ rad2deg_ renorm_ scatter_ scatter_add_ scatter_reduce_ sin_
        sinc_ sinh_ tan_ xlogy_
    """,
    "methods.legacy": "eig lstsq new solve symeig type",
    "methods.memory": "set_ storage storage_type untyped_storage",
    "ops.decompose": "cholesky geqrf lu qr svd",
    "ops.draws": """
        bernoulli bernoulli_ cauchy_ exponential_ geometric_ log_normal_ multinomial normal_ random_
        uniform_
    """,
    "ops.histogram": "bincount histc histogram",
    "ops.least_squares": "lu_solve orgqr ormqr pinverse",
    "ops.matrix_functions": "matrix_exp matrix_power",
    "ops.norms": "norm",
    "ops.orders": "kthvalue median mode nanmedian nanquantile quantile",
    "ops.scan": "cummax cummin cumprod cumsum diff logcumsumexp",
    "ops.scatter": """
        index_add index_copy index_fill index_reduce masked_scatter put scatter scatter_add
        scatter_reduce
    """,
    "ops.solve": "cholesky_inverse cholesky_solve det inverse logdet slogdet triangular_solve",
    "ops.sort": "argsort msort sort topk unique unique_consecutive",
    "ops.special": """
        digamma erf erfc erfinv i0 igamma igammac lgamma logit mvlgamma polygamma polygamma_ sinc
        xlogy
    """,
    "ops.statistics": "corrcoef cov dist renorm",
    "ops.strides": "new_empty_strided",
    "ops.sums_of_products": "cross inner kron trace",
    "ops.trigonometry": """
        acos acosh angle arccos arccosh arcsin arcsinh arctan arctan2 arctanh asin asinh atan atan2
        atanh cos cosh deg2rad hypot rad2deg sin sinh tan
    """,
}


class Later:
    """Stands in Tensor for a method until its first use, which loads the module that has it."""

    def __init__(self, module, name):
        self.module = module
        self.name = name

    def __get__(self, tensor, kind):
        import_module(self.module)
        if vars(Tensor).get(self.name) is self:  # a program put it back after its own method
            setattr(Tensor, self.name, LOADED[self.name])
        return getattr(kind if tensor is None else tensor, self.name)


for module, names in METHODS.items():
    for name in names.split():
        PENDING[name] = Later(f"minitorch.{module}", name)
        setattr(Tensor, name, PENDING[name])


def load():
    """Register the operations of all families."""
    for module in (*METHODS, *(f"ops.{family}" for family in LATER)):
        import_module(f"minitorch.{module}")


def load_for_bodies(name):
    """What the body of an operation that is read on Tensors asks `namespace` for."""
    load()
    vars(TENSOR_FUNCTIONS).pop("__getattr__", None)
    return getattr(TENSOR_FUNCTIONS, name)


vars(TENSOR_FUNCTIONS)["__getattr__"] = load_for_bodies
