"""Capsules of DLPack: arrays on their way from one library to another.

A capsule says on which device its array lies in the struct that it points to, and nowhere else.
https://dmlc.github.io/dlpack/latest/c_api.html
"""

import ctypes

PLACES = {b"dltensor": 8, b"dltensor_versioned": 40}  # bytes of DLPack's structs before a device
name_of = ctypes.PYFUNCTYPE(ctypes.c_char_p, ctypes.py_object)(
    ("PyCapsule_GetName", ctypes.pythonapi)
)
address_of = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)


def is_unread(x):
    """Whether x is a capsule from which no array was made yet."""
    return type(x).__name__ == "PyCapsule" and name_of(x) in PLACES


class Exported:
    """An unread capsule, as libraries expect an array to import."""

    def __init__(self, capsule):
        self.capsule = capsule

    def __dlpack__(self, **settings):
        return self.capsule

    def __dlpack_device__(self):
        name = name_of(self.capsule)
        place = address_of(self.capsule, name) + PLACES[name]
        return tuple((ctypes.c_int32 * 2).from_address(place))
