"""Custom fields as JSON objects."""

import json

import polars as pl

from discovery_app.transforms.custom import CustomFields, json_objects


def test_any_text_survives_as_json():
    texts = ['"', "\\", "a\nb\tc", "\x00\x1f", "ü💥", "{}", "plain", '\\"\\n']

    objects = json_objects({'he"ader\\': pl.Series(texts)}, len(texts))

    assert [json.loads(o)['he"ader\\'] for o in objects] == texts


def test_rows_without_a_value_have_no_object():
    objects = json_objects(
        {"a": pl.Series(["1", None, None]), "b": pl.Series([None, "2", None])}, 3
    )

    assert objects.to_list() == ['{"a": "1"}', '{"b": "2"}', None]


def test_what_is_kept_first_under_a_name_stays():
    custom = CustomFields()
    custom.add("a", pl.Series(["1", None]))
    custom.add("a", pl.Series(["x", "2"]))
    custom.add("empty", pl.Series([None, None], dtype=pl.String))

    assert custom.objects(2).to_list() == ['{"a": "1"}', '{"a": "2"}']
