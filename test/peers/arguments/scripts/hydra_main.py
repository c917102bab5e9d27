"""Groups, overrides and references, as Hydra composes them."""

import hydra
from omegaconf import DictConfig
@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg: DictConfig):
    print("loss: 1.0 -", cfg.lr)
if __name__ == "__main__": main()
