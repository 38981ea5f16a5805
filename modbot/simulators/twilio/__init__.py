"""A simulated Twilio: calls that ring, speak and take keys, texts both ways, and signed callbacks.

async with TwilioSimulator() as twilio:
    twilio.number.sms_url = "http://…/webhooks/twilio"
    ada = twilio.phone("+12025550123")
    … once a call was asked for through the API:
    await ada.press("1")
    assert ada.heard == ["Class alert. Press 1 to take it."]

`ada.state` is how the phone meets a call; `twilio.pace` makes seconds shorter; a clock can be passed in.

Not documented, or not confirmed, so chosen here: a `canceled` or `completed` sent while it rings ends in `canceled`; a
phone that is off gives `no-answer` without ringing, a second call to somebody who speaks gives `busy`; the finish key
alone is as no key; keys pressed when none are asked for are lost; the account of another is 404; a bad Method, Status,
MachineDetection or too long Twiml is 20001; queued messages are told too; one message a second from each number; a
standard API key that asks for the account itself, which it may not see, is answered as a wrong one; an account that is
suspended says so and otherwise works.
"""

from modbot.simulators.twilio.account import Account, OwnNumber
from modbot.simulators.twilio.phones import Answered, Phone, PhoneState, Text
from modbot.simulators.twilio.signing import sign
from modbot.simulators.twilio.simulator import TwilioSimulator
from modbot.simulators.twilio.world import Alert, Call, Message

__all__ = [
    "Account",
    "Alert",
    "Answered",
    "Call",
    "Message",
    "OwnNumber",
    "Phone",
    "PhoneState",
    "Text",
    "TwilioSimulator",
    "sign",
]
