"""`mindseye` that also knows the encoder ``colours``, in every process that it starts."""

from encoders.choose import PREFIXES
from mindseye.cli import main
from tests.mindseye.forks import Telling

PREFIXES["colours"] = Telling

if __name__ == "__main__":
    main()
