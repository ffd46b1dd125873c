"""What all answers that tell counts have in common."""

from pydantic import BaseModel, ConfigDict

THRESHOLD = (
    "Where counts of people are told by the threshold: fewer than this are withheld, the others are"
    " a little off"
)


class Answer(BaseModel):
    """An answer, or a part of one, with no fields but its own."""

    model_config = ConfigDict(extra="forbid")
