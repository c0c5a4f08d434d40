"""The rules that only `check` asks of texts: a build would go on, and an editor would want to know."""

from __future__ import annotations

from magazine.messages import marked
from magazine.rules.severity import ADVICE, WARNING, Rules

OF_ADVICE: Rules = {
    "date-future": (
        WARNING,
        marked("the day %(value)s is still to come, and the text is published all the same"),
        marked("correct the `Date:`, or hold the text back with `Status: draft`"),
    ),
    "heading-first": (
        WARNING,
        marked("«%(value)s» is as large as the title of the page"),
        marked("begin headings in a text with two signs: ## …"),
    ),
    "heading-leap": (
        WARNING,
        marked("the heading «%(value)s» leaves out a step; those who listen to the page look for the missing part"),
        marked("begin the line with %(wanted)s"),
    ),
    "letters-cyrillic": (
        WARNING,
        marked("the word «%(word)s» holds Cyrillic letters among Latin ones: %(letters)s"),
        marked("type the word again in one alphabet; it looks the same, but nobody can find it"),
    ),
    "letters-latin": (
        WARNING,
        marked("the word «%(word)s» holds Latin letters among Cyrillic ones: %(letters)s"),
        marked("type the word again in one alphabet; it looks the same, but nobody can find it"),
    ),
    "picture-large": (
        WARNING,
        marked("the picture file is large: %(size)d KB"),
        marked("run: python3 tasks.py photo %(file)s"),
    ),
    "picture-small": (
        ADVICE,
        marked("the picture above the text is %(width)d pixels wide: on most phones it looks small or blurred"),
        marked("take the picture as the camera made it, %(limit)d pixels wide or more; a messenger makes it smaller"),
    ),
    "pictures-heavy": (
        WARNING,
        marked("%(number)d pictures, up to %(size)d KB in all: on a slow network a phone needs more than a minute"),
        marked("show fewer pictures, or divide the text in two parts that link to each other"),
    ),
    "sentence-long": (
        ADVICE,
        marked("the sentence «%(value)s …» has %(number)d words"),
        marked("make two of it, if you can: up to %(limit)d words are understood at once"),
    ),
    "slug-renamed": (
        WARNING,
        marked("this text stood in the folder «%(former)s» before, and links to it lead nowhere now"),
        marked("if it has been published there, add the line `Formerly: %(former)s` to its headers"),
    ),
    "topics-alike": (
        WARNING,
        marked("the topic «%(value)s» differs from «%(other)s» in letters that are easily taken for each other"),
        marked("write it in one way everywhere, or readers find half of the texts"),
    ),
    "translation-missing": (
        ADVICE,
        marked("this text has no %(files)s yet"),
        marked("translate it when somebody can, and save the translation under that name"),
    ),
}
