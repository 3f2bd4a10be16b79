"""Which language a post is written in."""

from collections.abc import Mapping
from typing import Any

import whatlang

from chirrup.posts.models import PostRow

_SHORTEST = 20
_SURE = 0.4
# ISO 639-3, as the detector says it, to the two letters of ISO 639-1
_CODES: Mapping[str, str] = dict(
    pair.split(":")
    for pair in (
        "afr:af aka:ak amh:am ara:ar aze:az bel:be ben:bn bul:bg cat:ca ces:cs cmn:zh cym:cy dan:da deu:de ell:el"
        " eng:en epo:eo est:et fin:fi fra:fr guj:gu heb:he hin:hi hrv:hr hun:hu hye:hy ind:id ita:it jav:jv jpn:ja"
        " kan:kn kat:ka khm:km kor:ko lat:la lav:lv lit:lt mal:ml mar:mr mkd:mk mya:my nep:ne nld:nl nob:no ori:or"
        " pan:pa pes:fa pol:pl por:pt ron:ro rus:ru sin:si slk:sk slv:sl sna:sn spa:es srp:sr swe:sv tam:ta tel:te"
        " tgl:tl tha:th tuk:tk tur:tr ukr:uk urd:ur uzb:uz vie:vi yid:yi zul:zu"
    ).split()
)


def language_of(post: PostRow) -> str | None:
    """Return the language of a post's own words as a code of ISO 639-1; None where it cannot be told.

    Links, mentions and hashtags are in no language.
    """
    pieces, end = [], 0
    for entity in post.entities:
        pieces.append(post.text[end : entity.start])
        end = entity.end
    text = "".join([*pieces, post.text[end:]]).strip()
    # the stubs of the library leave out what its answer has
    found: Any = whatlang.detect(text) if text else None
    if found is None or not (found.is_reliable or (len(text) >= _SHORTEST and found.confidence >= _SURE)):
        return None
    return _CODES.get(found.lang)
