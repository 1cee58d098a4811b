#!/usr/bin/env python3
"""Whether an answer has the shape of a sample: shape.py [--more NAME,…] [--less NAME,…] [--same] SAMPLE ANSWER

The same members, the same types, and where the sample has a time (RFC 3339) or an amount ("10.00") such a text. A list's
items may have the shape of any of the sample's. --more: members that the answer may have besides, --less: that it may lack
(or have as an empty list), wherever they stand. --same: the values are the same too. Says in one line what differs and ends with 1.
"""
import argparse
import json
import re
import sys

FORMS = [("a time", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)"), ("an amount", r"\d{1,10}\.\d\d")]


def kind(v):
    return "null" if v is None else {bool: "bool", int: "number", float: "number", str: "text", list: "list", dict: "object"}[type(v)]


def differs(sample, answer, where):
    if kind(sample) != kind(answer):
        return "%s: %s, %s expected" % (where, kind(answer), kind(sample))
    if isinstance(sample, dict):
        for name in sample:
            if name not in answer and name not in opts.less:
                return "%s.%s: is missing" % (where, name)
        for name in answer:
            if name not in sample and name not in opts.more:
                return "%s.%s: is not in the sample" % (where, name)
            if name in sample and not (name in opts.less and answer[name] == []):
                why = differs(sample[name], answer[name], where + "." + name)
                if why:
                    return why
        return None
    if isinstance(sample, list):
        if bool(sample) != bool(answer):
            return "%s: %s" % (where, "is empty" if sample else "is not empty")
        for i, item in enumerate(answer):
            whys = [differs(s, item, "%s[%d]" % (where, i)) for s in sample]
            if None not in whys:
                return whys[0]
        return None
    if isinstance(sample, str):
        for name, form in FORMS:
            if re.fullmatch(form, sample) and not re.fullmatch(form, answer):
                return "%s: is not %s" % (where, name)
    return None


p = argparse.ArgumentParser()
p.add_argument("--more", default="")
p.add_argument("--less", default="")
p.add_argument("--same", action="store_true")
p.add_argument("sample")
p.add_argument("answer")
opts = p.parse_args()
opts.more, opts.less = opts.more.split(","), opts.less.split(",")
with open(opts.sample, encoding="utf-8") as s, open(opts.answer, encoding="utf-8") as a:
    sample = json.load(s)
    try:
        answer = json.load(a)
    except ValueError:
        sys.exit("no JSON")
if opts.same and sample != answer:
    sys.exit("not the same: %s" % json.dumps(answer, ensure_ascii=False))
why = differs(sample, answer, "")
if why:
    sys.exit(why)
