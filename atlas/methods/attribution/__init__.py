"""Attribution: which pixels an activation rests on."""
