import subprocess
import sys

BUILD = """
import sys
from mammo.models import MODELS, HeadOptions
import mammo.training.fit
for name in ("alexnet", "squeezenet1_0", "squeezenet1_1", "small"):
    MODELS[name].build(3, HeadOptions())
print(sorted({"torchvision", "sklearn", "sqlalchemy", "pandas"} & set(sys.modules)))
"""


def test_the_papers_networks_are_built_and_trained_without_torchvision():
    """It takes two seconds to load, which every training and the predictor would wait for."""
    printed = subprocess.run([sys.executable, "-c", BUILD], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
