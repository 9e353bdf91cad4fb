"""What to send: any JSON, and the documented samples with something wrong in them."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any, Final

from hypothesis import strategies as st

from tests.api.records import documented

# Values that mean something here, or to the libraries in between.
_TELLING: Final = (
    *("OPEN", "CLOSED", "open", "Owner", "Has Access", "true", "False", "0", "401"),
    *("2020-12-18 18:47:25", "2020-12-18", "2099-12-31 23:59:59+00:00", "0001-01-01"),
    *("2000-01-01T00:00:00-23:59", "America", "America/New_York", "../UTC", "/", "."),
    *("9" * 5000, "9" * 25, "-1", "1e400", "nan"),
    *("\ud800", "a\x00b", "\u202egate", " \n"),
    *(10**9, 2**63 - 1, -(2**63), 2**64 - 1, 1e308, -1e308, 401, 503, 599.0),
)

# So much nesting reaches every field of every sample.
_MOST_STEPS: Final = 8

any_text: Final = st.text(st.characters(exclude_categories=()), max_size=30)

_scalars: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),  # what a JSON parser here keeps whole
    st.floats(allow_nan=False),
    any_text,
    st.sampled_from(_TELLING),
)

any_json: Final = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(any_text, inner, max_size=4)
    ),
    max_leaves=12,
)


@st.composite
def spoiled(draw: st.DrawFn, sample: Any) -> Any:
    """Draw a sample in which a few values are replaced, gone, or there twice."""
    # In a holder of its own, so that all of it can be replaced as well.
    holder = [deepcopy(sample)]
    for _ in range(draw(st.integers(0, 4))):
        node: Any = holder
        key = 0
        for _ in range(draw(st.integers(0, _MOST_STEPS))):
            if not isinstance(node[key], dict | list) or not node[key]:
                break
            node = node[key]
            key = draw(st.sampled_from(_keys(node)))
        match draw(st.sampled_from(("replace", "remove", "double"))):
            case "replace":
                node[key] = draw(any_json)
            case "remove" if node is not holder:
                del node[key]
            case "double" if isinstance(node, list):
                node.append(deepcopy(node[key]))
            case "double":
                node[draw(any_text)] = deepcopy(node[key])
    return holder[0]


def rewritten(sample: Any) -> st.SearchStrategy[Any]:
    """Return a sample whose shape is right, and any of whose values may be wrong."""
    match sample:
        case dict():
            return st.fixed_dictionaries(
                {key: rewritten(one) for key, one in sample.items()}
            )
        case list():
            return st.tuples(*(rewritten(one) for one in sample)).map(list)
    return st.just(sample) | _scalars


def answers(*names: str) -> st.SearchStrategy[Any]:
    """Return any JSON, and documented samples with something wrong in them."""
    samples = [documented(name) for name in names]
    return st.one_of(
        any_json,
        *(spoiled(sample) for sample in samples),
        *(rewritten(sample) for sample in samples),
    )


def with_secrets(value: Any, keys: Iterable[str], secret: str) -> Any:
    """Return JSON with a secret as the text wherever one of the keys holds text."""
    match value:
        case dict():
            return {
                key: (
                    secret
                    if key in keys and isinstance(one, str)
                    else with_secrets(one, keys, secret)
                )
                for key, one in value.items()
            }
        case list():
            return [with_secrets(one, keys, secret) for one in value]
    return value


def _keys(node: Any) -> list[Any]:
    return list(node) if isinstance(node, dict) else list(range(len(node)))
