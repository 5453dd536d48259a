"""Answers what jmespath.py makes of expressions, one line of JSON for each line of JSON.

    {"expression": TEXT, "document": TEXT}   ->   {"refused": TEXT}  the expression does not compile
                                                  {"error": TEXT}    the search fails
                                                  {"result": TEXT}   its result, as json.dumps writes it

With a file of cases as argument it writes a table of cases and answers instead.
"""
import json
import re
import sys

import jmespath

if jmespath.__version__ != "1.1.0":
    sys.exit("this needs jmespath 1.1.0, not " + jmespath.__version__)


def unknown(value):
    raise TypeError("Encountered unrecognized type in JSON encoder.")


def text(error):
    return re.sub(r" at 0x[0-9a-f]+>", " at 0x0>", str(error))


def answer(expression, document):
    try:
        query = jmespath.compile(expression)
    except Exception as e:
        return {"refused": text(e)}
    try:
        return {"result": text(json.dumps(query.search(json.loads(document)), default=unknown))}
    except Exception as e:
        return {"error": text(e)}


def table(cases):
    document = None
    for line in cases:
        line = line.rstrip("\n")
        if line.startswith("document: "):
            document = line[len("document: "):]
            print(json.dumps({"document": document}, ensure_ascii=False))
        else:
            print(json.dumps({"expression": line, **answer(line, document)}))


if len(sys.argv) > 1:
    table(open(sys.argv[1], encoding="utf-8"))
else:
    for line in sys.stdin:
        print(json.dumps(answer(**json.loads(line))), flush=True)
