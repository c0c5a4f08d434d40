"""What the pages of the intake say, in English; the catalogs have it in Russian and Kyrgyz."""

from __future__ import annotations

from magazine.messages import marked
from magazine.signatures import COUNTED, PEN_NAME, PUBLIC

WORDS = {
    "leave": marked("Leave"),
    "leave_at_once": marked("Leave this page at once"),
    "languages": marked("Languages"),
    "name": marked("Name, if you like: better not your own"),
    "answer": marked("Your answer"),
    "send": marked("Send"),
    "by_mail": marked("Or by mail:"),
    "code": marked("Your receipt code:"),
    "what_for": marked(
        "Write it down on paper, or forget it. Whoever has this code can ask us to change your answer or to take it "
        "back; without it nobody can, for we do not know who you are."
    ),
    "what_for_signature": marked(
        "Write it down on paper, or forget it. Whoever has this code can ask us to take your signature back; without "
        "it nobody can, for we do not know who you are."
    ),
    "levels": marked("How to sign"),
    COUNTED: marked("Count me only: no name and no region is kept."),
    PEN_NAME: marked("Show a pen name and my region to everybody."),
    PUBLIC: marked("Show my full name and region to everybody, also to those who could harm me."),
    "signer": marked("Name or pen name, if it may be shown"),
    "region": marked("Region, if it may be shown"),
    "contact": marked("E-mail or phone, if you like: only so that nobody is counted twice, then we erase it"),
    "reason": marked("Why you sign, if you like: shown once the editors have read it"),
    "letter_code": marked("The code in our letter"),
    "confirm": marked("Confirm"),
    "code_field": marked("Your receipt code"),
    "new_text": marked("New text, if the answer is to be changed; leave it empty to take the answer back"),
    "back": marked("Back to the page"),
    "or_back": marked("If you read the magazine at another address or from a file, go back with your browser."),
}
THANKS = marked("Thank you")
THANKS_TEXT = marked("Your answer is with the editors, sealed: nobody else can read it. It appears once they approve.")
SIGNED_TEXT = marked(
    "Your signature is with the editors, sealed: nobody else can read it. It is counted once they have opened it."
)
LETTER_TEXT = marked(
    "Your signature is with the editors, sealed: nobody else can read it. If you have given an e-mail address, we "
    "write to it: your signature is counted once you confirm it there, and the address is erased."
)
OVER = marked("Signing has ended")
OVER_TEXT = marked(
    "The last day to sign this petition has passed, so your signature was not kept. Thank you for wanting to stand "
    "with us."
)
CONFIRM = marked("Confirm your signature")
CONFIRM_TEXT = marked("If the code of our letter does not stand here yet, please type it; then press the button.")
CONFIRMED = marked("We have your confirmation")
CONFIRMED_TEXT = marked(
    "If the code is right, your signature is counted as soon as the editors see this, and your address is erased."
)
WITHDRAWN = marked("We have your request")
WITHDRAWN_TEXT = marked(
    "If the code is right, the editors change your answer or take it back as soon as they see this. Copies that others "
    "have made cannot be called back."
)
TAKE_BACK = marked("Change your answer or take it back")
TAKE_BACK_TEXT = marked("You need the receipt code that was shown when you sent your answer.")
ONCE_MORE = marked("Not sent yet")
NOT_HERE = marked("There is nothing at this address")

EMPTY = marked("Nothing is written yet. Please write your answer and press “Send”.")
LONG = marked(
    "This is longer than %(limit)d letters and digits. Please shorten it, or send it in parts; nothing of it is lost."
)
LONG_NAME = marked("The name is longer than %(limit)d letters. Please shorten it and press “Send” once more.")
LINKS = marked("There are more than %(limit)d links in it. Please take some away and press “Send” once more.")
LINK_IN_NAME = marked("The name must not hold a link. Please change it and press “Send” once more.")
BAD_RECEIPT = marked("This is no whole receipt code: it has four groups of four letters and digits, like %(example)s.")
BAD_CODE = marked("This is no whole code. Please type it as it stands in our letter.")
NO_NAME = marked("Please write the name that may be shown, or choose to be counted only, and press “Send” once more.")
LONG_CONTACT = marked(
    "The e-mail address or phone number is longer than %(limit)d letters. Please shorten it and press “Send” once more."
)
AGAIN = marked("Your words are here and nothing is lost: please look through them and press “Send” once more.")
QUICK = marked("That was quick, so we ask: please wait a little and press “Send” once more. Your words are still here.")
BUSY = marked(
    "So much is coming in that yours could not be taken. Please wait a few minutes and press “Send” once more. "
    "Your words are still here."
)
FULL = marked(
    "There is no room left for answers until the editors have fetched some. Please keep your words and come back "
    "tomorrow, or send them another way."
)
TROUBLE = marked(
    "Something is broken here, and your answer could not be kept. Please wait a few minutes and press “Send” once "
    "more. Your words are still here."
)
TOO_MUCH = marked(
    "This is too much at once. Please go back with your browser and shorten it: your text is still there."
)
EXAMPLE = "4kq7-m2xh-9t4p-wz3c"
