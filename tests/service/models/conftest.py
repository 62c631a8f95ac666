"""What the tests of the registry train on."""

from tests.service.models.test_registry import bench, given

__all__ = ["bench", "given"]
