"""Recurrent networks: their states, what their cells stand for, what their decisions rest on."""
