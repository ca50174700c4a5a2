"""Posting: many people's messages, one transaction, one place each in their room's log.

drafts.py     what someone wants to say, and what became of it
ground.py     a room and its members as posting finds them
rows.py       the few statements of the hot path, written out
gate.py       who may write now, and the sentence for those who may not
batch.py      a batch decided and written under the locks of its rooms
prompts.py    the week's question
"""

from chat.posting.batch import commit, post, post_batch
from chat.posting.drafts import LATER, Commit, Draft, Later, NewMessage, Outcome, Posted, Said
from chat.posting.gate import muted
from chat.posting.prompts import post_prompt

__all__ = [
    "LATER",
    "Commit",
    "Draft",
    "Later",
    "NewMessage",
    "Outcome",
    "Posted",
    "Said",
    "commit",
    "muted",
    "post",
    "post_batch",
    "post_prompt",
]
