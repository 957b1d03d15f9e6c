"""The query language: what is read, that it is written back the same, and what a mistake says."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search import Query, QuerySyntaxError, Term, parse
from search.values import FIELDS, OPTIONS
from store import Filter, Near


@pytest.mark.parametrize(
    "sentence",
    [
        "It's 3:30, and the dog's asleep.",
        "see http://example.org/a?b=c#d",
        "well-known twenty-one - a dash -- and two",
        'a 12" record (and a player)',
        "Note: a list; one, two & three!",
        "naïve café 日本語 🐕 ¿qué?",
        "tag: is a word here, and folder : too",
        "c^_^ :-) 50% *star* [x] {y} #1 @home \\o/",
        "name of the rose",
    ],
)
def test_an_ordinary_sentence_is_plain_words(sentence: str) -> None:
    assert parse(sentence) == Query((Term("words", sentence),))


def test_plain_words_are_one_text_wherever_they_stand() -> None:
    query = parse('a dog type:png with "a red ball" its leash -grass')
    words = Term("words", "a dog with its leash")
    assert query.terms == (words, Term("phrase", "a red ball"), Term("words", "grass", -1))


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("dog^2", Term("words", "dog", 2)),
        ("-leash", Term("words", "leash", -1)),
        ("-leash^0.25", Term("words", "leash", -0.25)),
        ('"red  ball"^0.5', Term("phrase", "red ball", 0.5)),
        ('-"red ball"', Term("phrase", "red ball", -1)),
        ("“red ball”,", Term("phrase", "red ball")),
        (r'"a \"b\" \\ c"', Term("phrase", r'a "b" \ c')),
        ("like:12", Term("like", "12")),
        ("-like:012^3", Term("like", "12", -3)),
        ("image:a.png", Term("image", "a.png")),
        ('IMAGE:"my dog.png"^2', Term("image", "my dog.png", 2)),
        ("-🐕", Term("words", "🐕", -1)),
    ],
)
def test_a_part_has_its_kind_its_value_and_its_weight(text: str, term: Term) -> None:
    assert parse(text) == Query((term,))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("folder:animals/birds", Filter("folder", "animals/birds")),
        ('-Folder:"my holiday"', Filter("folder", "my holiday", negative=True)),
        ("name:*.png", Filter("name", "*.png")),
        ("type:jpg", Filter("type", "JPEG")),
        ("format:png", Filter("type", "PNG")),
        ("after:2020", Filter("after", datetime(2020, 1, 1))),
        ("before:2020-5", Filter("before", datetime(2020, 5, 1))),
        ("-after:2020-05-17", Filter("after", datetime(2020, 5, 17), negative=True)),
        ("year:1999", Filter("year", 1999)),
        ("width:1000", Filter("width", 1000)),
        ("height:<=20", Filter("height", 20, "<=")),
        ("size:>1.5MB", Filter("size", 1_500_000, ">")),
        ("orientation:Portrait", Filter("orientation", "portrait")),
        ("-tag:cat", Filter("tag", "cat", negative=True)),
        ("near:48.86,-2.35,10", Filter("near", Near(48.86, -2.35, 10))),
    ],
)
def test_a_filter_has_its_field_its_operator_and_its_value(text: str, wanted: Filter) -> None:
    assert parse(text) == Query(filters=(wanted,))


def test_options_say_how_to_show_it_and_the_last_one_counts() -> None:
    query = parse("sort:newest mode:hybrid dupes:show sort:name")
    assert query == Query(sort="name", mode="hybrid", dupes="show")
    assert str(parse("a dog mode:semantic")) == "a dog mode:semantic"  # a collection may be fused


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ('a dog "red ball', 6, "a quote opens and does not close"),
        ("a “red ball", 2, "a quote opens and does not close"),
        ("after:yesterday", 6, "'yesterday' is no date; write 2024, 2024-05 or 2024-05-17"),
        ("cat before:2020-13", 11, "'2020-13' is no date"),
        ("year:20", 5, "'20' is no year"),
        ("width:wide", 6, "'wide' is no number of pixels"),
        ("size:>2XB", 5, "'2XB' is no size of a file"),
        ("orientation:up", 12, "'up' is no orientation; there are landscape, portrait, square"),
        ("near:1,2", 5, "'1,2' is no place; write latitude,longitude,kilometres"),
        ("near:91,0,1", 5, "is no place"),
        ("like:abc", 5, "'abc' is not the id of a picture"),
        ("like:0", 5, "'0' is not the id of a picture"),
        ("sort:up", 5, "'up' is no sort; there are relevance, newest"),
        ("-sort:name", 0, "sort: has no opposite"),
        ('tag:" "', 4, "tag: needs a value"),
        ("dog^0", 3, "a weight of 0 looks for nothing"),
    ],
)
def test_a_mistake_is_pointed_at(text: str, position: int, reason: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        parse(text)
    assert caught.value.position == position
    message = str(caught.value)
    assert reason in message
    assert f"at character {position + 1}: {text[:position]}▶{text[position:]}" in message


PIECES = st.sampled_from(
    ['"', "-", "^", "^2", "^0.5", ":", " ", "\\", "“", "”", "a", "dog", "7", ",", "\n", "é", "🐕"]
    + [f"{name}:" for name in (*FIELDS, *OPTIONS, "like", "image")]
)


@given(st.lists(PIECES).map("".join) | st.text())
@example('“a x” "b”"')
@example("a^2^1 -b^2^1")
def test_whatever_can_be_read_is_written_so_that_it_reads_the_same(text: str) -> None:
    try:
        query = parse(text)
    except QuerySyntaxError as error:
        assert 0 <= error.position <= len(text)
        return
    assert parse(str(query)) == query


WORD = st.from_regex(r"[a-zé][a-zé0-9'-]{0,8}", fullmatch=True)
WEIGHTS = st.integers(1, 99_999).map(lambda thousandths: thousandths / 1000)
SIGNED = st.builds(lambda weight, sign: weight * sign, WEIGHTS, st.sampled_from([1, -1]))
TEXT = st.text(min_size=1).map(lambda text: " ".join(text.split())).filter(bool)
PLAIN = st.lists(WORD, min_size=1, max_size=4).map(lambda words: Term("words", " ".join(words)))
TERMS = st.one_of(
    st.builds(Term, st.just("words"), WORD, SIGNED.filter(lambda weight: weight != 1)),
    st.builds(Term, st.just("phrase"), TEXT, SIGNED),
    st.builds(Term, st.just("image"), TEXT, SIGNED),
    st.builds(Term, st.just("like"), st.integers(1, 2**63 - 1).map(str), SIGNED),
)
NEGATIVE = st.booleans()
FILTERS = st.one_of(
    st.builds(
        Filter, st.sampled_from(["folder", "name", "camera", "tag"]), TEXT, negative=NEGATIVE
    ),
    st.builds(
        Filter,
        st.sampled_from(["width", "height"]),
        st.integers(0, 10**9 - 1),
        st.sampled_from(["=", "<", "<=", ">", ">="]),
        NEGATIVE,
    ),
    st.builds(
        Filter,
        st.sampled_from(["after", "before"]),
        st.dates().map(lambda day: datetime(day.year, day.month, day.day)),
        negative=NEGATIVE,
    ),
    st.builds(
        Filter,
        st.just("near"),
        st.builds(Near, st.floats(-90, 90), st.floats(-180, 180), st.floats(0, 20_000)),
        negative=NEGATIVE,
    ),
)
QUERIES = st.builds(
    lambda plain, terms, filters, *options: Query((*plain, *terms), tuple(filters), *options),
    st.lists(PLAIN, max_size=1),
    st.lists(TERMS, max_size=3),
    st.lists(FILTERS, max_size=3),
    *(st.sampled_from(known) for known in OPTIONS.values()),
)


@given(QUERIES)
def test_every_query_is_read_back_from_its_text(query: Query) -> None:
    assert parse(str(query)) == query


README = Path(__file__).parent.parent.parent / "README.md"


def test_everything_that_the_readme_says_one_can_ask_is_understood() -> None:
    section = README.read_text(encoding="utf-8").split("### What one can ask")[1].split("\n\n")[2]
    rows = [line.split(" | ")[0] for line in section.splitlines()[2:]]
    asked = [text for row in rows for text in re.findall("`([^`]+)`", row)]
    queries = {text: parse(text) for text in asked}
    plain = [one for one in queries if queries[one] == Query((Term("words", one),))]
    assert plain == ["two dogs on a beach"]  # all others hold a part of the language
    named = {one.field for query in queries.values() for one in query.filters}
    assert named == FIELDS.keys() - {"format"}  # which is another name of type
    text = " ".join(asked)
    assert all(f"{option}:" in text for option in OPTIONS)
