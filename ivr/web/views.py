"""What each stream shows, as JSON: worked out once for all who see alike."""

import json
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ivr.web.accounts.viewer import Viewer
from ivr.web.agent_view import agent_view
from ivr.web.board_view import Scene, board_view
from ivr.web.wall_view import wall_view

if TYPE_CHECKING:
    from ivr.web.context import Web

BOARD: Final = "board"
AGENT: Final = "agent"
PUBLIC: Final = "public"
WALL: Final = "wall"
MOVED_MS: Final = 1_000
"""How long what is shown of passing time may stay as it was."""


class _Made(NamedTuple):
    version: int
    second: int
    text: str


class Views:
    """The last view made for each way of seeing. `AT_MOST` ways: whoever they are, so many can watch."""

    AT_MOST: Final = 400

    def __init__(self, web: "Web") -> None:
        self._web = web
        self._made: dict[Hashable, _Made] = {}

    def as_json(self, which: str, viewer: Viewer | None) -> str:
        """What the viewer sees now, as JSON; of the public board there is only one."""
        live = self._web.live
        key = (which, _eyes(viewer))
        version, second = live.version, live.now_ms() // MOVED_MS
        made = self._made.get(key)
        if made is None or (made.version, made.second) != (version, second):
            made = _Made(
                version, second, json.dumps(self._view(which, viewer), ensure_ascii=False, separators=(",", ":"))
            )
            if len(self._made) >= self.AT_MOST:
                self._made.clear()
            self._made[key] = made
        return made.text

    def scene(self) -> Scene:
        """What there is to be seen."""
        web, live = self._web, self._web.live
        return Scene(
            live.board, web.house, live.now_ms(), live.beat.foreseen, live.beat.phones, web.watching.lost_pages()
        )

    def _view(self, which: str, viewer: Viewer | None) -> dict[str, Any]:
        scene = self.scene()
        if which == PUBLIC or viewer is None:
            return wall_view(scene, None)
        if which == WALL:
            return wall_view(scene, viewer)
        if which == AGENT:
            return agent_view(scene.board, scene.house, viewer, scene.now_ms, scene.phones)
        return board_view(scene, viewer)


def _eyes(viewer: Viewer | None) -> Hashable:
    """Everything about a viewer that decides what they see."""
    return viewer and (viewer.queues, viewer.clearances, viewer.roles, viewer.agent)
