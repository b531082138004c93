"""Many arrays handed to compiled code as one address, so that passing them on costs nothing and no owner is counted.

Compiled code reads `w.calls` as Python reads it of a named tuple: where the array lies and how long it is stands in a
small table, which does not change while the code runs.
"""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, intrinsic, lower_getattr_generic, models, register_model
from numba.np.arrayobj import populate_array

from simulator.machine_code import WORDS

WHOLE, SMALL, REAL, BYTE, FLAG = types.int64, types.int32, types.float64, types.uint8, types.boolean


class ArraysType(types.Type):  # type: ignore[misc]
    """Of an address of such a table. fields: the name, the type of what is in it and the dimensions of each array."""

    def __init__(self, name: str, fields: Sequence[tuple[str, Any, int]]) -> None:
        self.fields = {field: types.Array(of, dimensions, "C") for field, of, dimensions in fields}
        self.places = {field: i for i, field in enumerate(self.fields)}
        super().__init__(name=f"Arrays({name})")


@register_model(ArraysType)
class _Address(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, of: ArraysType) -> None:
        super().__init__(manager, of, ir.IntType(64))


@infer_getattr
class _Fields(AttributeTemplate):  # type: ignore[misc]
    key = ArraysType

    def generic_resolve(self, of: ArraysType, name: str) -> Any:
        return of.fields.get(name)


@lower_getattr_generic(ArraysType)
def _read(context: Any, builder: Any, of: ArraysType, address: Any, name: str) -> Any:
    """The array, of which nobody is the owner."""
    array_type, word = of.fields[name], ir.IntType(64)
    table = builder.inttoptr(address, word.as_pointer())
    words = []
    for i in range(1 + array_type.ndim):
        place = ir.Constant(word, of.places[name] * WORDS + i)
        words.append(builder.load(builder.gep(table, [place])))
        words[-1].set_metadata("invariant.load", builder.module.add_metadata([]))
    size = context.get_abi_sizeof(context.get_data_type(array_type.dtype))
    strides = [ir.Constant(word, size)]
    for length in reversed(words[2:]):
        strides.insert(0, builder.mul(strides[0], length))
    array = context.make_array(array_type)(context, builder)
    data = builder.inttoptr(words[0], context.get_data_type(array_type.dtype).as_pointer())
    populate_array(array, data=data, shape=words[1:], strides=strides, itemsize=size, meminfo=None)
    return array._getvalue()  # noqa: SLF001 – numba has no other name for it


def opened(of: ArraysType) -> Any:
    """A function for compiled code: an address → the arrays of this type."""

    @intrinsic
    def at(_context: Any, address: Any) -> Any:
        def same(_context: Any, _builder: Any, _signature: Any, arguments: Any) -> Any:
            return arguments[0]

        return of(address), same

    return at
