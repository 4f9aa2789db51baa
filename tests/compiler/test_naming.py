"""Which label value stands for a name: the name itself wherever it fits."""

import pytest

from compiler.naming import LABEL, MAX_LABEL, label_value, ownership, selector
from compiler.spec_key import SpecKey

FITTING = ("support", "a", "keda.example.com", "Team_A", "a" * 63)
NOT_FITTING = {
    "Team:A": "Team-A-",
    "system:controller:" + "x" * 80: "system-controller-xxx",
    "a" * 64: "a" * 52 + "-",
    "keda." + "b" * 45 + "..." + "c" * 30: "keda." + "b" * 45 + "-",
    "-begins-with-a-dash": "begins-with-a-dash-",
    ":": "",
    "Jürgen": "J-rgen-",
}


@pytest.mark.parametrize("name", FITTING)
def test_a_name_that_fits_stays_as_it_is(name):
    assert label_value(name) == name


@pytest.mark.parametrize("name", NOT_FITTING)
def test_any_other_name_becomes_a_legal_value_that_still_tells_whose_it_is(name):
    value = label_value(name)
    assert value.startswith(NOT_FITTING[name])
    assert len(value) <= MAX_LABEL
    assert LABEL.match(value)
    assert value == label_value(name)


def test_two_long_names_with_one_beginning_have_two_values():
    assert label_value("a" * 100 + "b") != label_value("a" * 100 + "c")


def test_what_selects_a_workload_is_among_the_labels_of_its_objects():
    key = SpecKey("Agent", "a" * 100)
    assert selector(key).items() <= ownership("acme", "dev", key).items()
