"""Answers, for each JSON text (a line of JSON itself), what Python makes of it: a list of its compact
form, its repr, its repr with OrderedDict, its indented form as far as it can be written, and why no
further; or a list of the error alone."""
import collections
import io
import json
import sys


def answer(text):
    try:
        value = json.loads(text)
    except Exception as e:
        return [str(e)]
    ordered = json.loads(text, object_pairs_hook=collections.OrderedDict)
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    failure = []
    try:
        json.dump(value, out, indent=4, ensure_ascii=False)
    except Exception as e:
        failure = [str(e)]
    out.flush()
    return [json.dumps(value), repr(value), repr(ordered), out.buffer.getvalue().decode()] + failure


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))))
