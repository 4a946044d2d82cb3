#!/usr/bin/env python3
"""Makes Keywords/{language}.txt from Debian's unicode-cldr-core and unicode-data.

One line an emoji, in Unicode's order: the emoji, a tab, its name, then its other keywords, with | between.
"""
import pathlib
import re
import xml.etree.ElementTree as xml

UNICODE = pathlib.Path("/usr/share/unicode")
LANGUAGES = "ar de en es fr it ja nl pt ru zh".split()

# Nobody means these by a text, but their keywords ("button", "square", "right") are in many; and who writes of bicycles does not mean the sign that forbids them.
LEFT_OUT = {"skin-tone", "hair-style", "arrow", "av-symbol", "gender", "punctuation", "keycap", "alphanum", "geometric", "family"}
PROHIBITIONS = set("🚳🚭🚯🚱🚷📵🔞")
NOTICE = """\
# Emoji and their keywords, made by make-keywords.py from Unicode CLDR.
# Copyright © 1991-2022 Unicode, Inc. SPDX-License-Identifier: Unicode-DFS-2016. See LICENSE-UNICODE.txt.
"""


def emoji():
    """Each emoji as it is written (with U+FE0F where it needs one), but for skins and for men and women of what a person stands for."""
    subgroup = ""
    for line in (UNICODE / "emoji/emoji-test.txt").read_text().splitlines():
        if line.startswith("# subgroup: "):
            subgroup = line.removeprefix("# subgroup: ")
        found = re.match(r"([0-9A-F ]+?) +; fully-qualified", line)
        if not found or subgroup in LEFT_OUT:
            continue
        text = "".join(chr(int(code, 16)) for code in found[1].split())
        if text not in PROHIBITIONS and not re.search("[\U0001F3FB-\U0001F3FF]|\u200D[♂♀]|^[👨👩].*\u200D", text):
            yield text


def annotations(language):
    """What CLDR says of each emoji: name and keywords. CLDR writes without U+FE0F."""
    names, keywords = {}, {}
    for folder in ("annotationsDerived", "annotations"):
        for entry in xml.parse(UNICODE / f"cldr/common/{folder}/{language}.xml").iter("annotation"):
            if entry.text == "↑↑↑":
                continue
            if entry.get("type") == "tts":
                names[entry.get("cp")] = entry.text
            else:
                keywords[entry.get("cp")] = entry.text.split(" | ")
    return names, keywords


def main():
    here = pathlib.Path(__file__).parent / "Keywords"
    for language in LANGUAGES:
        names, keywords = annotations(language)
        with open(here / f"{language}.txt", "w", encoding="utf-8", newline="\n") as file:
            file.write(NOTICE)
            for text in emoji():
                key = text.replace("\uFE0F", "")
                if key not in names:
                    continue
                # "flag: Portugal" is called Portugal, and "flag" tells nothing of it.
                is_flag = re.match("[\U0001F1E6-\U0001F1FF]{2}|🏴\U000E0067", key)
                name = re.split("[:：] ?", names[key])[-1] if is_flag else re.sub(r" \(.*\)", "", names[key])
                others = [] if is_flag else [word for word in keywords.get(key, []) if word != name]
                file.write(f"{text}\t{'|'.join([name, *others])}\n")


main()
