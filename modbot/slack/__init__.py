"""Slack: how requests from it are proved, how it is called, and what the app asks of a workspace.

signature   is this request really from Slack
client      Slack's Web API, with its failures made ours
replies     answers to one command or button press, with the private message they fall back to
outbox      one queue a channel: in order, about one message a second, only the newest card
manifest    the app as a district installs it
"""
