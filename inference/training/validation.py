"""What is watched while training: gain on noisy leads, harm on clean ones."""

import torch
from torch import nn

from inference.training.batches import Batch
from inference.training.steps import restore


@torch.inference_mode()
def validate(denoiser: nn.Module, batches: list[Batch], device: torch.device) -> dict[str, float]:
    """Mean SNR gain (dB) and RMSE (µV) over noisy leads, mean RMSE over clean leads."""
    gains, noisy_rmse, clean_rmse = [], [], []
    for batch in batches:
        restored = torch.cat(
            [restore(denoiser, part[None].to(device)).cpu() for part in batch.noisy_mv]
        )
        trusted = batch.weight.amin(-1) > 0
        error = restored - batch.clean_mv
        before = _ac_power(batch.injected_mv)
        noisy = batch.noisy & trusted
        gains.append(10 * torch.log10(before / _ac_power(error).clamp_min(1e-9))[noisy])
        rmse = 1000 * error.square().mean(-1).sqrt()
        noisy_rmse.append(rmse[noisy])
        clean_rmse.append(rmse[batch.untouched & trusted])
    return {
        "gain_db": float(torch.cat(gains).mean()),
        "noisy_rmse_uv": float(torch.cat(noisy_rmse).mean()),
        "clean_rmse_uv": float(torch.cat(clean_rmse).mean()),
        "clean_p95_uv": float(torch.cat(clean_rmse).quantile(0.95)),
    }


def _ac_power(x: torch.Tensor) -> torch.Tensor:
    return (x - x.mean(-1, keepdim=True)).square().mean(-1)
