"""The disentangling losses of CD-ECGNet, repaired ("fixed") and as printed ("literal").

Each training step sees X (the reference record) and X_S (the same with noise). Rungs of
the ablation ladder switch parts off: Baseline = E_ECG + D_ECG, DL = + E_noise,
DL+D = + Dis, full = + E_lead, contrast and gate.
"""

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Adam, Optimizer

from inference.models.cd_ecgnet import CdConfig, CdEcgNet, Discriminator, Parts
from inference.registry import MODELS_FOLDER
from inference.training.batches import Batch
from inference.training.config import TrainConfig
from inference.training.losses import gated_loss, masked_mean
from inference.training.optim import optimizers
from inference.training.steps import descend

RUNGS = ("baseline", "dl", "dl+d", "full")
_SIGMA = 0.2
_RAMP = 0.1  # share of the budget over which the adversarial weight grows


class Disentangled:
    """CD-ECGNet in training; `mode` is "fixed" or "literal", `rung` a name of RUNGS."""

    def __init__(self, config: TrainConfig) -> None:
        options = dict(config.model_options)
        self.rung = RUNGS.index(options.pop("rung", "full"))
        self.literal = options.pop("mode", "fixed") == "literal"
        start = options.pop("start", None)
        model = CdConfig(noise=self.rung >= 1, gate="lead" if self.rung == 3 else "none", **options)
        self.net = CdEcgNet(model)
        if start:
            warm_start(self.net, load_file(MODELS_FOLDER / f"{start}.safetensors"))
        self.denoiser: nn.Module = self.net
        self.judge = Discriminator(model.widths[-1])
        self.modules = nn.ModuleDict({"denoiser": self.denoiser, "judge": self.judge})
        self.optimizers: list[Optimizer] = [
            *optimizers(self.denoiser, config.optimizer, config.lr, config.muon_lr),
            Adam(self.judge.parameters(), lr=2e-4, betas=(0.5, 0.9)),
        ]

    def step(self, batch: Batch, progress: float) -> dict[str, float]:
        """One update of Dis (if it takes part), one of the rest."""
        half = len(batch.noisy_mv) // 2
        both = self.net.parts(torch.cat([batch.clean_mv[:half], batch.noisy_mv]))
        clean, noisy = _split(both, half)
        loss, parts = self._reconstruction(clean, noisy, batch, half)
        if self.rung >= 1 and not self.literal:
            loss = loss + self._noise_terms(clean, noisy, batch, half, parts)
        if self.rung >= 2:
            loss = loss + self._adversarial(clean, noisy, progress, parts)
        if self.rung >= 3:
            contrast = contrast_loss(noisy.lead_code, batch, self.literal)
            parts["contrast"] = float(contrast.detach())
            loss = loss + 0.1 * contrast
        return descend(loss, self.denoiser, self.optimizers[:-1]) | parts

    def _reconstruction(
        self, clean: Parts, noisy: Parts, batch: Batch, half: int
    ) -> tuple[Tensor, dict[str, float]]:
        """L_sup and L_rec; `literal` has plain L1, `fixed` the losses of the backbone."""
        weight, target = batch.weight, batch.clean_mv
        rec = masked_mean((clean.ecg_mv - target[:half]).abs(), weight[:half])
        if self.literal or self.rung < 3:
            sup = masked_mean((noisy.ecg_mv - target).abs(), weight)
            error = (noisy.ecg_mv - target).square().mean(-1)
            fit = (
                torch.zeros(())
                if self.literal
                else masked_mean(torch.log(error + 1e-6), weight.amin(-1))
            )
            return sup + rec + 0.05 * fit, {"sup": float(sup.detach()), "rec": float(rec.detach())}
        loss, parts = gated_loss(noisy.restored, batch)
        return loss + rec, parts | {"rec": float(rec.detach())}

    def _noise_terms(
        self, clean: Parts, noisy: Parts, batch: Batch, half: int, parts: dict[str, float]
    ) -> Tensor:
        """L_n: what was injected, and nothing on clean leads; L_self: the parts sum up."""
        assert noisy.noise_mv is not None
        assert clean.noise_mv is not None
        injected = masked_mean((noisy.noise_mv - batch.injected_mv).abs(), batch.weight)
        nothing = masked_mean(clean.noise_mv.abs(), batch.weight[:half])
        whole = noisy.ecg_mv + noisy.noise_mv - batch.noisy_mv
        itself = masked_mean(whole.abs(), batch.weight)
        parts["noise"] = float(injected.detach())
        return 0.5 * (injected + nothing) + 0.2 * itself

    def _adversarial(
        self, clean: Parts, noisy: Parts, progress: float, parts: dict[str, float]
    ) -> Tensor:
        """Least squares: Dis separates the codes, the encoder makes them alike."""
        judged = (self.judge(clean.code.detach()) - 1).square().mean()
        judged = judged + self.judge(noisy.code.detach()).square().mean()
        descend(judged, self.judge, self.optimizers[-1:])
        parts["judge"] = float(judged.detach())
        weight = 0.05 * min(1.0, progress / _RAMP)
        of_clean, of_noisy = self.judge(clean.code), self.judge(noisy.code)
        loss: Tensor = (of_noisy - 1).square().mean() + (of_clean - 0.5).square().mean()
        if self.literal:  # min-max as printed: the encoder maximises what Dis minimises
            loss = -(of_clean - 1).square().mean() - of_noisy.square().mean()
        return weight * loss


