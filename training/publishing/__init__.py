"""Publishing: from a fit to a checkpoint with its card and README."""

from training.publishing.publish import publish, publish_reminded, remembering

__all__ = ["publish", "publish_reminded", "remembering"]
