"""OpenVINO reports its use to its makers with another package; imported before it, this forbids."""

import sys

sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