def warm_start(net: CdEcgNet, trunk: dict[str, Tensor]) -> None:
    """Let E_ECG, D_ECG and the gate start as a trained lead-shared network.

    The parts that network lacks (E_noise, E_lead, FiLM) start silent, so the first
    output equals the trunk's.
    """
    renamed = {
        "noise_head.weight": "ecg_head.head.weight",
        "noise_head.bias": "ecg_head.head.bias",
        "gate_head.weight": "gate_time.weight",
        "gate_head.bias": "gate_time.bias",
    }
    state = {renamed.get(name, name): tensor for name, tensor in trunk.items()}
    _, unknown = net.load_state_dict(state, strict=False)
    if unknown:
        raise ValueError(f"the trunk has weights this network does not know: {unknown[:3]}")
    nn.init.zeros_(net.gate_lead.bias)


def contrast_loss(lead_code: Tensor | None, batch: Batch, literal: bool) -> Tensor:
    """Clean leads alike, clean and noisy ones apart; records lacking either are skipped."""
    assert lead_code is not None
    unit = F.normalize(lead_code, dim=-1)
    cosine = unit @ unit.transpose(1, 2)
    clean, noisy = batch.untouched.float(), batch.noisy.float()
    usable = (clean.sum(1) >= 2) & (noisy.sum(1) >= 1)
    if not usable.any():
        return cosine.sum() * 0.0
    clean_pairs = clean[:, :, None] * clean[:, None] * (1 - torch.eye(12, device=clean.device))
    a = (cosine * clean_pairs).sum((1, 2)) / clean_pairs.sum((1, 2)).clamp_min(1)
    mixed = clean[:, :, None] * noisy[:, None]
    b = (cosine * mixed).sum((1, 2)) / mixed.sum((1, 2)).clamp_min(1)
    each = 1 - a + b if literal else F.softplus((b - a) / _SIGMA)
    return each[usable].mean()


def _split(both: Parts, half: int) -> tuple[Parts, Parts]:
    """The first `half` records and the rest."""

    def cut(value: Tensor, part: slice) -> Tensor:
        return value[part]

    def take(part: slice) -> Parts:
        rows = slice(*(None if e is None else 12 * e for e in (part.start, part.stop)))
        return Parts(
            type(both.restored)(*(cut(v, part) for v in both.restored)),
            cut(both.ecg_mv, part),
            None if both.noise_mv is None else cut(both.noise_mv, part),
            cut(both.code, rows),
            None if both.lead_code is None else cut(both.lead_code, part),
        )

    return take(slice(None, half)), take(slice(half, None))
