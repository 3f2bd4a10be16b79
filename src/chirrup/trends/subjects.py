"""What of a post may trend: its hashtags and its links, each in one form for all its spellings."""

from collections.abc import Sequence
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from chirrup.posts.text import Entity, fold_tag
from chirrup.trends.models import LONGEST_SUBJECT

MOST_OF_POST = 5
"""Of more hashtags and links in one post, only the first count."""
_TRACKING = frozenset(
    "fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid twclid ttclid igshid igsh li_fat_id mc_cid mc_eid"
    " mkt_tok _hsenc _hsmi __hssc __hstc __hsfp hsctatracking vero_id vero_conv oly_anon_id oly_enc_id wickedid"
    " rb_clickid s_cid ref_src ref_url cmpid ncid spm scm guccounter guce_referrer guce_referrer_sig si".split()
)
_TRACKING_FAMILIES = ("utm_", "pk_", "mtm_", "piwik_", "matomo_", "stm_", "hsa_")
_PORTS = {"http": 80, "https": 443}


def subjects_of(entities: Sequence[Entity], own_host: str) -> dict[str, str]:
    """Return what of a post counts, each with its spelling there; links to the instance itself do not."""
    found: dict[str, str] = {}
    for entity in entities:
        if entity.type == "hashtag":
            found.setdefault("#" + fold_tag(entity.value), entity.value)
        elif entity.type == "link" and (link := link_of(entity.value)) and link.partition("/")[0] != own_host:
            found.setdefault(link, without_tracking(entity.value))
    fitting = [subject for subject in found if len(subject) <= LONGEST_SUBJECT]
    return {subject: found[subject] for subject in fitting[:MOST_OF_POST]}


def link_of(address: str) -> str | None:
    """Return what the addresses of one page have in common: host and path, and of the query what is not for tracking.

    None where that cannot be told.
    """
    parts = _split(address)
    if parts is None or not parts.hostname:
        return None
    host = _ascii(parts.hostname).removeprefix("www.").rstrip(".")
    if parts.port and parts.port != _PORTS.get(parts.scheme):
        host = f"{host}:{parts.port}"
    query = urlencode(sorted(_told(parts.query)))
    return host + parts.path.rstrip("/") + (f"?{query}" if query else "")


def without_tracking(address: str) -> str:
    """Return an address without what is in it for tracking, and without its fragment."""
    parts = _split(address)
    if parts is None:
        return address
    told = _told(parts.query)
    query = parts.query if len(told) == len(parse_qsl(parts.query, keep_blank_values=True)) else urlencode(told)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _told(query: str) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True)
        if name.lower() not in _TRACKING and not name.lower().startswith(_TRACKING_FAMILIES)
    ]


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        # reading it is what finds a port that is none
        _ = parts.port
    except ValueError:
        return None
    return parts


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host
