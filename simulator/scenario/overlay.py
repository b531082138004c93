"""One YAML document laid over another: what the upper says goes before what the lower says; both keep their places.

Groups are laid into one another name by name; lists, and groups in which only one thing can be said (a distribution,
when people ring), take the place of what was there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivr.config.problems import Place
from ivr.config.yaml_nodes import Document, Path
from simulator.scenario.fields import SPANS

_NOTHING = object()
EITHER_OR = SPANS | {"per_hour", "per_day", "weekdays", "at_s", "probability", "from", "from_s", "to"}
"""A group that holds one of these says all by itself."""


def laid_over(upper: Document, lower: Document) -> Document:
    """Both in one."""
    laying = _Laying(upper, dict(lower.keys), dict(lower.values))
    data = laying.merged((), upper.data, lower.data)
    return Document(lower.file, data, laying.keys, laying.values, upper.spoiled | lower.spoiled)


@dataclass(slots=True)
class _Laying:
    """The places of what has been laid together."""

    upper: Document
    keys: dict[Path, Place]
    values: dict[Path, Place]

    def merged(self, path: Path, above: Any, below: Any) -> Any:
        """What stands at the path in the end."""
        if not isinstance(above, dict) or not isinstance(below, dict) or EITHER_OR & set(above):
            self._replace(self.keys, self.upper.keys, path)
            self._replace(self.values, self.upper.values, path)
            return above
        whole = dict(below)
        for name, value in above.items():
            inner = (*path, name)
            whole[name] = self.merged(inner, value, below.get(name))
            self.keys[inner] = self.upper.keys.get(inner, self.values[path])
        return whole

    @staticmethod
    def _replace(places: dict[Path, Place], new: Mapping[Path, Place], path: Path) -> None:
        for old in [p for p in places if p[: len(path)] == path]:
            del places[old]
        places.update({p: place for p, place in new.items() if p[: len(path)] == path})


def without(document: Document, names: frozenset[str]) -> Document:
    """The document but for some of its uppermost names."""
    data = {name: value for name, value in document.data.items() if name not in names}
    return Document(document.file, data, document.keys, document.values, document.spoiled)


def moved(document: Document, places: Mapping[Path, Path]) -> Document:
    """A document of parts of another: each path of `places` comes to stand at its new one."""
    data: Any = {}
    keys: dict[Path, Place] = {}
    values: dict[Path, Place] = {(): document.where()}
    spoiled: set[Path] = set()
    for old, new in places.items():
        value = _at(document.data, old)
        if value is _NOTHING:
            continue
        if new == ():
            data = value
        else:
            _put(data, new, value)
        keys |= {(*new, *p[len(old) :]): place for p, place in document.keys.items() if p[: len(old)] == old}
        values |= {(*new, *p[len(old) :]): place for p, place in document.values.items() if p[: len(old)] == old}
        spoiled |= {(*new, *p[len(old) :]) for p in document.spoiled if p[: len(old)] == old}
    return Document(document.file, data, keys, values, frozenset(spoiled))


def _at(data: Any, path: Path) -> Any:
    for name in path:
        if not isinstance(data, dict) or name not in data:
            return _NOTHING
        data = data[name]
    return data


def _put(data: dict[Any, Any], path: Path, value: Any) -> None:
    for name in path[:-1]:
        data = data.setdefault(name, {})
    data[path[-1]] = value
