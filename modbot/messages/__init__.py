"""What staff read in Slack: names made safe to show, and messages that cannot break Slack's limits.

names     hostile names, with everything invisible made visible
limits    Slack's limits, and cutting text to them
words     the three kinds of text: plain for hostile strings, mrkdwn built by us, and push previews
elements  buttons, selects and inputs
blocks    the blocks that hold them
envelope  whole messages and modals, trimmed to fit

Everything staff text is made with can be imported from here.
"""

from modbot.messages.blocks import Block, buttons, context, divider, entry, fields, header, plain, text
from modbot.messages.elements import Confirm, Element, Option, Style, button, select, text_input
from modbot.messages.envelope import Message, Modal
from modbot.messages.names import defang
from modbot.messages.words import (
    Markup,
    Preview,
    PreviewWord,
    channel_link,
    clock,
    escape,
    link,
    markup,
    mention,
    preview,
)

__all__ = [
    "Block",
    "Confirm",
    "Element",
    "Markup",
    "Message",
    "Modal",
    "Option",
    "Preview",
    "PreviewWord",
    "Style",
    "button",
    "buttons",
    "channel_link",
    "clock",
    "context",
    "defang",
    "divider",
    "entry",
    "escape",
    "fields",
    "header",
    "link",
    "markup",
    "mention",
    "plain",
    "preview",
    "select",
    "text",
    "text_input",
]
