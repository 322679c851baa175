"""What a hand-over of source comes to: the verification levels of a deposit."""
