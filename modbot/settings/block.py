"""What every block of settings has in common."""

from pydantic import BaseModel, ConfigDict


class Block(BaseModel):
    """A nested settings block: unknown names are mistakes, and are told."""

    model_config = ConfigDict(extra="forbid", frozen=True)
