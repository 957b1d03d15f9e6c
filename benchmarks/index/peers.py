"""What the peers do with the same folder and the same weights; run in their own environment.

    python -m venv --system-site-packages PEERS
    PEERS/bin/pip install clip-retrieval autofaiss

Both stay in full precision on a CPU, as their code does.
"""

import sys
import warnings
from pathlib import Path

ARCHITECTURE = "ViT-B-32"
BATCH = 32


def clip_retrieval(photos: Path, weights: Path, out: Path) -> None:
    """clip-retrieval's inference and autofaiss, as its README chains them."""
    import faiss
    from autofaiss import build_index
    from clip_retrieval.clip_inference import clip_inference

    clip_inference(
        input_dataset=str(photos),
        output_folder=str(out),
        clip_model=f"open_clip:{ARCHITECTURE}/{weights}",
        enable_text=False,
        num_prepro_workers=2,
        batch_size=BATCH,
    )
    # Kept by hand: autofaiss cannot write its JSON of figures with NumPy 2.
    made, _ = build_index(
        str(out / "img_emb"),
        save_on_disk=False,
        max_index_memory_usage="1G",
        current_memory_available="4G",
    )
    faiss.write_index(made, str(out / "knn.index"))


def plain(photos: Path, weights: Path, out: Path) -> None:
    """open_clip as its README shows it, a DataLoader with two workers, and an IVF index."""
    import faiss
    import numpy as np
    import open_clip
    import torch
    from PIL import Image
    from torch.utils.data import DataLoader, Dataset

    model, _, preprocess = open_clip.create_model_and_transforms(ARCHITECTURE, str(weights))
    model.eval()

    class Photos(Dataset[torch.Tensor]):
        files = sorted(photos.iterdir())

        def __len__(self) -> int:
            return len(self.files)

        def __getitem__(self, place: int) -> torch.Tensor:
            return preprocess(Image.open(self.files[place]))

    rows = []
    with torch.no_grad():
        for batch in DataLoader(Photos(), batch_size=BATCH, num_workers=2):
            features = model.encode_image(batch)
            rows.append((features / features.norm(dim=-1, keepdim=True)).numpy())
    embeddings = np.concatenate(rows)
    lists = max(int(len(embeddings) ** 0.5) // 2, 1)
    dim = embeddings.shape[1]
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(dim), dim, lists, faiss.METRIC_INNER_PRODUCT)
    index.train(embeddings)
    index.add(embeddings)
    out.mkdir()
    faiss.write_index(index, str(out / "index.faiss"))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    side = {"clip_retrieval": clip_retrieval, "plain": plain}[sys.argv[1]]
    side(*map(Path, sys.argv[2:5]))
