"""Attribution: the contribution of each pixel to an activation."""
