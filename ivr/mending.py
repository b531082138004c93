"""No caller ever meets a missing sound, in any language: what stands in for it lies on disk before calls are taken.

Two rules. A prompt that a language lacks is heard in the language of the house. And what that one lacks is a tone.
"""

import shutil
from collections.abc import Iterable

import structlog

from ivr.config.house import House
from ivr.config.site import Site
from ivr.prompts import install_replacements, verify
from ivr.sound_files import RATES_HZ, is_prompt_id, sound_path
from ivr.spoken_names import unheard
from queues.ids import PromptId

log = structlog.get_logger()


def mend(site: Site, house: House) -> None:
    """Every prompt can be heard in every language that a call can be in; what had to be mended is said."""
    prompts = house.prompts
    _with_tones(site, verify(site.sounds_dir, prompts, house.language), house.language)
    _with_tones(site, unheard(site.sounds_dir, house.language, house.spoken_names), house.language)
    for language in house.languages:
        if language != house.language:
            names = unheard(site.sounds_dir, language, house.spoken_names)
            missing = verify(site.sounds_dir, prompts, language) | names
            lent = _lend(site, missing, house.language, language)
            if lent:
                log.info("prompts_in_another_language", language=language, prompts=sorted(lent))
            _with_tones(site, missing - lent, language)


def _lend(site: Site, prompts: Iterable[PromptId], from_language: str, to: str) -> frozenset[PromptId]:
    """These are now heard in the other language; those that could not be copied are not among them."""
    lent = set()
    for prompt in filter(is_prompt_id, prompts):
        try:
            for ending in RATES_HZ:
                source = sound_path(site.sounds_dir, from_language, prompt, ending)
                target = sound_path(site.sounds_dir, to, prompt, ending)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.unlink(missing_ok=True)
                if source.exists():
                    shutil.copyfile(source, target)
                    lent.add(prompt)
        except OSError as error:
            log.error("prompt_not_lent", prompt=prompt, because=str(error))  # noqa: TRY400 - the text says it
            lent.discard(prompt)
    return frozenset(lent)


def _with_tones(site: Site, broken: frozenset[PromptId], language: str) -> None:
    if broken:
        log.error("prompts_broken", language=language, prompts=sorted(broken))
        if silent := install_replacements(site.sounds_dir, broken, language):
            log.critical("prompts_silent", language=language, prompts=sorted(silent))
