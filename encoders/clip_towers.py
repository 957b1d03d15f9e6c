"""The two halves of CLIP-like models as torch modules that take bytes and token ids."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


class ImageTower(nn.Module):
    """uint8 pixels ``(n, height, width, 3)`` to embeddings ``(n, dim)``.

    It normalises the pixels and gives them to the model's ``encode_image``.
    """

    factor: Tensor
    shift: Tensor

    def __init__(
        self,
        model: nn.Module,
        mean: Sequence[float],
        std: Sequence[float],
        rescale: float = 1 / 255,
    ) -> None:
        super().__init__()
        self.model = model
        deviation = torch.tensor(std, dtype=torch.float32)
        # (x × rescale - mean) / std, as one multiplication and one addition
        self.register_buffer("factor", (rescale / deviation).reshape(1, 3, 1, 1))
        shift = -torch.tensor(mean, dtype=torch.float32) / deviation
        self.register_buffer("shift", shift.reshape(1, 3, 1, 1))

    def forward(self, pixels: Tensor) -> Tensor:
        scaled = pixels.permute(0, 3, 1, 2).to(self.factor.dtype) * self.factor + self.shift
        return self.model.encode_image(scaled)  # type: ignore[operator,no-any-return]


class WholeText(nn.Module):
    """Token ids ``(n, context)`` to embeddings ``(n, dim)``, as the model itself does it."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor) -> Tensor:
        return self.model.encode_text(ids)  # type: ignore[operator,no-any-return]


def is_causal(model: Any) -> bool:
    """Whether what follows the end token of a text cannot change its embedding.

    So it is where no token sees a later one and the embedding is read at the end token.
    """
    text, pool, _ = _text_part(model)
    return (
        isinstance(getattr(text, "attn_mask", None), Tensor)
        and pool in ("argmax", "eos")
        and getattr(text, "cls_emb", None) is None
        and not getattr(text, "use_pad_mask", False)
    )


def _text_part(model: Any) -> tuple[Any, str, int | None]:
    """The module that holds the text tower, its way of pooling, and its end token."""
    if hasattr(model, "text"):
        text = model.text
        return text, getattr(text, "pool_type", ""), getattr(text, "eos_id", None)
    return model, model.text_pool_type, getattr(model, "text_eos_id", None)


class CausalText(nn.Module):
    """Token ids ``(n, tokens)``, of any length, to embeddings ``(n, dim)``.

    The same arithmetic as open_clip's ``CLIP.encode_text`` and ``TextTransformer.forward``, which
    insist on their full context.
    """

    mask: Tensor

    def __init__(self, model: Any) -> None:
        super().__init__()
        text, self.pool, end = _text_part(model)
        self.end = -1 if end is None else end
        self.token_embedding = text.token_embedding
        self.positional_embedding = text.positional_embedding
        self.transformer = text.transformer
        self.ln_final = text.ln_final
        self.projection = text.text_projection
        self.register_buffer("mask", text.attn_mask.clone())

    def ends(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where each text's embedding is read: ``(n,)``."""
        chosen = ids if self.pool == "argmax" else np.equal(ids, self.end)
        found: NDArray[np.int64] = chosen.argmax(axis=1)
        return found

    def forward(self, ids: Tensor) -> Tensor:
        length = ids.shape[1]
        tokens = self.token_embedding(ids) + self.positional_embedding[:length]
        seen = self.transformer(tokens, attn_mask=self.mask[:length, :length])
        chosen = ids if self.pool == "argmax" else torch.eq(ids, self.end).int()
        rows = torch.arange(ids.shape[0], device=ids.device)
        pooled = self.ln_final(seen)[rows, chosen.argmax(-1)]
        if self.projection is None:
            return pooled  # type: ignore[no-any-return]
        if isinstance(self.projection, nn.Linear):
            return self.projection(pooled)  # type: ignore[no-any-return]
        return pooled @ self.projection  # type: ignore[no-any-return]


def digest(state: Mapping[str, Tensor]) -> str:
    """The SHA-256 of all names, shapes, types and bytes, sorted by name: 64 hex digits."""
    found = hashlib.sha256()
    for name in sorted(state):
        tensor = state[name].detach().cpu().contiguous()
        found.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}\n".encode())
        found.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return found.hexdigest()
