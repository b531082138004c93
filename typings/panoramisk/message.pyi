from collections.abc import Mapping

from panoramisk.utils import CaseInsensitiveDict

class Message(CaseInsensitiveDict):
    def __init__(self, headers: Mapping[str, str], content: str = ...) -> None: ...
    @property
    def success(self) -> bool: ...
