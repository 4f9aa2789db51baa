"""What an unknown word was meant to be: a guess for a person, and a certainty for a machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.suggestion import did_you_mean, listed, misspelt, nearest

FIELDS = ("facades", "framework", "prompts", "models", "runtime", "media", "session")

GUESSES = [
    ("facade", FIELDS, "facades"),
    ("runtim", FIELDS, "runtime"),
    ("cluade", ("claude", "clause"), "claude"),
    ("1.4.1", ("1.4.0", "2.0.0"), "1.4.0"),
    ("xyz", FIELDS, ""),
    ("abc", (), ""),
    ("ab", ("abd", "abc"), "abc"),
]


@pytest.mark.parametrize(("word", "known", "expected"), GUESSES)
def test_the_nearest_word_is_suggested(word: str, known: tuple[str, ...], expected: str) -> None:
    assert nearest(word, known) == expected
    assert did_you_mean(word, iter(known)) == (f"did you mean {expected}?" if expected else "")


@given(st.text("abc", min_size=1, max_size=5), st.lists(st.text("abc", min_size=1, max_size=5)))
def test_the_order_of_the_known_words_does_not_matter(word: str, known: list[str]) -> None:
    assert nearest(word, known) == nearest(word, sorted(known)) == nearest(word, reversed(known))
    assert misspelt(word, known) == misspelt(word, sorted(known))


CERTAIN = [
    ("facade", FIELDS, "facades"),
    ("facadess", FIELDS, "facades"),
    ("prmopts", FIELDS, "prompts"),
    ("Prompts", FIELDS, "prompts"),
    ("team-c", ("team-a",), ""),  # another letter: perhaps another team
    ("gpt-5", ("gpt-4",), ""),  # another digit
    ("gpt-45", ("gpt-4",), ""),
    ("requestss", ("requests", "request"), ""),  # several are near
    ("cp", ("cpu",), ""),  # too short to tell
    ("rntm", FIELDS, ""),  # too far
    ("prompts", (), ""),
]


@pytest.mark.parametrize(("word", "known", "expected"), CERTAIN)
def test_only_a_slip_of_the_keyboard_is_certain(word: str, known: tuple[str, ...], expected: str) -> None:
    assert misspelt(word, known) == expected


def test_long_lists_are_cut() -> None:
    assert listed(["b", "a"]) == "a, b"
    assert listed([]) == "none"
    assert listed([f"{number:02}" for number in range(14)]).endswith("10, 11 and 2 more")
