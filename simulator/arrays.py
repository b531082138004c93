"""Many arrays handed to compiled code as one address, so that passing them on costs nothing and no owner is counted.

Compiled code reads `w.calls` as Python reads it of a named tuple: where the array lies and how long it is stands in a
small table, which does not change while the code runs. Indices count from the beginning only: to ask of each whether it
is negative, and counts from the end, takes more than a tenth of all time.
"""

import operator
from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, intrinsic, lower_builtin, lower_getattr_generic, models, register_model
from numba.np import arrayobj

from simulator.machine_code import WORDS

_KINDS: Any = types
WHOLE, SMALL, REAL, BYTE, FLAG = types.int64, types.int32, types.float64, types.uint8, types.boolean
BITS = types.uint64


class FromZero(types.Array):  # type: ignore[misc]
    """An array that has no negative index."""

    def __init__(self, of: Any, dimensions: int, layout: Any) -> None:
        super().__init__(of, dimensions, layout, name=f"FromZero({of}, {dimensions}, {layout})")

    def copy(self, dtype: Any = None, ndim: Any = None, layout: Any = None, readonly: Any = None) -> "FromZero":
        """Of a part of it."""
        assert not readonly, "all of ours may be written"  # noqa: S101 - numba asks, while it compiles
        return FromZero(dtype or self.dtype, self.ndim if ndim is None else ndim, layout or self.layout)


@register_model(FromZero)
class _AsAnyArray(models.ArrayModel):  # type: ignore[misc]
    pass


def _from_zero(context: Any, builder: Any, kind: Any, index: Any) -> tuple[Any, Any]:
    """The index as numba takes it for one that cannot be negative; a slice as it is."""
    if isinstance(kind, _KINDS.Integer):
        return types.uintp, context.cast(builder, index, kind, types.intp)
    if isinstance(kind, _KINDS.BaseTuple):
        each = zip(kind.types, cgutils.unpack_tuple(builder, index, len(kind)), strict=True)
        kinds, indices = zip(*(_from_zero(context, builder, one, at) for one, at in each), strict=True)
        kind = types.Tuple(kinds)
        return kind, context.make_tuple(builder, kind, indices)
    return kind, index


@lower_builtin(operator.getitem, FromZero, types.Integer)
@lower_builtin(operator.getitem, FromZero, types.BaseTuple)
def _get(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    kind, index = _from_zero(context, builder, signature.args[1], arguments[1])
    get = arrayobj.getitem_array_tuple if isinstance(kind, types.BaseTuple) else arrayobj.getitem_arraynd_intp
    return get(context, builder, signature.replace(args=(signature.args[0], kind)), (arguments[0], index))


@lower_builtin(operator.setitem, FromZero, types.Integer, types.Any)
@lower_builtin(operator.setitem, FromZero, types.BaseTuple, types.Any)
def _set(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    kind, index = _from_zero(context, builder, signature.args[1], arguments[1])
    kinds = (signature.args[0], kind, signature.args[2])
    return arrayobj.setitem_array(context, builder, signature.replace(args=kinds), (arguments[0], index, arguments[2]))


class ArraysType(types.Type):  # type: ignore[misc]
    """Of an address of such a table. fields: the name, the type of what is in it and the dimensions of each array."""

    def __init__(self, name: str, fields: Sequence[tuple[str, Any, int]]) -> None:
        self.fields = {field: FromZero(of, dimensions, "C") for field, of, dimensions in fields}
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
    arrayobj.populate_array(array, data=data, shape=words[1:], strides=strides, itemsize=size, meminfo=None)
    return array._getvalue()  # noqa: SLF001 – numba has no other name for it


def opened(of: ArraysType) -> Any:
    """A function for compiled code: an address → the arrays of this type."""

    @intrinsic
    def at(_context: Any, address: Any) -> Any:
        def same(_context: Any, _builder: Any, _signature: Any, arguments: Any) -> Any:
            return arguments[0]

        return of(address), same

    return at
